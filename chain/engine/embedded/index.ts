/**
 * The embedded engine: one validator that makes blocks inside this process, keeps them, and serves the part of
 * CometBFT's RPC that clients use. For development and tests; its blocks hash and verify as CometBFT's do.
 */
import { join } from 'node:path';
import { makeDispatch } from '../../abci/dispatch.js';
import { handshake } from './handshake.js';
import { makeEventBus } from './event-bus.js';
import { makeMempool, mempoolDefaults } from './mempool.js';
import { openBlockStore, type BlockStore } from './block-store.js';
import { produceBlock, type Tip } from './producer.js';
import { readValidatorKey } from './validator-key.js';
import { startLoop, type Loop } from './pace.js';
import { startRpcServer, type RpcServer } from './rpc/server.js';
import type { AbciApplication } from '../../abci/types.js';
import type { Engine, EngineEnd, EngineOptions, GenesisDoc, PrivValidatorKey } from '../types.js';

export { HandshakeError } from './handshake.js';

export type EmbeddedOptions = EngineOptions & {
  readonly genesis: GenesisDoc;
  readonly privValidatorKey: PrivValidatorKey;
  /** 40 hex digits, as CometBFT's node ids. */
  readonly nodeId: string;
  readonly moniker: string;
  /** tcp://host:port of the JSON-RPC; port 0 takes a free one. */
  readonly rpcLaddr: string;
  /** Milliseconds from the start of one block to the start of the next. */
  readonly blockTimeMs: number;
  /** The same while txs wait; blockTimeMs when it is absent. */
  readonly minBlockTimeMs?: number;
  /** Milliseconds since 1970, from which block times come; the wall clock when it is absent. */
  readonly clock?: () => number;
};

/** stop() waits this long for the block under way before it closes the store under it. */
const stopWaitMs = 4000;

/**
 * Opens <home>/data/blocks.db, brings the application to its height, begins to make blocks and to serve. Rejects, with
 * everything closed again, when the two do not belong together (HandshakeError), when the store or the port is taken,
 * or when the application rejects.
 */
export async function startEmbeddedEngine(options: EmbeddedOptions): Promise<Engine> {
  const { home, genesis, log } = options;
  const key = readValidatorKey(options.privValidatorKey);
  const store = await openBlockStore(join(home, 'data', 'blocks.db'));
  let rpc: RpcServer | undefined;
  try {
    const failures = makeFailures();
    const application = watched(makeDispatch(options.application), failures.report);
    const tip: Tip = { state: await handshake(application, store, genesis, log) };
    const bus = makeEventBus();
    let wake = (): void => {};
    const mempool = makeMempool(application, mempoolDefaults, tip.state.params.block?.maxGas ?? -1n, () => wake());
    const firstBlock = makeSignal();
    const readable = await readability(store, tip);
    if (readable()) firstBlock.give();
    rpc = await startRpcServer({ ...options, application, store, mempool, bus, tip, key, firstBlock: firstBlock.promise });
    const round = async (): Promise<void> => {
      await produceBlock({ application, store, mempool, bus, tip, key, clock: options.clock ?? Date.now });
      if (readable()) firstBlock.give();
      log.debug({ height: String(tip.state.height) }, 'made a block');
    };
    const loop = startLoop(round, {
      blockTimeMs: options.blockTimeMs,
      minBlockTimeMs: options.minBlockTimeMs ?? options.blockTimeMs,
      txsWait: () => mempool.count > 0,
      monotonic: () => performance.now(),
    });
    wake = loop.wake;
    loop.ended.catch(failures.report);
    log.info({ rpc: rpc.url, height: String(tip.state.height) }, 'embedded engine: a single validator for development, not for production');
    return makeEngine(options, loop, rpc, store, failures.first);
  } catch (error) {
    await rpc?.close();
    await store.close();
    throw error;
  }
}

function makeEngine({ log }: EmbeddedOptions, loop: Loop, rpc: RpcServer, store: BlockStore, failure: Promise<Error>): Engine {
  let settle = (_end: EngineEnd): void => {};
  const ended = new Promise<EngineEnd>(resolve => { settle = resolve; });
  let closing: Promise<void> | undefined;
  const close = async (end: EngineEnd): Promise<void> => {
    if (!(await endsWithin(loop.stop(), stopWaitMs))) log.error({ waitedMs: stopWaitMs }, 'the application does not finish its block; the engine closes without it');
    await rpc.close();
    await store.close();
    settle(end);
  };
  void failure.then(async error => {
    log.error({ err: error }, 'the embedded engine failed');
    closing ??= close({ reason: 'failed', error });
    await closing;
  });
  return {
    rpcUrl: rpc.url,
    ended,
    stop() {
      closing ??= close({ reason: 'stopped' });
      return closing;
    },
  };
}

/** Whether the work settled in time; how it settled is told elsewhere. */
async function endsWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>(resolve => { timer = setTimeout(() => resolve(false), ms); });
  const settled = work.then(() => true, () => true);
  try {
    return await Promise.race([settled, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

type Failures = { report(error: unknown): void; readonly first: Promise<Error> };

function makeFailures(): Failures {
  let settle = (_error: Error): void => {};
  const first = new Promise<Error>(resolve => { settle = resolve; });
  return { first, report: error => settle(error instanceof Error ? error : new Error(String(error))) };
}

/** The application, with every rejection reported: after one of them nothing may go on. */
function watched(application: AbciApplication, report: (error: unknown) => void): AbciApplication {
  const watch = <Args extends readonly unknown[], T>(method: (...args: Args) => Promise<T>) => async (...args: Args): Promise<T> => {
    try {
      return await method(...args);
    } catch (error) {
      report(error);
      throw error;
    }
  };
  return {
    info: watch(application.info),
    query: watch(application.query),
    checkTx: watch(application.checkTx),
    initChain: watch(application.initChain),
    prepareProposal: watch(application.prepareProposal),
    processProposal: watch(application.processProposal),
    extendVote: watch(application.extendVote),
    verifyVoteExtension: watch(application.verifyVoteExtension),
    finalizeBlock: watch(application.finalizeBlock),
    commit: watch(application.commit),
    listSnapshots: watch(application.listSnapshots),
    offerSnapshot: watch(application.offerSnapshot),
    loadSnapshotChunk: watch(application.loadSnapshotChunk),
    applySnapshotChunk: watch(application.applySnapshotChunk),
  };
}

type Signal = { give(): void; readonly promise: Promise<void> };

function makeSignal(): Signal {
  let give = (): void => {};
  const promise = new Promise<void>(resolve => { give = resolve; });
  return { give, promise };
}

/**
 * Whether clients can read `status` now: there is a block, and its header has an app hash. Strict clients refuse an empty
 * one, which the first header has when InitChain returned none.
 */
async function readability(store: BlockStore, tip: Tip): Promise<() => boolean> {
  const { initialHeight } = tip.state;
  const genesis = await store.state(initialHeight - 1n);
  return () => tip.state.height > initialHeight || (tip.state.height === initialHeight && (genesis?.appHash.length ?? 0) > 0);
}
