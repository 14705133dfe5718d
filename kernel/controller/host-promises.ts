/** Promises that the host of a controller holds, to read how they are settled. */
import type { CapData } from '../capdata.js';
import type { KernelPromiseId } from '../ids.js';
import type { ResolutionPolicy } from '../outbound.js';
import { addPromise, readPromise, resolutionOf, type PromiseState } from '../promises.js';
import { hold, release } from '../refcount.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import { watch } from '../watchers.js';

/** A promise for the result of a host's message: the host holds it, and is told of it as the policy says. */
export function addHostPromise(state: KernelState, policy: ResolutionPolicy | 'ignore'): KernelPromiseId {
  const kp = addPromise(state, undefined);
  registerInterest(state, kp);
  if (policy !== 'ignore') watch(state, kp, { kind: 'host', promise: kp, policy });
  return kp;
}

/** The host holds the promise, once, until it releases it. */
export function registerInterest(state: KernelState, kp: KernelPromiseId): void {
  if (state.rows.has(keys.hostInterest(kp))) return;
  hold(state, kp);
  state.rows.set(keys.hostInterest(kp), '');
}

/** The host does not need the promise any more; what only it held goes with it. */
export function releaseInterest(state: KernelState, kp: KernelPromiseId): void {
  if (!state.rows.has(keys.hostInterest(kp))) return;
  state.rows.delete(keys.hostInterest(kp));
  release(state, kp);
}

/** `unknown`: there never was such a promise, or nobody holds it any more. */
export function statusOf(rows: ReadableRows, kp: KernelPromiseId): PromiseState | 'unknown' {
  return readPromise(rows, kp)?.state ?? 'unknown';
}

/** What the promise was settled with; undefined while it is not. Its slots are krefs, and the promise holds them. */
export function dataOf(rows: ReadableRows, kp: KernelPromiseId): CapData | undefined {
  const status = statusOf(rows, kp);
  return status === 'fulfilled' || status === 'rejected' ? resolutionOf(rows, kp) : undefined;
}
