/**
 * Counts of what the kernel itself holds: queues, resolution data, parameters, names, pins. A hold on an object counts
 * as reachable and recognizable; a promise has one count. A count that touches zero is noted for the end of the step.
 */
import assert from 'node:assert/strict';
import { linksOfObject, noteCandidate, noteHeld } from './cycles/candidates.js';
import { isPromise, storedKref, type KernelObjectId, type Kref } from './ids.js';
import { readObject, writeObject } from './objects.js';
import { readPromise, writePromise } from './promises.js';
import type { KernelState } from './state.js';
import type { CapData } from './capdata.js';

/** Takes hold of a reference. */
export function hold(state: KernelState, kref: Kref): void {
  if (isPromise(kref)) {
    const promise = readPromise(state.rows, kref);
    assert(promise, `hold on ${kref}, which the kernel does not know`);
    writePromise(state, kref, { ...promise, count: promise.count + 1 });
    if (promise.leadsOn) noteHeld(state, kref);
    return;
  }
  addToObject(state, kref, 1, 1);
}

/** Lets go of a reference that `hold` took. */
export function release(state: KernelState, kref: Kref): void {
  if (!isPromise(kref)) {
    addToObject(state, kref, -1, -1);
    return;
  }
  const promise = readPromise(state.rows, kref);
  assert(promise && promise.count > 0, `release of ${kref}, which nobody holds`);
  writePromise(state, kref, { ...promise, count: promise.count - 1 });
  if (promise.count === 1) state.zero.add(kref);
  else if (promise.leadsOn) noteCandidate(state, kref);
}

export function holdSlots(state: KernelState, data: CapData): void {
  for (const slot of data.slots) hold(state, storedKref(slot));
}
export function releaseSlots(state: KernelState, data: CapData): void {
  for (const slot of data.slots) release(state, storedKref(slot));
}

/**
 * Changes an object's counts, for c-list entries of importers as for the kernel's own holds. An object that was retired
 * while somebody still names it has no counts any more; then nothing happens (design 5.8: operations on absent objects are void).
 */
export function addToObject(state: KernelState, kref: KernelObjectId, reachable: number, recognizable: number): void {
  const record = readObject(state.rows, kref);
  if (!record) {
    assert(reachable <= 0 && recognizable <= 0, `${kref} is gone and cannot be held again`);
    return;
  }
  const next = { ...record, reachable: record.reachable + reachable, recognizable: record.recognizable + recognizable };
  writeObject(state, kref, next);
  if (next.reachable === 0 && (reachable < 0 || recognizable < 0)) state.zero.add(kref);
  else if (reachable !== 0 && linksOfObject(state, kref, record.owner)) (reachable > 0 ? noteHeld : noteCandidate)(state, kref);
}
