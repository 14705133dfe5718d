/** Where a message goes (design 5.2, Routing), and how a promise is settled; the two call each other. */
import assert from 'node:assert/strict';
import { leadOn, noteCandidate } from './cycles/candidates.js';
import { loneSlot, methodOf, type CapData } from './capdata.js';
import { errorData, repeatable, vatTerminated } from './errors.js';
import { isPromise, storedKref, type KernelPromiseId, type Kref } from './ids.js';
import type { QueuedMessage } from './items.js';
import { readObject } from './objects.js';
import { knownPromise, resolutionOf, subscribersOf, waitingMessages, watcherOf, writePromise } from './promises.js';
import { enqueue, enqueueNotify } from './queues.js';
import { hold, holdSlots, release } from './refcount.js';
import { takeNumber, type KernelState } from './state.js';
import { endOf, keys } from './store/keys.js';
import { isAlive } from './vat/records.js';
import { tellWatcher } from './watchers.js';

/**
 * Routes a message now: to the run-queue's tail, into a promise's queue, or nowhere, when its result is rejected. The
 * queue it lands in takes its own holds.
 */
export function routeSend(state: KernelState, target: Kref, message: QueuedMessage): void {
  const rejection = placeMessage(state, target, message);
  if (rejection) rejectResult(state, message, rejection);
}

/** Puts the message where it waits, or says with what its result must be rejected. */
function placeMessage(state: KernelState, target: Kref, message: QueuedMessage): CapData | undefined {
  if (!isPromise(target)) {
    if (!hasLiveOwner(state, target)) return vatTerminated;
    enqueue(state, { type: 'send', target, ...message });
    return undefined;
  }
  const promise = knownPromise(state.rows, target);
  switch (promise.state) {
    case 'unresolved':
      queueOnPromise(state, target, message);
      return undefined;
    case 'rejected':
      return repeatable(resolutionOf(state.rows, target));
    case 'fulfilled': {
      const lone = loneSlot(resolutionOf(state.rows, target));
      if (lone !== undefined) return placeMessage(state, storedKref(lone), message); // an object: a promise is never fulfilled to a promise
      return errorData(`data is not callable, has no method ${methodOf(message.methargs)}`);
    }
  }
}

/** A vat that is not terminated, or a service. */
export function hasLiveOwner(state: KernelState, kref: Kref): boolean {
  if (isPromise(kref)) return false;
  const owner = readObject(state.rows, kref)?.owner;
  if (!owner) return false;
  return 'service' in owner || isAlive(state.rows, owner.vat);
}

function queueOnPromise(state: KernelState, target: KernelPromiseId, message: QueuedMessage): void {
  for (const kref of [target, ...message.methargs.slots, ...(message.result === null ? [] : [message.result])]) hold(state, storedKref(kref));
  state.rows.set(keys.promiseQueue(target, takeNumber(state, 'item')), JSON.stringify(message));
}

function releaseQueued(state: KernelState, target: KernelPromiseId, message: QueuedMessage): void {
  for (const kref of [target, ...message.methargs.slots, ...(message.result === null ? [] : [message.result])]) release(state, storedKref(kref));
}

/** The message will never be answered by a vat: whoever waits for its result gets `data` instead. */
export function rejectResult(state: KernelState, message: QueuedMessage, data: CapData): void {
  if (message.result !== null) settlePromise(state, message.result, true, data);
}

type Settlement = { readonly kp: KernelPromiseId; readonly isReject: boolean; readonly data: CapData };

/**
 * Settles a promise for good: a notify for each subscriber in vat-number order, then its waiting messages are routed
 * again in their order, then the kernel's own watcher is told. Results that this rejects follow in the order in which
 * they were found: a loop, because a vat may pipeline messages to any depth. The data must not be a lone promise.
 */
export function settlePromise(state: KernelState, kp: KernelPromiseId, isReject: boolean, data: CapData): void {
  const settlements: Settlement[] = [{ kp, isReject, data }];
  for (let at = 0; at < settlements.length; at += 1) settleOne(state, settlements[at] as Settlement, settlements);
}

function settleOne(state: KernelState, { kp, isReject, data }: Settlement, settlements: Settlement[]): void {
  const promise = knownPromise(state.rows, kp);
  assert(promise.state === 'unresolved', `${kp} would be settled twice`);
  const lone = isReject ? undefined : loneSlot(data);
  assert(lone === undefined || !isPromise(storedKref(lone)), `${kp} would be fulfilled to a promise`);

  for (const vat of subscribersOf(state.rows, kp)) enqueueNotify(state, vat, kp);
  for (const [key] of [...state.rows.range(keys.subscribersOf(kp), endOf(keys.subscribersOf(kp)))]) state.rows.delete(key);
  const waiting = waitingMessages(state.rows, kp);
  const watcher = watcherOf(state.rows, kp);

  holdSlots(state, data);
  const { count } = knownPromise(state.rows, kp);
  const leadsOn = leadOn(state, data.slots);
  writePromise(state, kp, { state: isReject ? 'rejected' : 'fulfilled', count, decider: undefined, leadsOn });
  if (leadsOn) noteCandidate(state, kp);
  state.rows.set(keys.promiseData(kp), JSON.stringify({ body: data.body, slots: data.slots }));

  for (const { key, message } of waiting) {
    const rejection = placeMessage(state, kp, message);
    if (rejection && message.result !== null) settlements.push({ kp: message.result, isReject: true, data: rejection });
    state.rows.delete(key);
    releaseQueued(state, kp, message);
  }
  if (watcher) {
    state.rows.delete(keys.watcher(kp));
    const rejected = tellWatcher(state, watcher, isReject, data);
    if (rejected !== undefined) settlements.push({ kp: rejected, isReject: true, data: repeatable(data) });
    release(state, kp);
  }
}

/** Settles a promise on behalf of whoever decided it, if it is not settled yet. */
export function settleUnlessSettled(state: KernelState, kp: KernelPromiseId, isReject: boolean, data: CapData): void {
  if (knownPromise(state.rows, kp).state === 'unresolved') settlePromise(state, kp, isReject, data);
}

