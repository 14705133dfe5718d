/** A vat's end (kernel reference 3.8): what happens at once, within the crank, and what is cleaned up step by step. */
import type { CapData } from '../capdata.js';
import { deleteEntry, objectsOf, promisesOf } from '../clist.js';
import { vatTerminated } from '../errors.js';
import { dropGcActionsOf } from '../gc.js';
import { isPromise, kernelPromiseId, type KernelObjectId, type VatId } from '../ids.js';
import type { QueueItem } from '../items.js';
import { orphanObject } from '../objects.js';
import { knownPromise } from '../promises.js';
import { releaseItem } from '../queues.js';
import { holdSlots, release, releaseSlots } from '../refcount.js';
import { rejectResult, settlePromise, settleUnlessSettled } from '../route.js';
import { serviceData, setServiceData } from '../service/objects.js';
import type { ServiceData } from '../service/types.js';
import { takeNumber, type KernelState } from '../state.js';
import { endOf, keys, numberAtEnd } from '../store/keys.js';
import { asVatId } from '../ids.js';
import { knownVat, readVat, writeVat } from './records.js';

/**
 * Ends a live vat: promises it decides are rejected, whoever asked for done() is told, its waiting items and its GC
 * actions go. From now on its objects have no owner; the rest is for cleanUp. `info` has krefs.
 */
export function terminateVat(state: KernelState, vat: VatId, isFailure: boolean, info: CapData): void {
  const record = knownVat(state.rows, vat);
  writeVat(state, vat, { ...record, life: 'terminated' });
  state.rows.set(keys.terminated(takeNumber(state, 'item')), vat);
  for (const kp of promisesOf(state.rows, vat)) {
    const promise = knownPromise(state.rows, kp);
    if (promise.state === 'unresolved' && promise.decider === vat) settlePromise(state, kp, true, vatTerminated);
  }
  tellDoneWaiters(state, vat, isFailure, info);
  if (record.admin !== undefined) recordExit(state, record.admin, isFailure, info);
  dropGcActionsOf(state, vat);
  dropReaps(state, vat);
  dropPausedItems(state, vat);
}

function tellDoneWaiters(state: KernelState, vat: VatId, isFailure: boolean, info: CapData): void {
  for (const [key] of [...state.rows.below(keys.doneWaitersOf(vat))]) {
    const kp = kernelPromiseId(numberAtEnd(key));
    state.rows.delete(key);
    settleUnlessSettled(state, kp, isFailure, info);
    release(state, kp);
  }
}

/** The admin facet outlives the vat and remembers how it ended. */
function recordExit(state: KernelState, admin: KernelObjectId, isFailure: boolean, info: CapData): void {
  const data = serviceData(state.rows, admin);
  if (!data) return; // nobody holds the facet any more
  holdSlots(state, info);
  setServiceData(state, admin, { ...data, exit: { isFailure, info } } satisfies ServiceData);
}

function dropReaps(state: KernelState, vat: VatId): void {
  for (const [key, queued] of [...state.rows.below(keys.allReaps)]) if (queued === vat) state.rows.delete(key);
}

function dropPausedItems(state: KernelState, vat: VatId): void {
  for (const [key, text] of [...state.rows.below(keys.pausedItemsOf(vat))]) {
    const item = JSON.parse(text) as QueueItem;
    state.rows.delete(key);
    if (item.type === 'send') rejectResult(state, item, vatTerminated);
    releaseItem(state, item);
  }
}

/** The terminated vat whose cleanup comes first, if there is one. */
export function oldestTerminated(state: KernelState): { readonly key: string; readonly vat: VatId } | undefined {
  const first = state.rows.first(keys.allTerminated);
  return first && { key: first[0], vat: asVatId(first[1]) as VatId };
}

/**
 * Removes up to `budget` rows' worth of what a terminated vat left: exports, imports, promises, its store, its
 * transcript, and last its records. Returns how much was done; 0 never happens while something is left.
 */
export async function cleanUp(state: KernelState, { key, vat }: { key: string; vat: VatId }, budget: number): Promise<number> {
  let done = 0;
  for (const { kref, entry } of objectsOf(state.rows, vat)) {
    if (done >= budget) return done;
    deleteEntry(state, vat, kref);
    if (entry.vref.startsWith('o+')) orphanObject(state, kref);
    done += 1;
  }
  for (const kp of promisesOf(state.rows, vat)) {
    if (done >= budget) return done;
    if (isPromise(kp)) deleteEntry(state, vat, kp);
    done += 1;
  }
  for (const prefix of [keys.vatStoreOf(vat), keys.transcriptOf(vat)]) {
    if (done >= budget) return done;
    const rows = await state.rows.keysOnDisk(prefix, endOf(prefix), budget - done);
    for (const row of rows) state.rows.delete(row);
    done += rows.length;
    if (rows.length > 0 && done >= budget) return done;
  }
  forgetVat(state, vat);
  state.rows.delete(key);
  return done + 1;
}

function forgetVat(state: KernelState, vat: VatId): void {
  const parameters = state.rows.get(keys.vatParameters(vat));
  if (parameters !== undefined) releaseSlots(state, JSON.parse(parameters) as CapData);
  state.rows.delete(keys.vatParameters(vat));
  state.rows.delete(keys.vatProgress(vat));
  const record = readVat(state.rows, vat);
  if (record?.admin !== undefined) release(state, record.admin);
  state.rows.delete(keys.vat(vat));
}
