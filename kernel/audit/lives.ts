/** Invariants of promises, queues and the lives of vats (kernel reference 3.2 and 3.8). Each returns a sentence per violation. */
import { loneSlot, type CapData } from '../capdata.js';
import { asVatId, isPromise, storedKref, type KernelPromiseId, type VatId } from '../ids.js';
import { parseReap } from '../reap.js';
import { keys, numberAtEnd, vatAtEnd, vatAtStart } from '../store/keys.js';
import { readProgress } from '../vat/records.js';
import { isLive, promiseAtStart, rowsBelow, type View } from './view.js';

export function unresolvedPromisesHaveALiveDeciderOrNone(view: View): string[] {
  return [...view.promises].flatMap(([kp, { state, decider }]) => {
    if (state !== 'unresolved' || decider === undefined) return [];
    if (!isLive(view, decider)) return [`${kp} waits for ${decider}, which is not alive`];
    return view.rows.get(keys.clistKref(decider, kp)) === undefined ? [`${decider} decides ${kp} but does not have it`] : [];
  });
}

export function settledPromisesHaveDataAndNothingElse({ rows, promises, waiting }: View): string[] {
  const wrong: string[] = [];
  for (const [kp, { state }] of promises) {
    const text = rows.get(keys.promiseData(kp));
    if ((state === 'unresolved') !== (text === undefined)) wrong.push(`${kp} is ${state} and has ${text === undefined ? 'no data' : 'data'}`);
  }
  const mustWait = (kp: KernelPromiseId, what: string): void => {
    const state = promises.get(kp)?.state;
    if (state !== undefined && state !== 'unresolved') wrong.push(`${kp} is not unresolved but has ${what}`);
  };
  for (const { kp } of waiting) mustWait(kp, 'waiting messages');
  for (const { key } of rowsBelow(rows, 'ps.')) mustWait(promiseAtStart(key), `the subscriber ${vatAtEnd(key)}`);
  for (const { key } of rowsBelow(rows, 'pw.')) mustWait(promiseAtStart(key), 'a watcher');
  return wrong;
}

/** It would stand for another promise, and nobody would settle it when that one is settled. */
export function noPromiseIsFulfilledToAPromise({ rows, promises }: View): string[] {
  return [...promises].flatMap(([kp, { state }]) => {
    const text = state === 'fulfilled' ? rows.get(keys.promiseData(kp)) : undefined;
    const lone = text === undefined ? undefined : loneSlot(JSON.parse(text) as CapData);
    return lone !== undefined && isPromise(storedKref(lone)) ? [`${kp} is fulfilled to the promise ${lone}`] : [];
  });
}

/** Otherwise the vat would keep the promise, and what hangs on it, for ever (kernel reference 3.2, 12). */
export function settledPromisesInClistsHaveANotify(view: View): string[] {
  return view.entries
    .filter(({ vat, kref }) => isPromise(kref) && isLive(view, vat) && view.promises.get(kref)?.state !== 'unresolved' && !view.notifies.has(`${vat} ${kref}`))
    .map(({ vat, kref }) => `${vat} has ${kref}, which is settled, and no notify tells it`);
}

export function subscribersHaveThePromise({ rows }: View): string[] {
  return rowsBelow(rows, 'ps.')
    .filter(({ key }) => rows.get(keys.clistKref(vatAtEnd(key), promiseAtStart(key))) === undefined)
    .map(({ key }) => `${vatAtEnd(key)} subscribes to ${promiseAtStart(key)} but does not have it`);
}

export function onlyPausedVatsHaveAQueueOfTheirOwn({ items, vats }: View): string[] {
  return items.flatMap(({ key, item, paused }) => {
    if (paused !== undefined) return vats.get(paused)?.life === 'paused' ? [] : [`${item.type} at ${key} waits for ${paused}, which is not paused`];
    return item.type === 'notify' && !item.unasked && vats.get(item.vat)?.life === 'paused' && key.startsWith('q.') ? [`${item.type} at ${key} is for ${item.vat}, which is paused`] : [];
  });
}

export function terminatedVatsAreBeingRemoved({ rows, vats }: View): string[] {
  const listed = rowsBelow(rows, keys.allTerminated).map(({ text }) => text);
  const ended = [...vats].filter(([, { life }]) => life === 'terminated').map(([vat]) => vat as string);
  return [
    ...ended.filter(vat => listed.filter(other => other === vat).length !== 1).map(vat => `${vat} is terminated and not once on the list of those that are removed`),
    ...listed.filter(vat => !ended.includes(vat)).map(vat => `${vat} is on the list of those that are removed, but is not terminated`),
  ];
}

/** A vat that ended has nothing to come; one that is forgotten has left nothing. */
export function nothingIsLeftOfForgottenVats(view: View): string[] {
  const { rows, vats } = view;
  const wrong: string[] = [];
  const check = (vat: VatId | undefined, what: string, mustLive: boolean): void => {
    if (vat === undefined || !vats.has(vat)) wrong.push(`${what} names ${vat ?? 'no vat'}, which is forgotten`);
    else if (mustLive && !isLive(view, vat)) wrong.push(`${what} names ${vat}, which is terminated`);
  };
  for (const [prefix, mustLive] of [['vd.', false], ['vp.', false], ['vw.', true], ['qp.', true], ['c.', false]] as const) {
    for (const { key } of rowsBelow(rows, prefix)) check(vatAtStart(key), key, mustLive);
  }
  for (const prefix of ['ps.', 'oi.']) for (const { key } of rowsBelow(rows, prefix)) check(vatAtEnd(key), key, false);
  for (const { key, text } of rowsBelow(rows, keys.allReaps)) check(parseReap(text).vat, key, true);
  for (const { key, text } of rowsBelow(rows, keys.allLaterReaps)) check(asVatId(text), key, true);
  for (const { key, text } of rowsBelow(rows, 'vname.')) check(asVatId(text), key, true);
  return wrong;
}

export function reapsAreQueuedOnce(view: View): string[] {
  const queued = rowsBelow(view.rows, keys.allReaps).map(({ key, text }) => ({ order: numberAtEnd(key), ...parseReap(text) }));
  return [...view.vats.keys()].filter(vat => isLive(view, vat) && view.rows.get(keys.vatProgress(vat)) !== undefined).flatMap(vat => {
    const { reap } = readProgress(view.rows, vat);
    const orders = queued.filter(other => other.vat === vat).map(({ order }) => order);
    const expected = reap === 0 ? [] : [reap];
    return orders.join() === expected.join() ? [] : [`${vat} stands in the reap queue at [${orders.join()}] and is marked at [${expected.join()}]`];
  });
}

export function laterReapsAreQueuedOnce(view: View): string[] {
  const queued = rowsBelow(view.rows, keys.allLaterReaps);
  return [...view.vats.keys()].filter(vat => isLive(view, vat) && view.rows.get(keys.vatProgress(vat)) !== undefined).flatMap(vat => {
    const { later } = readProgress(view.rows, vat);
    const orders = queued.filter(({ text }) => text === vat).map(({ key }) => numberAtEnd(key));
    return orders.join() === String(later ?? '') ? [] : [`${vat} waits for a later reap at [${orders.join()}] and is marked at [${later ?? ''}]`];
  });
}

export function vatsHaveProgress({ rows, vats }: View): string[] {
  return [...vats.keys()].filter(vat => rows.get(keys.vatProgress(vat)) === undefined).map(vat => `${vat} has no progress`);
}
