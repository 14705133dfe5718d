/** A vat's end (kernel reference 3.8): what happens at once, within the crank, and what is cleaned up step by step. */
import type { CapData } from '../capdata.js';
import { leadOn, noteCandidate } from '../cycles/candidates.js';
import { deleteEntry, entryOf, promisesOf } from '../clist.js';
import { repeatable, vatTerminated } from '../errors.js';
import { dropGcActionsOf } from '../gc.js';
import { asVatId, kernelObjectId, kernelPromiseId, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from '../ids.js';
import { parseItem } from '../items.js';
import { forgetCharges, retireVat, settleRemoved } from '../provisioning/vat-charges.js';
import { orphanObject } from '../objects.js';
import { knownPromise } from '../promises.js';
import { releaseItem } from '../queues.js';
import { dropReap } from '../reap.js';
import { holdSlots, release, releaseSlots } from '../refcount.js';
import { rejectResult, settlePromise, settleUnlessSettled } from '../route.js';
import { serviceData, setServiceData } from '../service/objects.js';
import type { ServiceData } from '../service/types.js';
import { takeNumber, type KernelState } from '../state.js';
import { endOf, keys, krefAtEnd, numberAtEnd } from '../store/keys.js';
import { endTranscript } from '../store/transcript.js';
import { wtf8Length } from '../store/wtf8.js';
import { knownVat, readProgress, readVat, writeProgress, writeVat } from './records.js';

/**
 * Ends a live vat: promises it decides are rejected, whoever asked for done() is told, its waiting items and its GC
 * actions go. From now on its objects have no owner; the rest is for cleanUp. `reason` has krefs.
 */
export function terminateVat(state: KernelState, vat: VatId, isFailure: boolean, reason: CapData): void {
  const info = repeatable(reason); // done() may be asked any number of times
  state.record?.({ type: 'terminate', vat, isFailure, info });
  const record = knownVat(state.rows, vat);
  retireVat(state, vat);
  writeVat(state, vat, { ...record, life: 'terminated' });
  state.rows.set(keys.terminated(takeNumber(state, 'item')), vat);
  for (const kp of promisesOf(state.rows, vat)) {
    const promise = knownPromise(state.rows, kp);
    if (promise.state === 'unresolved' && promise.decider === vat) settlePromise(state, kp, true, vatTerminated);
  }
  dropStaticName(state, vat, record.label);
  tellDoneWaiters(state, vat, isFailure, info);
  if (record.admin !== undefined) recordExit(state, record.admin, isFailure, info);
  dropGcActionsOf(state, vat);
  dropReap(state, vat);
  endTranscript(state, vat);
  dropPausedItems(state, vat);
}

/** A static vat has a name in the kernel, and its root is pinned. */
function dropStaticName(state: KernelState, vat: VatId, label: string): void {
  if (state.rows.get(keys.vatByName(label)) !== vat) return;
  state.rows.delete(keys.vatByName(label));
  for (const [key, pinned] of [...state.rows.below(keys.allPins)]) {
    if (pinned !== vat) continue;
    state.rows.delete(key);
    release(state, kernelObjectId(numberAtEnd(key)));
  }
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
  if (leadOn(state, info.slots)) noteCandidate(state, admin);
}

function dropPausedItems(state: KernelState, vat: VatId): void {
  for (const [key, text] of [...state.rows.below(keys.pausedItemsOf(vat))]) {
    const item = parseItem(text);
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

/** Keys of a terminated vat's store, up to `limit`: read before the step in which they are removed. */
export function leftoversOnDisk(state: KernelState, vat: VatId, limit: number): Promise<readonly string[]> {
  const prefix = keys.vatStoreOf(vat);
  return state.rows.keysOnDisk(prefix, endOf(prefix), limit);
}

/**
 * Removes up to `budget` rows' worth of what a terminated vat left: exports and imports, promises, its store (`onDisk`, as
 * found for this budget), and last its records. Returns how much was done, at least 1. Its transcript is local, and freed
 * by the host.
 */
export function cleanUp(state: KernelState, { key, vat }: { readonly key: string; readonly vat: VatId }, budget: number, onDisk: readonly string[]): number {
  const objects = firstKrefs(state, keys.clistObjectsOf(vat), budget) as KernelObjectId[];
  for (const kref of objects) dropObject(state, vat, kref);
  const promises = firstKrefs(state, keys.clistPromisesOf(vat), budget - objects.length) as KernelPromiseId[];
  for (const kp of promises) {
    state.rows.delete(keys.subscriber(kp, vat));
    deleteEntry(state, vat, kp);
  }
  const rows = onDisk.slice(0, budget - objects.length - promises.length);
  removeStored(state, vat, rows);
  const done = objects.length + promises.length + rows.length;
  if (done >= budget) return done;
  forgetVat(state, vat);
  state.rows.delete(key);
  return done + 1;
}

/** Rows of its store go, and the ledger is told how many bytes that were, in the same step. */
function removeStored(state: KernelState, vat: VatId, rows: readonly string[]): void {
  if (rows.length === 0) return;
  const prefix = keys.vatStoreOf(vat).length;
  let removed = 0;
  for (const row of rows) {
    removed += row.length - prefix + wtf8Length(state.rows.get(row) ?? '');
    state.rows.delete(row);
  }
  const progress = readProgress(state.rows, vat);
  writeProgress(state, vat, { ...progress, stored: Math.max(progress.stored - removed, 0) });
  settleRemoved(state, vat, removed - progress.stored);
}

function firstKrefs(state: KernelState, prefix: string, limit: number): Kref[] {
  const found: Kref[] = [];
  for (const [key] of state.rows.below(prefix)) {
    if (found.length >= limit) break;
    found.push(krefAtEnd(key));
  }
  return found;
}

function dropObject(state: KernelState, vat: VatId, kref: KernelObjectId): void {
  const isExport = entryOf(state.rows, vat, kref)?.vref.startsWith('o+');
  deleteEntry(state, vat, kref);
  if (isExport) orphanObject(state, kref);
}

function forgetVat(state: KernelState, vat: VatId): void {
  forgetCharges(state, vat);
  const parameters = state.rows.get(keys.vatParameters(vat));
  if (parameters !== undefined) releaseSlots(state, JSON.parse(parameters) as CapData);
  state.rows.delete(keys.vatParameters(vat));
  state.rows.delete(keys.vatProgress(vat));
  const record = readVat(state.rows, vat);
  if (record?.admin !== undefined) release(state, record.admin);
  state.rows.delete(keys.vat(vat));
}
