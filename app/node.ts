/** A running node: one home, one application, one engine. Everything of the outside world comes in here as powers. */
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { chainProtoFolder, type Logger } from '../chain/index.js';
import { endOrphanedComet, startCometEngine, type CometEngine } from '../chain/engine/comet/index.js';
import { startEmbeddedEngine } from '../chain/engine/embedded/index.js';
import { nodeIdOf, readGenesis, readNodeKey, readPrivValidatorKey, replaceFile } from '../chain/engine/home-files/index.js';
import type { Engine } from '../chain/engine/types.js';
import { makeXsnapWorkerFactory, type WorkerLifeOptions } from '../kernel/index.js';
import { makeApp, type App, type AppOptions } from './app.js';
import { rpcUrlFile } from './cli/home/paths.js';
import { startControl, type ControlServer } from './control/server.js';
import { controlSocketPath } from './control/socket-path.js';
import { appProtoFolder } from './client/codecs.js';
import type { CommitStep } from './commit.js';
import { HostFacts } from './host-db/host-facts.js';
import { makeTxLookup } from './tx-lookup.js';

export type NodeOptions = {
  readonly home: string;
  readonly engine: 'embedded' | 'cometbft';
  readonly moniker: string;
  readonly version: string;
  /** tcp://host:port; port 0 takes a free one. */
  readonly rpcLaddr: string;
  readonly p2pLaddr: string;
  /** Where ABCI is served for CometBFT. */
  readonly abciAddress: string;
  /** False: an operator runs CometBFT. */
  readonly withComet: boolean;
  /** Undefined: the config's. */
  readonly blockTimeMs: number | undefined;
  readonly minGasPrices: readonly { readonly denom: string; readonly amount: string }[];
  readonly pruning: number;
  readonly undoBlocks: bigint;
  readonly maxVatsOnline: number;
  readonly log: Logger;
  /** What contracts print. */
  readonly onConsole: (vatId: string, level: string, text: string) => void;
  readonly onReplay?: (vatId: string, done: number, total: number) => void;
  readonly onCommitStep?: (step: CommitStep) => void;
  /** Where tests end the node while it starts a worker. */
  readonly onWorkerStep?: WorkerLifeOptions['onStep'] & {};
  /** Ends a start that takes long. */
  readonly signal?: AbortSignal;
};

export type Node = {
  readonly rpcUrl: string;
  readonly app: App;
  /** See Engine. */
  readonly ended: Engine['ended'];
  /** Stops the engine, then the kernel, then closes the stores. Safe to call twice. */
  stop(): Promise<void>;
};

const blockTimeDefaultMs = 1000;
/** A start waits for the system and for our own thread more than it computes. */
const preloadsPerCore = 4;

/** Opens the home and runs it. Rejects with everything closed again when a part does not start. */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { home, log } = options;
  mkdirSync(join(home, 'data'), { recursive: true });
  if (options.engine === 'cometbft') await endOrphanedComet(home, log); // it would go on with a dead application
  const engineWorkers = makeXsnapWorkerFactory({ onConsole: options.onConsole });
  const facts = await HostFacts.open({ home, log, ...optional('signal', options.signal), ...optional('onStep', options.onWorkerStep) });
  try {
    const { engineId, baseSnapshot } = engineWorkers;
    const workers = { engineId, baseSnapshot, ...facts.life.workers(engineWorkers) };
    return await startOver(options, facts, workers);
  } catch (error) {
    await facts.close();
    throw error;
  }
}

/** The node over what is known of its host: no worker of an earlier one is left. */
async function startOver(options: NodeOptions, facts: HostFacts, workers: AppOptions['workers']): Promise<Node> {
  const { home, log } = options;
  let rpcUrl: string | undefined;
  const app = await makeApp({
    data: join(home, 'data'),
    protoFolders: [chainProtoFolder, appProtoFolder],
    workers,
    version: options.version,
    minGasPrices: options.minGasPrices,
    pruning: options.pruning,
    undoBlocks: options.undoBlocks,
    maxVatsOnline: options.maxVatsOnline,
    recency: facts.recency,
    preloadWidth: preloadsPerCore * availableParallelism(),
    log,
    ...optional('onReplay', options.onReplay),
    ...optional('onCommitStep', options.onCommitStep),
    txLookup: makeTxLookup(() => rpcUrl),
  });
  let control: ControlServer | undefined;
  try {
    control = await startControl({ path: controlSocketPath(home), snapshot: () => app.readSnapshot(), workers: facts, log });
    const engine = await startEngine(options, app);
    rpcUrl = engine.rpcUrl;
    replaceFile(rpcUrlFile(home), `${engine.rpcUrl}\n`, 0o644);
    return makeNode(home, app, engine, control, facts);
  } catch (error) {
    await control?.close();
    await app.close();
    throw error;
  }
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: T };
}

function startEngine(options: NodeOptions, app: App): Promise<Engine | CometEngine> {
  const { home, log, rpcLaddr, p2pLaddr, abciAddress, withComet, blockTimeMs, signal } = options;
  const { application } = app;
  if (options.engine === 'cometbft') {
    return startCometEngine({
      home, application, log, rpcLaddr, p2pLaddr, abciAddress, withComet, ...optional('blockTimeMs', blockTimeMs), ...optional('signal', signal),
    });
  }
  const blockTime = blockTimeMs ?? blockTimeDefaultMs;
  return startEmbeddedEngine({
    home, application, log, rpcLaddr,
    genesis: readGenesis(home),
    privValidatorKey: readPrivValidatorKey(home),
    nodeId: nodeIdOf(readNodeKey(home)),
    moniker: options.moniker,
    blockTimeMs: blockTime,
  });
}

function makeNode(home: string, app: App, engine: Engine, control: ControlServer, facts: HostFacts): Node {
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await engine.stop();
    await control.close();
    await app.close();
    await facts.close();
    rmSync(rpcUrlFile(home), { force: true });
  };
  return { rpcUrl: engine.rpcUrl, app, ended: engine.ended, stop: () => (stopped ??= stop()) };
}
