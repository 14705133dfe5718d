import type { AbciApplication, RequestFinalizeBlock, RequestInitChain } from './abci/types.js';
import type { Context } from './context.js';
import type { PreparedVersion } from './store/types.js';

/** What the host of a chain adds to the life of a block. Each hook is awaited; a rejection stops the node before it commits. */
export type BaseAppHooks = {
  /** After the modules' genesis; `ctx` writes to the genesis branch. */
  initChain?(ctx: Context, request: RequestInitChain): Promise<void>;
  /** First thing in FinalizeBlock, before begin-block and before anything is written. */
  beforeBlock?(ctx: Context, block: RequestFinalizeBlock): Promise<void>;
  /** After every module's end-block, before the hash: the host joins what was computed beside the block. `ctx` events become block events. */
  mergeBeforeHash?(ctx: Context): Promise<void>;
  /** Commit: makes the prepared version durable, with whatever else belongs to the block, in one synchronous batch. */
  persist(prepared: PreparedVersion): Promise<void>;
  /** After Commit's reply was given to the engine. Must not throw. */
  afterCommit?(height: bigint): void;
  /** Lowest height whose block this node still needs, for ResponseCommit; 0n keeps all. */
  retainHeight?(height: bigint): bigint;
};

export type BaseApp = AbciApplication & {
  /** Modules' message and query routers, stores and codecs are fixed when the app is made. */
  readonly chainId: string;
};
