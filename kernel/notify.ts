/**
 * Notifies that wait for one vat: which of them are told in one delivery, and of which promises (design 5.2, The delivery).
 * Both are fixed when the round is planned: a promise that settles between planning and settling is notified later.
 */
import { lengthOf } from './capdata.js';
import { deleteEntry, entryOf } from './clist.js';
import { isPromise, storedKref, type KernelPromiseId, type VatId } from './ids.js';
import { parseItem, type NotifyItem } from './items.js';
import { knownPromise, resolutionOf } from './promises.js';
import { releaseItem } from './queues.js';
import { runQueueOf } from './run-queue.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';

export type QueuedNotify = { readonly key: string; readonly item: NotifyItem };

/** What one delivery tells, and the items that it settles. */
export type JoinedNotifies = {
  /** In the queue's order. Each is taken off, also one whose promise is told because an earlier one leads to it. */
  readonly items: readonly QueuedNotify[];
  /** Each promise once, in the order in which they are told. */
  readonly settled: readonly KernelPromiseId[];
  /** The promise leads to more data than one delivery may carry: it alone is told, as rejected. */
  readonly isTooFar: boolean;
  /** How many of the items tell of something: so many times the limit of one delivery may be spent. */
  readonly meterTimes: number;
};

/** UTF-16 units of data in one notify, unless it tells of one promise only: about what one delivery may record. */
const notifyDataMax = 32 * 1024 * 1024;
/** Items in one delivery, and UTF-16 units of data that more than one of them may have together. */
export const joinedItemsMax = 16;
const joinedDataMax = 256 * 1024;

/** The first of the waiting notifies and those right behind it that join. At most joinedItemsMax are looked at. */
export function joinNotifies(rows: ReadableRows, waiting: readonly [QueuedNotify, ...QueuedNotify[]]): JoinedNotifies {
  const [first, ...others] = waiting;
  const reach = reachOf(rows, first.item.promise, new Set(), notifyDataMax);
  if (!reach) return { items: [first], settled: [first.item.promise], isTooFar: true, meterTimes: 1 };
  const items = [first];
  const { found: told } = reach;
  let { size } = reach;
  let meterTimes = 1;
  for (const next of others.slice(0, joinedItemsMax - 1)) {
    const more = reachOf(rows, next.item.promise, told, joinedDataMax - size);
    if (!more || size + more.size > joinedDataMax) break;
    items.push(next);
    size += more.size;
    if (more.found.size > 0) meterTimes += 1;
    for (const kp of more.found) told.add(kp);
  }
  return { items, settled: [...told], isTooFar: false, meterTimes };
}

/**
 * A settled promise and every settled promise that can be reached from its data, depth first, without those that are told
 * already; or nothing, when there are several with more than `room` units of data. Strangers may link any number.
 */
function reachOf(rows: ReadableRows, kp: KernelPromiseId, told: ReadonlySet<KernelPromiseId>, room: number): { readonly found: Set<KernelPromiseId>; readonly size: number } | undefined {
  let size = 0;
  const found = new Set<KernelPromiseId>();
  const waiting: KernelPromiseId[] = [kp];
  while (waiting.length > 0) {
    const next = waiting.pop() as KernelPromiseId;
    if (told.has(next) || found.has(next) || knownPromise(rows, next).state === 'unresolved') continue;
    found.add(next);
    const data = resolutionOf(rows, next);
    size += lengthOf(data);
    if (size > room && found.size > 1) return undefined;
    const promises = data.slots.map(storedKref).filter(isPromise);
    for (const promise of promises.reverse()) waiting.push(promise); // the first slot is on top: depth first in slot order
  }
  return { found, size };
}

/**
 * Settles unasked notifies of a vat in the open step: its entries of the promises go, as after a delivery, but the vat is
 * told nothing. If it has asked for one meanwhile, the notify that it gets for that does it.
 */
export function settleNotices(state: KernelState, vat: VatId, notices: readonly QueuedNotify[]): void {
  const { rows } = state;
  const toldOnceResumed = promisesOfPausedQueue(rows, vat);
  for (const { key, item } of notices) {
    const { promise } = item;
    rows.delete(key);
    const isToBeTold = runQueueOf(rows).hasNotify(vat, promise) || toldOnceResumed.has(promise);
    if (entryOf(rows, vat, promise) && !isToBeTold) deleteEntry(state, vat, promise);
    releaseItem(state, item);
  }
}

/** Of the notifies that wait in a vat's own queue while it is paused. */
function promisesOfPausedQueue(rows: ReadableRows, vat: VatId): ReadonlySet<KernelPromiseId> {
  const promises = new Set<KernelPromiseId>();
  for (const [, text] of rows.below(keys.pausedItemsOf(vat))) {
    const item = parseItem(text);
    if (item.type === 'notify') promises.add(item.promise);
  }
  return promises;
}
