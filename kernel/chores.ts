/**
 * What the kernel wants of vats besides their items: GC actions and reaps, of vats that may be given them now. Planning
 * asks for a few of them and must not walk over those of paused vats, nor over all actions of a vat to find the next. The
 * rows are the truth; this follows every write to them, undone ones too.
 */
import SortedBTree from 'sorted-btree';
import type { VatId } from './ids.js';
import { parseReap } from './reap.js';
import { keys, vatAtEnd, vatAtStart } from './store/keys.js';
import { compareText, type KernelStorage } from './store/storage.js';
import { readVat } from './vat/records.js';

const BTree = SortedBTree.default;

const indexes = new WeakMap<KernelStorage, Chores>();

/** The chores in a store; made at the first call. */
export function choresOf(rows: KernelStorage): Chores {
  const known = indexes.get(rows) ?? new Chores(rows);
  indexes.set(rows, known);
  return known;
}

class Chores {
  readonly #rows: KernelStorage;
  /** Prefixes of the GC actions of vats that may be given some. */
  readonly #gc = new BTree<string, VatId>(undefined, compareText);
  /** Reaps that may be taken. */
  readonly #reaps = new BTree<string, VatId>(undefined, compareText);
  /** Every reap, by its key and by its vat. */
  readonly #vatOfReap = new Map<string, VatId>();
  readonly #reapsOf = new Map<VatId, Set<string>>();
  /** What was written since it was looked at. */
  readonly #touchedVats = new Set<VatId>();
  readonly #touchedReaps = new Set<string>();

  constructor(rows: KernelStorage) {
    this.#rows = rows;
    for (const prefix of [keys.allGcActions, keys.allReaps]) for (const [key] of rows.below(prefix)) this.#onWrite(key);
    rows.observe(key => this.#onWrite(key));
  }

  /** Vats with GC actions, valid or not, by number. Steps may be taken and undone while it is walked. */
  *gcVats(): Iterable<VatId> {
    this.#settle();
    for (let next = this.#gc.nextHigherPair(''); next; next = this.#gc.nextHigherPair(next[0])) yield next[1];
  }

  /** Reaps in their order. Steps may be taken and undone while it is walked. */
  *reaps(): Iterable<{ readonly key: string; readonly vat: VatId }> {
    this.#settle();
    for (let next = this.#reaps.nextHigherPair(''); next; next = this.#reaps.nextHigherPair(next[0])) yield { key: next[0], vat: next[1] };
  }

  /** Adds the vats that have chores, until there are `enough`. */
  countWaiting(into: Set<string>, enough: number): void {
    for (const vats of [this.gcVats(), this.reaps()]) {
      for (const next of vats) {
        if (into.size >= enough) return;
        into.add(typeof next === 'string' ? next : next.vat);
      }
    }
  }

  #onWrite(key: string): void {
    if (key.startsWith(keys.allGcActions)) this.#touchedVats.add(vatAtStart(key));
    else if (key.startsWith(keys.allVats)) this.#touchedVats.add(vatAtEnd(key));
    else if (key.startsWith(keys.allReaps)) this.#touchedReaps.add(key);
  }

  #settle(): void {
    for (const vat of this.#touchedVats) {
      const prefix = keys.gcActionsOf(vat);
      if (this.#rows.first(prefix) && !this.#isPaused(vat)) this.#gc.set(prefix, vat);
      else this.#gc.delete(prefix);
      for (const key of this.#reapsOf.get(vat) ?? []) this.#touchedReaps.add(key);
    }
    this.#touchedVats.clear();
    for (const key of this.#touchedReaps) this.#placeReap(key);
    this.#touchedReaps.clear();
  }

  #placeReap(key: string): void {
    const text = this.#rows.get(key);
    const vat = text === undefined ? undefined : parseReap(text).vat;
    const before = this.#vatOfReap.get(key);
    if (before !== vat) this.#noteReap(key, before, vat);
    if (vat !== undefined && !this.#isPaused(vat)) this.#reaps.set(key, vat);
    else this.#reaps.delete(key);
  }

  #noteReap(key: string, before: VatId | undefined, vat: VatId | undefined): void {
    if (before !== undefined) {
      const left = this.#reapsOf.get(before);
      left?.delete(key);
      if (left?.size === 0) this.#reapsOf.delete(before);
      this.#vatOfReap.delete(key);
    }
    if (vat === undefined) return;
    this.#reapsOf.set(vat, (this.#reapsOf.get(vat) ?? new Set()).add(key));
    this.#vatOfReap.set(key, vat);
  }

  #isPaused(vat: VatId): boolean {
    return readVat(this.#rows, vat)?.life === 'paused';
  }
}
