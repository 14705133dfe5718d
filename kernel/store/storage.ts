/**
 * The kernel's one table of rows, text to text, in three layers: what is committed, what the current run has written,
 * and what the current step has written. A step is undone or kept whole; a run's writes are handed to the host's batch;
 * readers of the committed state never see either.
 *
 * Rows live in memory, ordered by key, except those that may be too many (vat stores, transcripts), which are read from
 * disk. Writes go straight into the live rows; the old values are kept beside them, per step and per run, and give the
 * undo, the committed view and the change list. Keys that begin with '@' are local: part of the block, undone with it,
 * but never hashed.
 */
import assert from 'node:assert/strict';
import SortedBTree from 'sorted-btree';
import { endOf, isOnDiskOnly, keys } from './keys.js';
import { closedRows, heapOfSpanRow } from './spans.js';

const BTree = SortedBTree.default;
type Rows = SortedBTree.default<string, string>;

/** Committed rows on disk. Keys are text of characters 0 to 255, in byte order; values are any text. */
export interface KernelBacking {
  getSync(key: string): string | undefined;
  /** Up to `limit` committed keys in [from, to), ascending. Only asked for rows that are not held in memory. */
  keys(from: string, to: string, limit: number): Promise<string[]>;
  /** Every committed row that is held in memory, in any order. */
  memoryRows(): AsyncIterable<readonly [key: string, value: string]>;
}

export type Change = { readonly key: string; readonly before: string | undefined; readonly after: string | undefined };

/** Reading only; what planning, queries and audits get. */
export interface ReadableRows {
  get(key: string): string | undefined;
  /** In-memory rows whose key starts with the prefix, ascending. The rows must not change while it is walked, except behind it. */
  below(prefix: string): Iterable<readonly [key: string, value: string]>;
}

export const isLocal = (key: string): boolean => key.startsWith('@');
const isOnDisk = (key: string): boolean => isLocal(key) || isOnDiskOnly(key);

export class KernelStorage implements ReadableRows {
  readonly #backing: KernelBacking;
  /** In-memory rows as they are now. */
  readonly #rows: Rows = new BTree<string, string>(undefined, compareText);
  /** On-disk rows that this run wrote, as they are now; undefined means deleted. */
  readonly #written: SortedBTree.default<string, string | undefined> = new BTree<string, string | undefined>(undefined, compareText);
  /** Old values of what this run wrote; by key, because blocks ask for what was committed below a prefix while there may be very many. */
  readonly #run: SortedBTree.default<string, string | undefined> = new BTree<string, string | undefined>(undefined, compareText);
  /** Old values of what this step wrote; undefined between steps. */
  #step: Map<string, string | undefined> | undefined;
  readonly #observers: ((key: string, value: string | undefined) => void)[] = [];

  /** Loads the in-memory rows. */
  static async open(backing: KernelBacking): Promise<KernelStorage> {
    const storage = new KernelStorage(backing);
    for await (const [key, value] of backing.memoryRows()) storage.#rows.set(key, value);
    return storage;
  }

  private constructor(backing: KernelBacking) {
    this.#backing = backing;
  }

  /** Calls back after every change of an in-memory row, those by undoing too. An observer must be quick, and not write. */
  observe(observer: (key: string, value: string | undefined) => void): void {
    this.#observers.push(observer);
  }

  get(key: string): string | undefined {
    if (!isOnDisk(key)) return this.#rows.get(key);
    return this.#written.has(key) ? this.#written.get(key) : this.#backing.getSync(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Only within a step. */
  set(key: string, value: string): void {
    this.#write(key, value);
  }

  /** Only within a step. Deleting what is not there changes nothing. */
  delete(key: string): void {
    this.#write(key, undefined);
  }

  #write(key: string, value: string | undefined): void {
    assert(this.#step, `write of ${key} outside a step`);
    const before = this.get(key);
    if (before === value) return;
    if (!this.#step.has(key)) this.#step.set(key, before);
    this.#put(key, value);
  }

  #put(key: string, value: string | undefined): void {
    if (isOnDisk(key)) {
      this.#written.set(key, value);
      return;
    }
    if (value === undefined) this.#rows.delete(key);
    else this.#rows.set(key, value);
    for (const observer of this.#observers) observer(key, value);
  }

  *below(prefix: string): Iterable<readonly [string, string]> {
    yield* this.range(prefix, endOf(prefix));
  }

  /** In-memory rows in [from, to), ascending. Each step of the walk looks at the rows as they are then. */
  *range(from: string, to: string): Iterable<readonly [string, string]> {
    assert(!isOnDisk(from), `${from} is not held in memory`);
    let next = this.#rows.getPairOrNextHigher(from);
    while (next !== undefined && next[0] < to) {
      yield next;
      next = this.#rows.nextHigherPair(next[0]);
    }
  }

  /** The first in-memory row below a prefix, at `from` or after it. */
  first(prefix: string, from = prefix): readonly [string, string] | undefined {
    const pair = this.#rows.getPairOrNextHigher(from);
    return pair !== undefined && pair[0].startsWith(prefix) ? pair : undefined;
  }

  /** Up to `limit` keys of on-disk rows in [from, to) as they are now, ascending. */
  async keysOnDisk(from: string, to: string, limit: number): Promise<string[]> {
    assert(isOnDisk(from), `${from} is held in memory`);
    const found: string[] = [];
    let cursor = from;
    while (found.length < limit) {
      const committed = await this.#backing.keys(cursor, to, limit + 1);
      const complete = committed.length <= limit;
      const end = complete ? to : `${committed[committed.length - 1] as string}\0`;
      found.push(...this.#mergeKeys(committed, cursor, end));
      if (complete) break;
      cursor = end;
    }
    return found.slice(0, limit);
  }

  /** Committed keys and this run's writes in [from, to), without what the run deleted. */
  #mergeKeys(committed: readonly string[], from: string, to: string): string[] {
    const alive = new Set(committed);
    this.#written.forRange(from, to, false, (key, value) => {
      if (value === undefined) alive.delete(key);
      else alive.add(key);
    });
    return [...alive].sort(compareText);
  }

  /** Opens a step: from now on writes are allowed, and can be undone together. */
  beginStep(): void {
    assert(!this.#step, 'a step is open already');
    this.#step = new Map();
  }

  get isInStep(): boolean {
    return this.#step !== undefined;
  }

  /** Undoes what the open step wrote so far; it stays open. */
  undoStep(): void {
    assert(this.#step, 'no step is open');
    for (const [key, before] of this.#step) this.#put(key, before);
    this.#step.clear();
  }

  /** The rows whose value differs from before the step, by key. */
  stepChanges(): Change[] {
    assert(this.#step, 'no step is open');
    return this.#changesOf(this.#step);
  }

  /** Closes the step and keeps what it wrote for the run. */
  endStep(): void {
    assert(this.#step, 'no step is open');
    for (const [key, before] of this.#step) {
      if (!this.#run.has(key)) this.#run.set(key, before);
    }
    this.#step = undefined;
  }

  /** Undoes the open step and closes it. */
  dropStep(): void {
    this.undoStep();
    this.#step = undefined;
  }

  /** What the run has written since the last commit, by key. The host puts it into its batch. */
  runChanges(): Change[] {
    assert(!this.#step, 'a step is open');
    return this.#changesOf(this.#run.entries());
  }

  /** In-memory rows below a prefix that the run has written, whether they are different now or not, by key. */
  changedKeys(prefix: string): string[] {
    const found: string[] = [];
    this.#run.forRange(prefix, endOf(prefix), false, key => void found.push(key));
    return found;
  }

  #changesOf(old: Iterable<readonly [key: string, before: string | undefined]>): Change[] {
    const changes: Change[] = [];
    for (const [key, before] of old) {
      const after = this.get(key);
      if (after !== before) changes.push({ key, before, after });
    }
    return changes.sort((a, b) => compareText(a.key, b.key));
  }

  /** The host's batch with runChanges is durable: they are the committed state now. */
  committed(): void {
    assert(!this.#step, 'a step is open');
    this.#run.clear();
    this.#written.clear();
  }

  /** Forgets what was written since the last commit. */
  dropRun(): void {
    assert(!this.#step, 'a step is open');
    for (const [key, before] of this.#run.entries()) this.#put(key, before);
    this.#run.clear();
    this.#written.clear();
  }

  /** The committed state, whatever a run has written meanwhile. */
  readonly committedRows: ReadableRows = {
    get: key => {
      if (this.#step?.has(key) && !this.#run.has(key)) return this.#step.get(key);
      return this.#run.has(key) ? this.#run.get(key) : this.get(key);
    },
    below: prefix => this.#committedBelow(prefix),
  };

  *#committedBelow(prefix: string): Iterable<readonly [string, string]> {
    const keys = new Set<string>();
    for (const [key] of this.range(prefix, endOf(prefix))) keys.add(key);
    this.#run.forRange(prefix, endOf(prefix), false, key => void keys.add(key));
    for (const key of this.#step?.keys() ?? []) if (key.startsWith(prefix)) keys.add(key);
    for (const key of [...keys].sort(compareText)) {
      const value = this.committedRows.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows in memory only, for kernels without a disk; `commit` is given the run's changes. Nothing is ever undone, so what is closed goes at once. */
export class MemoryBacking implements KernelBacking {
  readonly #rows: Rows = new BTree<string, string>(undefined, compareText);
  readonly #keepsClosedSpans: boolean;

  constructor({ keepsClosedSpans = false }: { readonly keepsClosedSpans?: boolean } = {}) {
    this.#keepsClosedSpans = keepsClosedSpans;
  }

  getSync(key: string): string | undefined {
    return this.#rows.get(key);
  }

  keys(from: string, to: string, limit: number): Promise<string[]> {
    const found: string[] = [];
    this.#rows.forRange(from, to, false, key => {
      found.push(key);
      return found.length >= limit ? { break: true } : undefined;
    });
    return Promise.resolve(found);
  }

  async *memoryRows(): AsyncIterable<readonly [string, string]> {
    for (const pair of this.#rows.entries()) if (!isOnDisk(pair[0])) yield pair;
  }

  commit(changes: readonly Change[]): void {
    for (const { key, after } of changes) {
      if (after === undefined) this.#rows.delete(key);
      else this.#rows.set(key, after);
    }
    if (!this.#keepsClosedSpans) for (const key of closedRows(changes)) this.#rows.delete(key);
  }

  /** Hashes of the heaps that current spans start from. */
  heapsInUse(): ReadonlySet<string> {
    const hashes = new Set<string>();
    this.#rows.forRange(keys.allSpans, endOf(keys.allSpans), false, (_, text) => {
      const heap = heapOfSpanRow(text);
      if (heap !== undefined) hashes.add(heap);
    });
    return hashes;
  }
}
