import assert from 'node:assert/strict';
import { fromBinary, toBinary, type BinaryString } from './bytes.js';
import { Layer, overlay } from './layer.js';
import type { Range } from './tree.js';
import type { Below } from './tree-reader.js';
import type { KVStore, ReadOnlyStores, StoreBranch } from './types.js';

type IterateOptions = { reverse?: boolean };
type Readable = Pick<KVStore, 'get' | 'has' | 'iterate'>;

/** A store that cannot be written. Values are copies. */
export class ReadStore implements Readable {
  readonly #below: Below;

  constructor(below: Below) {
    this.#below = below;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return copyOf(this.#below.read(toBinary(key)));
  }

  has(key: Uint8Array): boolean {
    return this.#below.read(toBinary(key)) !== undefined;
  }

  iterate(start?: Uint8Array, end?: Uint8Array, options?: IterateOptions): Iterable<readonly [Uint8Array, Uint8Array]> {
    return asBytes(this.#below.entries(rangeOf(start, end, options)));
  }
}

/**
 * One store of a branch. Keys and values are copied on their way in and out, so that no caller can change what is kept.
 * An iteration sees the store as it was when iterate() was called; writes made meanwhile, here or below, do not show.
 */
export class BranchStore implements KVStore, Below {
  readonly layer = new Layer();
  readonly #below: Below;

  constructor(below: Below) {
    this.#below = below;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return copyOf(this.read(toBinary(key)));
  }

  has(key: Uint8Array): boolean {
    return this.read(toBinary(key)) !== undefined;
  }

  set(key: Uint8Array, value: Uint8Array): void {
    assert(key.length > 0, 'store: a key is not empty');
    this.layer.set(toBinary(key), new Uint8Array(value));
  }

  /** Deleting what is not there is no change. */
  delete(key: Uint8Array): void {
    assert(key.length > 0, 'store: a key is not empty');
    this.layer.set(toBinary(key), null);
  }

  iterate(start?: Uint8Array, end?: Uint8Array, options?: IterateOptions): Iterable<readonly [Uint8Array, Uint8Array]> {
    return asBytes(this.entries(rangeOf(start, end, options)));
  }

  read(key: BinaryString): Uint8Array | undefined {
    const own = this.layer.get(key);
    if (own === undefined) return this.#below.read(key);
    return own ?? undefined;
  }

  entries(range: Range): Iterable<readonly [BinaryString, Uint8Array]> {
    const below = this.#below.entries(range);
    if (this.layer.size === 0) return below;
    const writes = this.layer.snapshot();
    return { [Symbol.iterator]: () => overlay(below, writes.within(range), range.direction) };
  }
}

/** Stores made on first use from what lies below each. */
abstract class Branch implements StoreBranch {
  readonly #stores = new Map<string, BranchStore>();

  protected abstract below(name: string): Below;
  abstract write(): void;

  store(name: string): BranchStore {
    let store = this.#stores.get(name);
    if (!store) {
      store = new BranchStore(this.below(name));
      this.#stores.set(name, store);
    }
    return store;
  }

  branch(): StoreBranch {
    return new NestedBranch(this);
  }

  /** The stores that were asked for, in no stated order. */
  protected get opened(): ReadonlyMap<string, BranchStore> {
    return this.#stores;
  }
}

class NestedBranch extends Branch {
  readonly #parent: Branch;

  constructor(parent: Branch) {
    super();
    this.#parent = parent;
  }

  protected override below(name: string): Below {
    return this.#parent.store(name);
  }

  override write(): void {
    for (const [name, store] of this.opened) store.layer.moveInto(this.#parent.store(name).layer);
  }
}

/** A branch directly over a version. `base` stands for that version, and is what prepare compares. */
export class RootBranch extends Branch {
  readonly base: object;
  readonly #below: (name: string) => Below;

  constructor(base: object, below: (name: string) => Below) {
    super();
    this.base = base;
    this.#below = below;
  }

  protected override below(name: string): Below {
    return this.#below(name);
  }

  override write(): void {
    throw new Error('store: a root branch has no parent to write to; prepare takes it');
  }

  /** The writes to one store, ascending by key. */
  writesTo(name: string): ReturnType<Layer['inKeyOrder']> {
    return this.opened.get(name)?.layer.inKeyOrder() ?? [];
  }
}

/** Stores of a version that is not written any more, made on first use. */
export class FrozenStores implements ReadOnlyStores {
  readonly #stores = new Map<string, ReadStore>();
  readonly #below: (name: string) => Below;

  constructor(below: (name: string) => Below) {
    this.#below = below;
  }

  store(name: string): ReadStore {
    let store = this.#stores.get(name);
    if (!store) {
      store = new ReadStore(this.#below(name));
      this.#stores.set(name, store);
    }
    return store;
  }
}

function rangeOf(start: Uint8Array | undefined, end: Uint8Array | undefined, options: IterateOptions | undefined): Range {
  return {
    start: start && toBinary(start),
    end: end && toBinary(end),
    direction: options?.reverse ? 'descending' : 'ascending',
  };
}

function asBytes(entries: Iterable<readonly [BinaryString, Uint8Array]>): Iterable<readonly [Uint8Array, Uint8Array]> {
  return {
    *[Symbol.iterator]() {
      for (const [key, value] of entries) yield [fromBinary(key), new Uint8Array(value)] as const;
    },
  };
}

function copyOf(value: Uint8Array | undefined): Uint8Array | undefined {
  return value && new Uint8Array(value);
}
