/** The table of promises (kernel reference 3.2). A settled promise never changes but for its count. */
import assert from 'node:assert/strict';
import { asVatId, kernelPromiseId, type KernelPromiseId, type VatId } from './ids.js';
import { takeNumber, type KernelState } from './state.js';
import { endOf, keys, vatAtEnd } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';
import type { CapData } from './capdata.js';
import type { QueuedMessage } from './items.js';
import type { Watcher } from './watchers.js';

export type PromiseState = 'unresolved' | 'fulfilled' | 'rejected';
export type PromiseRecord = {
  readonly state: PromiseState;
  /** C-list entries, queues, resolution data, watchers. */
  readonly count: number;
  /** The vat that may settle it; undefined while a message with this result is in flight, or when the kernel decides. */
  readonly decider: VatId | undefined;
  /** Settled to data that names promises, or objects that keep data: it may be part of a cycle (cycles/). */
  readonly leadsOn: boolean;
};

const letters = { unresolved: 'u', fulfilled: 'f', rejected: 'r' } as const;
const states = { u: 'unresolved', f: 'fulfilled', r: 'rejected' } as const;

export function readPromise(rows: ReadableRows, kp: KernelPromiseId): PromiseRecord | undefined {
  const text = rows.get(keys.promise(kp));
  if (text === undefined) return undefined;
  const [letter, count, last] = text.split(' ') as ['u' | 'f' | 'r', string, string | undefined];
  const decider = last === undefined || last === '-' || last === '+' ? undefined : asVatId(last);
  return { state: states[letter], count: Number(count), decider, leadsOn: last === '+' };
}

/** Like readPromise, for a promise that must be there. */
export function knownPromise(rows: ReadableRows, kp: KernelPromiseId): PromiseRecord {
  const record = readPromise(rows, kp);
  assert(record, `the kernel does not know ${kp}`);
  return record;
}

export function writePromise(state: KernelState, kp: KernelPromiseId, record: PromiseRecord): void {
  assert(record.count >= 0, `${kp} would be held ${record.count} times`);
  const last = record.state === 'unresolved' ? ` ${record.decider ?? '-'}` : record.leadsOn ? ' +' : '';
  state.rows.set(keys.promise(kp), `${letters[record.state]} ${record.count}${last}`);
}

/** A new unresolved promise with no holder yet; it dies at the end of the step unless something takes hold of it. */
export function addPromise(state: KernelState, decider: VatId | undefined): KernelPromiseId {
  const kp = kernelPromiseId(takeNumber(state, 'promise'));
  writePromise(state, kp, { state: 'unresolved', count: 0, decider, leadsOn: false });
  state.zero.add(kp);
  return kp;
}

export function setDecider(state: KernelState, kp: KernelPromiseId, decider: VatId | undefined): void {
  const record = knownPromise(state.rows, kp);
  assert(record.state === 'unresolved', `${kp} is settled and has no decider`);
  writePromise(state, kp, { ...record, decider });
}

/** Resolution data of a settled promise, slots are krefs. */
export function resolutionOf(rows: ReadableRows, kp: KernelPromiseId): CapData {
  const text = rows.get(keys.promiseData(kp));
  assert(text !== undefined, `${kp} is settled but has no data`);
  return JSON.parse(text) as CapData;
}

export function addSubscriber(state: KernelState, kp: KernelPromiseId, vat: VatId): void {
  state.rows.set(keys.subscriber(kp, vat), '');
}
export function isSubscriber(rows: ReadableRows, kp: KernelPromiseId, vat: VatId): boolean {
  return rows.get(keys.subscriber(kp, vat)) !== undefined;
}
/** In vat-number order. */
export function subscribersOf(rows: ReadableRows, kp: KernelPromiseId): VatId[] {
  return [...rows.below(keys.subscribersOf(kp))].map(([key]) => vatAtEnd(key));
}

export function waitingMessages(rows: ReadableRows, kp: KernelPromiseId): { readonly key: string; readonly message: QueuedMessage }[] {
  return [...rows.below(keys.promiseQueueOf(kp))].map(([key, text]) => ({ key, message: JSON.parse(text) as QueuedMessage }));
}

export function watcherOf(rows: ReadableRows, kp: KernelPromiseId): Watcher | undefined {
  const text = rows.get(keys.watcher(kp));
  return text === undefined ? undefined : (JSON.parse(text) as Watcher);
}

/** Removes the promise and all that hangs on its record; the caller has released what its data and queue hold. */
export function deletePromiseRows(state: KernelState, kp: KernelPromiseId): void {
  state.rows.delete(keys.promise(kp));
  state.rows.delete(keys.promiseData(kp));
  state.rows.delete(keys.watcher(kp));
  for (const prefix of [keys.subscribersOf(kp), keys.promiseQueueOf(kp)]) {
    for (const [key] of [...state.rows.range(prefix, endOf(prefix))]) state.rows.delete(key);
  }
}
