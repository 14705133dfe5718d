import type { Event, Timestamp } from './abci/types.js';
import { meteredStore } from './gas.js';
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

/** What makes up a context, before stores are wrapped. */
export type ContextParts = Omit<Context, 'store'> & {
  /** Whether `store` charges the gas meter: inside a tx, but not in genesis, begin and end of a block. */
  readonly metered: boolean;
};

/** A context over the parts; stores are wrapped once, when first asked for. */
export function makeContext(parts: ContextParts): Context {
  const { metered, ...rest } = parts;
  if (!metered) return { ...rest, store: name => parts.branch.store(name) };
  const wrapped = new Map<string, KVStore>();
  const store = (name: string): KVStore => {
    let known = wrapped.get(name);
    if (!known) {
      known = meteredStore(parts.branch.store(name), parts.gas);
      wrapped.set(name, known);
    }
    return known;
  };
  return { ...rest, store };
}
