/** Where a ledger lies: tables of records by key. A host brings tables over its own store, or takes those in memory. */
import type { Collection, Row } from './types.js';

export type Table<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** Every record, in any order. The table must not change meanwhile. */
  all(): Iterable<readonly [key: string, value: T]>;
};

/** Names that belong to something. */
export type Index = {
  has(owner: string, name: string): boolean;
  add(owner: string, name: string): void;
  delete(owner: string, name: string): void;
  /** By name. The index must not change meanwhile. */
  of(owner: string): Iterable<string>;
};

/** Records are never changed in place. */
export type LedgerTables = {
  /** By id. */
  readonly collections: Table<Collection>;
  /** Counters of each collection, by id; a place for each dimension. */
  readonly used: Table<readonly bigint[]>;
  /** By token. */
  readonly rows: Table<Row>;
  /** By `<kind>.<subject>`: the largest generation that was ever charged, refused or cancelled. */
  readonly high: Table<number>;
  /** Collections of a parent. */
  readonly children: Index;
  /** Rows of a leaf, by token. */
  readonly rowsOf: Index;
  /** Counts that the ledger keeps: `rows` and `collections`. */
  readonly counts: Table<number>;
};

class MemoryTable<T> implements Table<T> {
  readonly #rows = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  set(key: string, value: T): void {
    this.#rows.set(key, value);
  }

  delete(key: string): void {
    this.#rows.delete(key);
  }

  all(): Iterable<readonly [string, T]> {
    return this.#rows;
  }
}

class MemoryIndex implements Index {
  readonly #names = new Map<string, Set<string>>();

  has(owner: string, name: string): boolean {
    return this.#names.get(owner)?.has(name) ?? false;
  }

  add(owner: string, name: string): void {
    const names = this.#names.get(owner);
    if (names) names.add(name);
    else this.#names.set(owner, new Set([name]));
  }

  delete(owner: string, name: string): void {
    this.#names.get(owner)?.delete(name);
  }

  of(owner: string): Iterable<string> {
    return [...(this.#names.get(owner) ?? [])].sort();
  }
}

/** Tables that nothing outlives; for tests, and for hosts that write what changes elsewhere. */
export function memoryTables(): LedgerTables {
  return {
    collections: new MemoryTable(), used: new MemoryTable(), rows: new MemoryTable(), high: new MemoryTable(),
    children: new MemoryIndex(), rowsOf: new MemoryIndex(), counts: new MemoryTable(),
  };
}
