import assert from 'node:assert/strict';
import type { AbciApplication, RequestFinalizeBlock, RequestInitChain, ResponseCommit, ResponseInfo } from './abci/types.js';
import { finalizeBlock } from './block.js';
import type { Context } from './context.js';
import { initChain } from './genesis.js';
import { initialState, makeMachine, type AppState, type BaseAppOptions, type Machine } from './machine.js';
import { makeTxChecker } from './mempool.js';
import { prepareProposal } from './proposal.js';
import { query } from './query.js';
import type { PreparedVersion } from './store/types.js';

/** What the host of a chain adds to the life of a block. Each hook is awaited; a rejection stops the node before it commits. */
export type BaseAppHooks = {
  /** After the modules' genesis; `ctx` writes to the genesis branch. */
  initChain?(ctx: Context, request: RequestInitChain): Promise<void>;
  /** First thing in FinalizeBlock, before begin-block and before anything is written. */
  beforeBlock?(ctx: Context, block: RequestFinalizeBlock): Promise<void>;
  /** After every module's end-block, before the hash: the host joins what was computed beside the block. `ctx` events become block events. */
  mergeBeforeHash?(ctx: Context): Promise<void>;
  /** The last thing in FinalizeBlock: what the block makes of the stores. Must not throw. */
  prepared?(prepared: PreparedVersion): void;
  /** Commit: makes the prepared version durable, with whatever else belongs to the block, in one synchronous batch. */
  persist(prepared: PreparedVersion): Promise<void>;
  /** In the same turn in which the new version becomes visible: what the host shows beside it changes with it. Must not throw. */
  committed?(): void;
  /** After Commit's reply was given to the engine. Must not throw. */
  afterCommit?(height: bigint): void;
  /** Lowest height whose block this node still needs, for ResponseCommit; 0n keeps all. */
  retainHeight?(height: bigint): bigint;
};

export type BaseApp = AbciApplication & {
  /** Modules' message and query routers, stores and codecs are fixed when the app is made. */
  readonly chainId: string;
};

/** Status numbers of ResponseProcessProposal and ResponseVerifyVoteExtension. */
const accept = 1;
const reject = 2;
/** ResponseOfferSnapshot REJECT, ResponseApplySnapshotChunk ABORT. */
const rejectSnapshot = 3;
const abortSnapshot = 2;

/**
 * The state machine behind an engine. Consensus requests (InitChain, FinalizeBlock, Commit) must come one at a time, as
 * the dispatcher gives them; the others may come at any time. A rejected promise means: stop the node.
 */
export function makeBaseApp(options: BaseAppOptions): BaseApp {
  const machine = makeMachine(options);
  const state = initialState(machine);
  return {
    get chainId() {
      return state.chainId;
    },
    info: () => Promise.resolve(info(machine, state)),
    query: request => query(machine, state, request),
    checkTx: makeTxChecker(machine, state),
    initChain: request => initChain(machine, state, request),
    prepareProposal: request => Promise.resolve(prepareProposal(request)),
    processProposal: () => Promise.resolve({ status: accept }),
    extendVote: () => Promise.resolve({ voteExtension: new Uint8Array(0) }),
    verifyVoteExtension: ({ voteExtension }) => Promise.resolve({ status: voteExtension.length === 0 ? accept : reject }),
    finalizeBlock: request => finalizeBlock(machine, state, request),
    commit: () => commit(machine, state),
    listSnapshots: () => Promise.resolve({ snapshots: [] }),
    offerSnapshot: () => Promise.resolve({ result: rejectSnapshot }),
    loadSnapshotChunk: () => Promise.resolve({ chunk: new Uint8Array(0) }),
    applySnapshotChunk: () => Promise.resolve({ result: abortSnapshot, refetchChunks: [], rejectSenders: [] }),
  };
}

/** The last height whose Commit is durable, and the hash that its FinalizeBlock returned. */
function info({ store, consensus, appName, version }: Machine, state: AppState): ResponseInfo {
  const appVersion = store.version > 0n && state.check ? (consensus.params(state.check).version?.app ?? 0n) : 0n;
  return { data: appName, version, appVersion, lastBlockHeight: store.version, lastBlockAppHash: store.version > 0n ? store.appHash : new Uint8Array(0) };
}

/** Durable first, visible then; what follows a commit waits until the reply is on its way. */
async function commit(machine: Machine, state: AppState): Promise<ResponseCommit> {
  const { pending } = state;
  assert(pending !== undefined, 'FinalizeBlock comes before Commit');
  const { store, hooks } = machine;
  await hooks.persist(pending.prepared);
  store.accept(pending.prepared);
  hooks.committed?.();
  Object.assign(state, { chainId: state.chainId, genesis: undefined, pending: undefined, check: store.branch(), time: pending.time } satisfies AppState);
  if (hooks.afterCommit) setImmediate(() => hooks.afterCommit?.(pending.height));
  return { retainHeight: hooks.retainHeight?.(pending.height) ?? 0n };
}
