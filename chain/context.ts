import type { Event, Timestamp } from './abci/types.js';
import type { KVStore, StoreBranch } from './store/types.js';

/** Where code runs: a tx in one of its modes, a block's begin and end, or genesis. */
export type ExecMode = 'check' | 'recheck' | 'simulate' | 'finalize' | 'genesis';

export interface GasMeter {
  /** Throws Refusal sdk/11 when the limit is passed; the text names `descriptor`, as the SDK's does. */
  consume(amount: bigint, descriptor: string): void;
  readonly consumed: bigint;
  readonly limit: bigint;
}

export interface EventSink {
  /** Attributes keep their order; all are indexed. */
  emit(type: string, attributes: readonly (readonly [key: string, value: string])[]): void;
  readonly events: readonly Event[];
}

/** What a module's code may see and touch. Inside a tx, `store` charges gas by the SDK's table. */
export interface Context {
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly mode: ExecMode;
  store(name: string): KVStore;
  /** The cache that `store` writes to, unmetered; for the stages of a block and a tx. */
  readonly branch: StoreBranch;
  readonly gas: GasMeter;
  readonly events: EventSink;
  /** SHA-256 of the tx and the index of the message within it; undefined outside a message. */
  readonly tx: { readonly hash: Uint8Array; readonly msgIndex: number } | undefined;
}
