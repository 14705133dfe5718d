import type { ProofOp } from '../abci/types.js';

/** A row of the node's database, for the block's one batch. `value` undefined deletes. The key has no database prefix. */
export type Row = { readonly key: string; readonly value: Uint8Array | undefined };

/**
 * Synchronous point reads of committed rows under the chain's prefix. Keys are "binary strings": each character one
 * byte, 0 to 255. The returned bytes must not be changed.
 */
export interface RowSource {
  get(key: string): Uint8Array | undefined;
}

/**
 * One named store. Keys are not empty. Iteration is in byte order over [start, end), or backwards from the last key before end;
 * it sees the store as it was when iterate was called, whatever is written meanwhile. Keys and values are copied both ways.
 */
export interface KVStore {
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
  iterate(start?: Uint8Array, end?: Uint8Array, options?: { reverse?: boolean }): Iterable<readonly [Uint8Array, Uint8Array]>;
}

/** A cache over a state: reads see its own writes, the parent sees nothing until write(). Branches nest. */
export interface StoreBranch {
  /** Throws if the multi-store has no such store: that is a mistake in the program. */
  store(name: string): KVStore;
  branch(): StoreBranch;
  /** Moves the writes into the parent branch. Refused on a root branch (made by MultiStore.branch): prepare takes that one. */
  write(): void;
}

export type ReadOnlyStores = { store(name: string): Pick<KVStore, 'get' | 'has' | 'iterate'> };

/** What one block makes of the stores; nothing of it can be seen by a reader until accept. */
export type PreparedVersion = {
  readonly version: bigint;
  readonly appHash: Uint8Array;
  readonly rows: readonly Row[];
  /** The root of each store, in the order of their names. */
  readonly roots: ReadonlyMap<string, Uint8Array>;
};

export type StoreProof = { readonly value: Uint8Array | undefined; readonly ops: readonly ProofOp[] };

/**
 * IAVL-shaped stores under a simple Merkle root: the Cosmos SDK's shape of an AppHash. Versions are block heights;
 * the first one may be any positive height (initial_height), later ones follow without a gap.
 */
export interface MultiStore {
  readonly names: readonly string[];
  /** 0 when nothing was ever committed. */
  readonly version: bigint;
  /** Root over all stores at `version`; SHA-256 of nothing when there is none. */
  readonly appHash: Uint8Array;
  /** A new cache over the latest version. Several may exist; each goes stale when a version is accepted. */
  branch(): StoreBranch;
  /** Applies a root branch's writes, store by store in name order and keys ascending, and hashes. Changes nothing that is visible; may be called again. */
  prepare(branch: StoreBranch, version: bigint): PreparedVersion;
  /** Makes a prepared version the latest one: call it after its rows are durable. */
  accept(prepared: PreparedVersion): void;
  /** The state at a version that is still kept, else undefined. */
  at(version: bigint): ReadOnlyStores | undefined;
  /** The root of each store at a version that is still kept, by name ascending; the AppHash is the simple Merkle root over them. */
  roots(version: bigint): readonly { readonly name: string; readonly root: Uint8Array }[] | undefined;
  /** ics23:iavl and ics23:simple proof ops of membership or non-membership, or undefined when the version is not kept or has no such store. */
  prove(version: bigint, storeName: string, key: Uint8Array): StoreProof | undefined;
}
