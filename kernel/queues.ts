/** The run-queue, and the queue of a paused vat. Items hold what they name from the moment they stand here. */
import assert from 'node:assert/strict';
import type { KernelPromiseId, VatId } from './ids.js';
import { storedKref } from './ids.js';
import { krefsIn, parseItem, type NotifyItem, type QueueItem } from './items.js';
import { hold, release } from './refcount.js';
import { runQueueOf, vatOfItem } from './run-queue.js';
import { takeNumber, type KernelState } from './state.js';
import { keys, numberAtEnd } from './store/keys.js';
import { readVat } from './vat/records.js';
import type { ReadableRows } from './store/storage.js';

/** Puts an item at the tail. The caller has taken no hold for it: this does. */
export function enqueue(state: KernelState, item: QueueItem): void {
  for (const kref of krefsIn(item)) hold(state, storedKref(kref));
  enqueueHeld(state, item);
}

/** Puts an item at the tail that holds what it names already: it stood somewhere else. */
export function enqueueHeld(state: KernelState, item: QueueItem): void {
  const number = takeNumber(state, 'item');
  const paused = pausedVatOf(state.rows, item);
  state.rows.set(paused ? keys.pausedItem(paused, number) : keys.runQueue(number), JSON.stringify(item));
}

export function enqueueNotify(state: KernelState, vat: VatId, promise: KernelPromiseId): void {
  enqueue(state, { type: 'notify', vat, promise } satisfies NotifyItem);
}

/** Takes an item off the run-queue, or off the queue of its vat, which an earlier crank of the same round may have paused. */
export function takeFromQueue(state: KernelState, key: string, item: QueueItem): void {
  const vat = state.rows.get(key) === undefined ? vatOfItem(state.rows, item) : undefined;
  const place = vat === undefined ? key : keys.pausedItem(vat, numberAtEnd(key));
  assert(state.rows.get(place) !== undefined, `the item of ${key} is not in its queue`);
  state.rows.delete(place);
}

/** Lets go of everything the item held: it left the queue for delivery, or was dropped. */
export function releaseItem(state: KernelState, item: QueueItem): void {
  for (const kref of krefsIn(item)) release(state, storedKref(kref));
}

function pausedVatOf(rows: ReadableRows, item: QueueItem): VatId | undefined {
  const vat = vatOfItem(rows, item);
  return vat !== undefined && readVat(rows, vat)?.life === 'paused' ? vat : undefined;
}

/** The run-queue's items of a vat that is being paused go to its own queue, with their numbers. */
export function pauseItems(state: KernelState, vat: VatId): void {
  for (const key of runQueueOf(state.rows).keysOf(vat)) {
    const text = state.rows.get(key) as string;
    state.rows.delete(key);
    state.rows.set(keys.pausedItem(vat, numberAtEnd(key)), text);
  }
}

/**
 * A paused vat's items go to the tail of the run-queue, with new numbers: its messages in their order, and then its notifies
 * in theirs. A notify that finds no room for what it has stored pauses the vat; what its owner sends to make room goes before.
 */
export function resumeItems(state: KernelState, vat: VatId): void {
  const items = [...state.rows.below(keys.pausedItemsOf(vat))].map(([key, text]) => ({ key, text, isSend: parseItem(text).type === 'send' }));
  for (const { key, text } of [...items.filter(({ isSend }) => isSend), ...items.filter(({ isSend }) => !isSend)]) {
    state.rows.delete(key);
    state.rows.set(keys.runQueue(takeNumber(state, 'item')), text);
  }
}
