/**
 * The run-queue in lanes, so that planning costs what it takes and not what waits (design 5.2: kept per vat). The rows are
 * the truth; this follows every write to them, undone ones too, and says nothing that a walk over all rows would not say.
 */
import SortedBTree from 'sorted-btree';
import type { VatId } from './ids.js';
import { isAlone, parseItem, type NotifyItem, type SendItem } from './items.js';
import { vatOfItem } from './queues.js';
import { keys } from './store/keys.js';
import { compareText, type KernelStorage } from './store/storage.js';
import { isAlive } from './vat/records.js';

const BTree = SortedBTree.default;
type SortedKeys = SortedBTree.default<string, true>;

/** Items of one vat, or items without one. A void lane holds notifies of promises that the vat does not know any more. */
type Lane = { readonly id: string; readonly vat: VatId | undefined; readonly isVoid: boolean; readonly keys: SortedKeys };

/** Items with the same addressee: one row decides for all of them where they go. */
type Group = { readonly decidedBy: string; readonly first: SendItem | NotifyItem; readonly keys: Set<string>; lane: Lane | undefined };

/** An item that may be taken next. `vat` must do it; undefined when the kernel can do it alone, or when it is an alone item. */
export type Waiting = { readonly key: string; readonly vat: VatId | undefined };

const indexes = new WeakMap<KernelStorage, RunQueue>();

/** The lanes of a store's run-queue; made at the first call. */
export function runQueueOf(rows: KernelStorage): RunQueue {
  const known = indexes.get(rows) ?? new RunQueue(rows);
  indexes.set(rows, known);
  return known;
}

export class RunQueue {
  readonly #rows: KernelStorage;
  readonly #lanes = new Map<string, Lane>();
  readonly #groups = new Map<string, Group>();
  readonly #groupOf = new Map<string, Group>();
  readonly #alone: SortedKeys = sortedKeys();
  /** Groups whose deciding row was written since they were put into a lane. */
  readonly #unsettled = new Set<Group>();

  constructor(rows: KernelStorage) {
    this.#rows = rows;
    for (const [key, text] of rows.below(keys.allRunQueue)) this.#add(key, text);
    rows.observe((key, value) => this.#onWrite(key, value));
  }

  /**
   * In the queue's order: of each vat that is not closed the first item, up to `kernelItemsMax` items that need no
   * vat, and the first alone item. Whoever takes from it decides where to stop.
   */
  candidates(closed: ReadonlySet<VatId>, kernelItemsMax: number): Waiting[] {
    this.#settle();
    const found: Waiting[] = [];
    for (const { vat, isVoid, keys: waiting } of this.#lanes.values()) {
      if (vat === undefined || isVoid || !isAlive(this.#rows, vat)) found.push(...firstOf(waiting, kernelItemsMax).map(key => ({ key, vat: undefined })));
      else if (!closed.has(vat)) found.push({ key: waiting.minKey() as string, vat });
    }
    found.push(...firstOf(this.#alone, 1).map(key => ({ key, vat: undefined })));
    return found.sort((a, b) => compareText(a.key, b.key));
  }

  /** The first items that a live vat must do, before the first alone item, in the queue's order. */
  nextOf(vat: VatId, count: number): string[] {
    this.#settle();
    const lane = this.#lanes.get(vat);
    const alone = this.#alone.minKey();
    return lane ? firstOf(lane.keys, count).filter(key => alone === undefined || key < alone) : [];
  }

  /** Adds every vat that has an item, and every item that belongs to none, until there are `enough`. */
  countWaiting(into: Set<string>, enough: number): void {
    this.#settle();
    for (const { vat, keys: waiting } of this.#lanes.values()) {
      if (into.size >= enough) return;
      if (vat !== undefined) into.add(vat);
      else for (const key of firstOf(waiting, enough)) into.add(key);
    }
    for (const key of firstOf(this.#alone, enough)) into.add(key);
  }

  #onWrite(key: string, value: string | undefined): void {
    if (key.startsWith(keys.allRunQueue)) {
      this.#remove(key);
      if (value !== undefined) this.#add(key, value);
      return;
    }
    const group = this.#groups.get(key);
    if (group) this.#unsettled.add(group);
  }

  #add(key: string, text: string): void {
    const item = parseItem(text);
    if (isAlone(item)) {
      this.#alone.set(key, true);
      return;
    }
    const decidedBy = item.type === 'send' ? keys.object(item.target) : keys.clistKref(item.vat, item.promise);
    let group = this.#groups.get(decidedBy);
    if (!group) {
      group = { decidedBy, first: item, keys: new Set(), lane: undefined };
      this.#groups.set(decidedBy, group);
      this.#unsettled.add(group);
    }
    group.keys.add(key);
    group.lane?.keys.set(key, true);
    this.#groupOf.set(key, group);
  }

  #remove(key: string): void {
    this.#alone.delete(key);
    const group = this.#groupOf.get(key);
    if (!group) return;
    this.#groupOf.delete(key);
    group.keys.delete(key);
    if (group.lane) this.#takeOut(group.lane, key);
    if (group.keys.size > 0) return;
    this.#groups.delete(group.decidedBy);
    this.#unsettled.delete(group);
  }

  #takeOut(lane: Lane, key: string): void {
    lane.keys.delete(key);
    if (lane.keys.isEmpty) this.#lanes.delete(lane.id);
  }

  #settle(): void {
    for (const group of this.#unsettled) {
      const id = this.#laneIdOf(group.first);
      if (group.lane?.id === id.id) continue;
      for (const key of group.lane ? group.keys : []) this.#takeOut(group.lane as Lane, key);
      group.lane = this.#laneOf(id);
      for (const key of group.keys) group.lane.keys.set(key, true);
    }
    this.#unsettled.clear();
  }

  #laneIdOf(item: SendItem | NotifyItem): Omit<Lane, 'keys'> {
    const vat = vatOfItem(this.#rows, item);
    const isVoid = item.type === 'notify' && !this.#rows.has(keys.clistKref(item.vat, item.promise));
    return { id: vat === undefined ? 'kernel' : `${vat}${isVoid ? ' void' : ''}`, vat, isVoid };
  }

  #laneOf(id: Omit<Lane, 'keys'>): Lane {
    const known = this.#lanes.get(id.id) ?? { ...id, keys: sortedKeys() };
    this.#lanes.set(id.id, known);
    return known;
  }
}

function sortedKeys(): SortedKeys {
  return new BTree<string, true>(undefined, compareText);
}

function firstOf(sorted: SortedKeys, count: number): string[] {
  const found: string[] = [];
  if (count > 0) for (const key of sorted.keys()) if (found.push(key) >= count) break;
  return found;
}
