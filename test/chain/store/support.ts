import { openMultiStore, type KVStore, type MultiStore, type Row, type RowSource, type StoreBranch } from '../../../chain/store/index.js';

/** A database in memory. Rows come and go in batches, as they do on disk. */
export class MapRows implements RowSource {
  readonly map: Map<string, Uint8Array>;
  reads = 0;

  constructor(entries: Iterable<readonly [string, Uint8Array]> = []) {
    this.map = new Map(entries);
  }

  get(key: string): Uint8Array | undefined {
    this.reads += 1;
    return this.map.get(key);
  }

  apply(rows: readonly Row[]): void {
    for (const { key, value } of rows) {
      if (value) this.map.set(key, value);
      else this.map.delete(key);
    }
  }

  copy(): MapRows {
    return new MapRows([...this.map].map(([key, value]) => [key, new Uint8Array(value)]));
  }
}

/** Prepares the branch as the next version, makes it durable, accepts it. */
export function commit(stores: MultiStore, rows: MapRows, branch: StoreBranch, version = stores.version + 1n): Uint8Array {
  const prepared = stores.prepare(branch, version);
  rows.apply(prepared.rows);
  stores.accept(prepared);
  return prepared.appHash;
}

/** Commits the writes of `change` to store `main` of a store opened on `rows`. */
export function commitTo(stores: MultiStore, rows: MapRows, change: (store: KVStore) => void): Uint8Array {
  const branch = stores.branch();
  change(branch.store('main'));
  return commit(stores, rows, branch);
}

export function openMain(rows: MapRows, pruning = 10, cacheBytes?: number): MultiStore {
  return openMultiStore({ names: ['main', 'other'], rows, pruning, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
}

export type Random = { below(limit: number): number; bytes(length: number): Uint8Array };

/** mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    below: limit => Math.floor((next() / 2 ** 32) * limit),
    bytes: length => Uint8Array.from({ length }, () => next() & 0xff),
  };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
