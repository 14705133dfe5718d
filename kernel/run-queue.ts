/**
 * The run-queue in lanes, so that planning costs what it takes and not what waits (design 5.2: kept per vat). The rows are
 * the truth; this follows every write to them, undone ones too, and says nothing that a walk over all rows would not say.
 */
import SortedBTree from 'sorted-btree';
import { firstOf } from './first-of.js';
import type { KernelPromiseId, VatId } from './ids.js';
import { isAlone, parseItem, type NotifyItem, type QueueItem, type SendItem } from './items.js';
import { owningVat } from './objects.js';
import { keys, vatAtEnd } from './store/keys.js';
import { compareText, type KernelStorage, type ReadableRows } from './store/storage.js';
import { isAlive } from './vat/records.js';

const BTree = SortedBTree.default;
type SortedKeys = SortedBTree.default<string, true>;

/**
 * Items of one vat, or items without one. A void lane holds notifies of promises that the vat does not know any more; a notice
 * lane holds unasked ones, which need no worker but the vat's c-list to themselves.
 */
type Lane = {
  readonly id: string;
  readonly vat: VatId | undefined;
  readonly isVoid: boolean;
  readonly keys: SortedKeys;
  /** Whether the kernel can do its items alone; then all of them are among the kernel's. */
  isKernels: boolean;
  /** Where it stands among the heads, if a live vat must do its items. */
  head: string | undefined;
};

/** Items with the same addressee: one row decides for all of them where they go. */
type Group = { readonly decidedBy: string; readonly first: SendItem | NotifyItem; readonly keys: Set<string>; lane: Lane | undefined };

/** An item that may be taken next. `vat` must do it, or has its c-list changed by it; undefined when the kernel can do it alone, or when it is an alone item. */
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
  /** By their first item, the lanes whose items live vats must do. */
  readonly #heads = new BTree<string, Lane>(undefined, compareText);
  /** Items that the kernel can do alone. */
  readonly #kernels: SortedKeys = sortedKeys();
  /** Groups whose deciding row was written since they were put into a lane, and lanes that changed since they were placed. */
  readonly #unsettled = new Set<Group>();
  readonly #unplaced = new Set<Lane>();

  constructor(rows: KernelStorage) {
    this.#rows = rows;
    for (const [key, text] of rows.below(keys.allRunQueue)) this.#add(key, text);
    rows.observe((key, value) => this.#onWrite(key, value));
  }

  /**
   * In the queue's order, up to the first alone item: the items that the kernel can do alone, and of each vat that is not
   * closed the first one. Whoever takes from it decides where to stop; steps may be taken and undone meanwhile.
   */
  *candidates(closed: ReadonlySet<VatId>): Iterable<Waiting> {
    this.#settle();
    const alone = this.#alone.minKey();
    let [head, own] = [this.#nextHead('', closed), this.#kernels.nextHigherKey('')];
    while (head !== undefined || own !== undefined) {
      const isHead = own === undefined || (head !== undefined && head[0] < own);
      const [key, vat] = isHead ? [head?.[0] as string, head?.[1].vat] : [own as string, undefined];
      if (alone !== undefined && alone < key) break;
      yield { key, vat };
      if (isHead) head = this.#nextHead(key, closed);
      else own = this.#kernels.nextHigherKey(key);
    }
    if (alone !== undefined) yield { key: alone, vat: undefined };
  }

  #nextHead(after: string, closed: ReadonlySet<VatId>): [string, Lane] | undefined {
    let next = this.#heads.nextHigherPair(after);
    while (next && closed.has(next[1].vat as VatId)) next = this.#heads.nextHigherPair(next[0]);
    return next;
  }

  /** Every item of a vat, by number: those that it must do, and those that are void. */
  keysOf(vat: VatId): string[] {
    this.#settle();
    return [vat, voidOf(vat)].flatMap(id => [...(this.#lanes.get(id)?.keys.keys() ?? [])]).sort(compareText);
  }

  /** The first items that a live vat must do, before the first alone item, in the queue's order. */
  nextOf(vat: VatId, count: number): string[] {
    return this.#nextIn(vat, count);
  }

  /** The first unasked notifies of a vat, before the first alone item, in the queue's order. */
  noticesOf(vat: VatId, count: number): string[] {
    return this.#nextIn(noticesOf(vat), count);
  }

  #nextIn(laneId: string, count: number): string[] {
    this.#settle();
    const lane = this.#lanes.get(laneId);
    const alone = this.#alone.minKey();
    return lane ? firstOf(lane.keys.keys(), count).filter(key => alone === undefined || key < alone) : [];
  }

  /** Whether the vat is going to be told of a promise by a notify in the queue. */
  hasNotify(vat: VatId, promise: KernelPromiseId): boolean {
    return this.#groups.has(keys.clistKref(vat, promise));
  }

  /** Adds every vat that has an item, and every item that belongs to none, until there are `enough`. */
  countWaiting(into: Set<string>, enough: number): void {
    this.#settle();
    for (const { vat, keys: waiting } of this.#lanes.values()) {
      if (into.size >= enough) return;
      if (vat !== undefined) into.add(vat);
      else for (const key of firstOf(waiting.keys(), enough)) into.add(key);
    }
    for (const key of firstOf(this.#alone.keys(), enough)) into.add(key);
  }

  #onWrite(key: string, value: string | undefined): void {
    if (key.startsWith(keys.allRunQueue)) {
      this.#remove(key);
      if (value !== undefined) this.#add(key, value);
      return;
    }
    const group = this.#groups.get(key);
    if (group) this.#unsettled.add(group);
    if (!key.startsWith(keys.allVats)) return;
    const vat = vatAtEnd(key);
    for (const id of [vat, noticesOf(vat)]) {
      const lane = this.#lanes.get(id);
      if (lane) this.#unplaced.add(lane);
    }
  }

  #add(key: string, text: string): void {
    const item = parseItem(text);
    if (isAlone(item)) {
      this.#alone.set(key, true);
      return;
    }
    const decidedBy = decidingRowOf(item);
    let group = this.#groups.get(decidedBy);
    if (!group) {
      group = { decidedBy, first: item, keys: new Set(), lane: undefined };
      this.#groups.set(decidedBy, group);
      this.#unsettled.add(group);
    }
    group.keys.add(key);
    if (group.lane) this.#putIn(group.lane, key);
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

  #putIn(lane: Lane, key: string): void {
    lane.keys.set(key, true);
    if (lane.isKernels) this.#kernels.set(key, true);
    this.#unplaced.add(lane);
  }

  #takeOut(lane: Lane, key: string): void {
    lane.keys.delete(key);
    if (lane.isKernels) this.#kernels.delete(key);
    this.#unplaced.add(lane);
    if (lane.keys.isEmpty) this.#lanes.delete(lane.id);
  }

  #settle(): void {
    for (const group of this.#unsettled) {
      const id = this.#laneIdOf(group.first);
      if (group.lane?.id === id.id) continue;
      for (const key of group.lane ? group.keys : []) this.#takeOut(group.lane as Lane, key);
      group.lane = this.#laneOf(id);
      for (const key of group.keys) this.#putIn(group.lane, key);
    }
    this.#unsettled.clear();
    for (const lane of this.#unplaced) this.#place(lane);
    this.#unplaced.clear();
  }

  /** Brings a lane's place among the heads, or its items' among the kernel's, to what is so now. */
  #place(lane: Lane): void {
    const isKernels = lane.vat === undefined || lane.isVoid || !isAlive(this.#rows, lane.vat);
    if (isKernels !== lane.isKernels) {
      for (const key of lane.keys.keys()) {
        if (isKernels) this.#kernels.set(key, true);
        else this.#kernels.delete(key);
      }
      lane.isKernels = isKernels;
    }
    const head = isKernels ? undefined : lane.keys.minKey();
    if (head === lane.head) return;
    if (lane.head !== undefined && this.#heads.get(lane.head) === lane) this.#heads.delete(lane.head);
    if (head !== undefined) this.#heads.set(head, lane);
    lane.head = head;
  }

  #laneIdOf(item: SendItem | NotifyItem): Pick<Lane, 'id' | 'vat' | 'isVoid'> {
    if (isUnasked(item)) return { id: noticesOf(item.vat), vat: item.vat, isVoid: false };
    const vat = vatOfItem(this.#rows, item);
    const isVoid = item.type === 'notify' && !this.#rows.has(keys.clistKref(item.vat, item.promise));
    return { id: vat === undefined ? 'kernel' : isVoid ? voidOf(vat) : vat, vat, isVoid };
  }

  #laneOf(id: Pick<Lane, 'id' | 'vat' | 'isVoid'>): Lane {
    const known = this.#lanes.get(id.id) ?? { ...id, keys: sortedKeys(), isKernels: false, head: undefined };
    this.#lanes.set(id.id, known);
    return known;
  }
}

const voidOf = (vat: VatId): string => `${vat} void`;
const noticesOf = (vat: VatId): string => `${vat} notices`;

export const isUnasked = (item: QueueItem): item is NotifyItem & { readonly unasked: true } => item.type === 'notify' && item.unasked === true;

/** The row that decides which lane an item is in. Where an unasked notify is follows from its vat alone: no row has that name. */
function decidingRowOf(item: SendItem | NotifyItem): string {
  if (item.type === 'send') return keys.object(item.target);
  return isUnasked(item) ? noticesOf(item.vat) : keys.clistKref(item.vat, item.promise);
}

/** The vat whose worker the item is for; undefined for a kernel item, an unasked notify or an alone item. */
export function vatOfItem(rows: ReadableRows, item: QueueItem): VatId | undefined {
  if (isUnasked(item)) return undefined;
  if (item.type === 'notify') return item.vat;
  return item.type === 'send' ? owningVat(rows, item.target) : undefined;
}

function sortedKeys(): SortedKeys {
  return new BTree<string, true>(undefined, compareText);
}
