/** Collection of what nobody holds, to a fixed point within the step (kernel reference 3.3, invariants 15 to 20). */
import assert from 'node:assert/strict';
import { entryOf } from './clist.js';
import { forgetNode } from './cycles/candidates.js';
import { isPromise, type KernelObjectId, type KernelPromiseId, type VatId } from './ids.js';
import { readObject } from './objects.js';
import { deletePromiseRows, readPromise, resolutionOf, waitingMessages } from './promises.js';
import { releaseSlots } from './refcount.js';
import { serviceData, serviceNamed } from './service/objects.js';
import type { KernelState } from './state.js';
import { keys, krefAtEndOfGcKey, vatAtEnd } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';
import { isAlive } from './vat/records.js';

export type GcRank = 1 | 2 | 3;
export type GcAction = { readonly key: string; readonly vat: VatId; readonly rank: GcRank; readonly kref: KernelObjectId };

/**
 * Goes through every reference whose count touched zero in this step, and through those that this makes touch zero,
 * until there is none. Promises are deleted, objects are deleted or their owner and importers are told by GC actions.
 */
export function collectGarbage(state: KernelState): void {
  while (state.zero.size > 0) {
    const round = [...state.zero];
    state.zero.clear();
    for (const kref of round) {
      if (isPromise(kref)) collectPromise(state, kref);
      else collectObject(state, kref);
    }
  }
}

function collectPromise(state: KernelState, kp: KernelPromiseId): void {
  const promise = readPromise(state.rows, kp);
  if (!promise || promise.count > 0) return;
  if (promise.state !== 'unresolved') releaseSlots(state, resolutionOf(state.rows, kp));
  assert(waitingMessages(state.rows, kp).length === 0, `${kp} has waiting messages but no count`);
  if (promise.leadsOn) forgetNode(state, kp, resolutionOf(state.rows, kp).slots);
  deletePromiseRows(state, kp);
}

function collectObject(state: KernelState, kref: KernelObjectId): void {
  const object = readObject(state.rows, kref);
  if (!object || object.reachable > 0) return;
  const { owner } = object;
  if (owner && 'vat' in owner && isAlive(state.rows, owner.vat)) {
    const entry = entryOf(state.rows, owner.vat, kref);
    assert(entry, `${owner.vat} owns ${kref} but does not have it`);
    if (entry.reachable) addGcAction(state, owner.vat, 1, kref);
    if (object.recognizable === 0) addGcAction(state, owner.vat, 2, kref);
    return;
  }
  deleteObject(state, kref);
}

/** The object is gone: everybody who could still recognize it is told. Services give back what it stood for. */
export function deleteObject(state: KernelState, kref: KernelObjectId): void {
  const owner = readObject(state.rows, kref)?.owner;
  for (const vat of importersOf(state.rows, kref)) addGcAction(state, vat, 3, kref);
  if (owner && 'service' in owner) retireServiceObject(state, kref, owner.service);
  state.rows.delete(keys.object(kref));
}

function retireServiceObject(state: KernelState, kref: KernelObjectId, service: string): void {
  const data = serviceData(state.rows, kref);
  assert(data, `${kref} of service ${service} has no data`);
  const { heldBy, retired } = serviceNamed(state, service);
  if (heldBy) forgetNode(state, kref, heldBy(data));
  retired?.(state, kref, data);
  state.rows.delete(keys.serviceData(kref));
}

function importersOf(rows: ReadableRows, kref: KernelObjectId): VatId[] {
  return [...rows.below(keys.importersOf(kref))].map(([key]) => vatAtEnd(key));
}

function addGcAction(state: KernelState, vat: VatId, rank: GcRank, kref: KernelObjectId): void {
  if (isAlive(state.rows, vat)) state.rows.set(keys.gcAction(vat, rank, kref), '');
}

/** By rank, then kref. */
export function* gcActionsOf(rows: ReadableRows, vat: VatId): Iterable<GcAction> {
  for (const [key] of rows.below(keys.gcActionsOf(vat))) {
    const rank = Number(key.split('.')[2]) as GcRank;
    yield { key, vat, rank, kref: krefAtEndOfGcKey(key) };
  }
}

/** Whether an action still has a point: the object may have been exported again, or retired meanwhile. */
export function isValid(rows: ReadableRows, { vat, rank, kref }: GcAction): boolean {
  const object = readObject(rows, kref);
  const entry = entryOf(rows, vat, kref);
  if (!entry) return false;
  switch (rank) {
    case 1: return object !== undefined && object.reachable === 0 && entry.reachable;
    case 2: return object !== undefined && object.recognizable === 0;
    case 3: return true;
  }
}

/** Removes what the collection still had in mind for a vat that ended. */
export function dropGcActionsOf(state: KernelState, vat: VatId): void {
  for (const [key] of [...state.rows.below(keys.gcActionsOf(vat))]) state.rows.delete(key);
}

