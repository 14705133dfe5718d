/** Invariants of what waits: queues, results in flight, timers, pins, and the numbers that name them (kernel reference 3.1, 3.2, 3.5). */
import { parseDrain } from '../drain.js';
import { asKernelPromiseId, asVatId, isPromise, kernelAllocatedNumber, type KernelPromiseId } from '../ids.js';
import { isAlone, type QueueItem } from '../items.js';
import type { WaitingTimer } from '../service/timer.js';
import { nextNumber } from '../state.js';
import { keys, numberAtEnd } from '../store/keys.js';
import { readProgress } from '../vat/records.js';
import { objectAtStart, promiseAtStart, rowsBelow, type View } from './view.js';

/** Decided by nobody from the send to the delivery (3.2, 9): two deciders could settle it twice. */
export function resultsInFlightHaveNoDecider({ promises, items, waiting }: View): string[] {
  const seen = new Set<string>();
  const check = (result: string | null, where: string): string[] => {
    const kp = result === null ? undefined : asKernelPromiseId(result);
    const promise = kp && promises.get(kp);
    if (kp === undefined || promise === undefined) return [];
    const twice = seen.has(kp);
    seen.add(kp);
    return [
      ...(twice ? [`${kp} is the result of two messages; one is ${where}`] : []),
      ...(promise.state === 'unresolved' && promise.decider !== undefined ? [`${kp} is the result of ${where}, and ${promise.decider} decides it too`] : []),
      ...(promise.state === 'unresolved' ? [] : [`${kp} is the result of ${where}, and settled already`]),
    ];
  };
  return [
    ...items.flatMap(({ key, item }) => ('result' in item ? check(item.result, `${item.type} at ${key}`) : [])),
    ...waiting.flatMap(({ kp, message }) => check(message.result, `a message that waits for ${kp}`)),
  ];
}

/** A notify of an unresolved promise would tell nothing. */
export function notifiesAreOfSettledPromises({ items, promises }: View): string[] {
  const unsettled = (item: QueueItem): KernelPromiseId | undefined => (item.type === 'notify' && promises.get(item.promise)?.state === 'unresolved' ? item.promise : undefined);
  return items.flatMap(({ key, item }) => {
    const kp = unsettled(item);
    return kp === undefined ? [] : [`the notify at ${key} is of ${kp}, which is unresolved`];
  });
}

/** Messages to promises wait for these; a queued one names an object (design 5.2, Routing). */
export function queuedMessagesNameObjects({ items }: View): string[] {
  return items.flatMap(({ key, item }) => (item.type === 'send' && isPromise(item.target) ? [`the message at ${key} is for ${item.target as string}, which is no object`] : []));
}

/** Only items for one vat wait with it; what changes vats does not wait. */
export function pausedQueuesHoldNoAloneItems({ items }: View): string[] {
  return items.flatMap(({ key, item, paused }) => (paused !== undefined && isAlone(item) ? [`${item.type} at ${key} waits with ${paused}`] : []));
}

/** A static vat is found by its name, and keeps its root. */
export function pinsAreOfNamedVats({ rows, vats, objects }: View): string[] {
  const named = new Set(rowsBelow(rows, 'vname.').map(({ text }) => text));
  const pinned = new Set(rowsBelow(rows, keys.allPins).map(({ text }) => text));
  return [
    ...rowsBelow(rows, keys.allPins).flatMap(({ key, text }) => {
      const object = objects.get(objectAtStart(key));
      const owner = object?.owner;
      const isOwn = owner !== undefined && 'vat' in owner && owner.vat === text;
      const isAbandoned = object !== undefined && owner === undefined; // a vat may give up even its root
      return [
        ...(isOwn || isAbandoned ? [] : [`${objectAtStart(key)} is pinned for ${text}, which does not own it`]),
        ...(named.has(text) ? [] : [`${objectAtStart(key)} is pinned for ${text}, which has no name`]),
      ];
    }),
    ...rowsBelow(rows, 'vname.').flatMap(({ key, text }) => {
      const vat = asVatId(text);
      if (vat === undefined || !vats.has(vat)) return []; // nothingIsLeftOfForgottenVats says so
      return pinned.has(text) ? [] : [`${text} has the name ${key.slice('vname.'.length)}, but its root is not pinned`];
    }),
  ];
}

/** A token that somebody still holds says where its timer stands. */
export function timersKnowTheirTokens({ rows, objects }: View): string[] {
  const timers = rowsBelow(rows, keys.allTimers).map(({ key, text }) => ({ key, timer: JSON.parse(text) as WaitingTimer }));
  const at = new Map(timers.flatMap(({ key, timer }) => (timer.kind === 'wake' ? [[timer.token as string, key] as const] : [])));
  return rowsBelow(rows, 'os.').flatMap(({ key, text }) => {
    const { kind, at: place } = JSON.parse(text) as { readonly kind?: string; readonly at?: string };
    const token = objectAtStart(key);
    const owner = objects.get(token)?.owner;
    if (kind !== 'token' || owner === undefined || !('service' in owner) || owner.service !== 'timer') return [];
    const expected = at.get(token) ?? '';
    return place === expected ? [] : [`the token ${token} says that its timer stands at "${place ?? ''}", but it is at "${expected}"`];
  });
}

/** Numbers of items, reaps and timers are never used twice: the next of each is above all that stand somewhere. */
export function queueNumbersAreFresh({ rows }: View): string[] {
  const places = { item: ['q.', 'qp.', 'pq.', 'vt.'], reap: ['r.', 'rl.'], timer: ['tm.'] } as const;
  return (['item', 'reap', 'timer'] as const).flatMap(what => {
    const next = Number(rows.get(keys.next(what)) ?? 1);
    return places[what].flatMap(prefix => rowsBelow(rows, prefix).filter(({ key }) => numberAtEnd(key) >= next).map(({ key }) => `${key} stands there, but the next ${what} has number ${next}`));
  });
}

/** What a drain waits for was given its number before: else it would hold back everything else for ever. */
export function drainsWaitForWhatWasNumbered({ rows }: View): string[] {
  const text = rows.get(keys.drain);
  if (text === undefined) return [];
  const drain = parseDrain(text);
  const next = nextNumber(rows, 'item');
  return drain !== undefined && drain.from <= drain.before && drain.before <= next ? [] : [`the drain waits for "${text}", and the next item has number ${next}`];
}

/** A vat is never given a number twice: its next import is above all in its c-list (3.1, 8). */
export function importNumbersAreFresh({ rows, vats, entries }: View): string[] {
  return entries.flatMap(({ vat, kref, entry: { vref } }) => {
    if (!/^[op]-/.test(vref) || !vats.has(vat) || rows.get(keys.vatProgress(vat)) === undefined) return [];
    const next = readProgress(rows, vat)[isPromise(kref) ? 'promise' : 'object'];
    return kernelAllocatedNumber(vref) < next ? [] : [`${vat} has ${kref} as ${vref}, but its next number is ${next}`];
  });
}

/** Nothing hangs on what a promise's row does not stand for. */
export function promiseRowsHaveTheirPromise({ rows, promises }: View): string[] {
  return ['pd.', 'ps.', 'pq.', 'pw.', 'ph.'].flatMap(prefix => rowsBelow(rows, prefix).filter(({ key }) => !promises.has(promiseAtStart(key))).map(({ key }) => `${key} is there, but ${promiseAtStart(key)} is not`));
}
