/** Counts, from what holds them, how often every reference is held; to be compared with the counts that are kept. */
import type { CapData } from '../capdata.js';
import { isPromise, kernelPromiseId, storedKref, type Kref } from '../ids.js';
import { krefsIn } from '../items.js';
import type { WaitingTimer } from '../service/timer.js';
import { keys, krefAtEnd, numberAtEnd } from '../store/keys.js';
import { krefsOfWatcher, type Watcher } from '../watchers.js';
import { objectAtStart, promiseAtStart, rowsBelow, type View } from './view.js';

export type Held = { reachable: number; recognizable: number; readonly by: string[] };
type Hold = (kref: string, by: string) => void;

/** Every reference that something holds, with its holders. A promise's count is `recognizable`. */
export function countHolders(view: View, others: readonly string[]): ReadonlyMap<Kref, Held> {
  const held = new Map<Kref, Held>();
  const add = (kref: Kref, reachable: number, by: string): void => {
    const known: Held = held.get(kref) ?? { reachable: 0, recognizable: 0, by: [] };
    known.reachable += reachable;
    known.recognizable += 1;
    known.by.push(by);
    held.set(kref, known);
  };
  const hold: Hold = (text, by) => { add(storedKref(text), 1, by); };
  for (const { vat, kref, entry } of view.entries) {
    if (isPromise(kref) || entry.vref.startsWith('o-')) add(kref, entry.reachable ? 1 : 0, `${vat} as ${entry.vref}`);
  }
  holdQueued(view, hold);
  holdData(view, hold);
  holdNames(view, hold);
  holdWaiters(view, hold);
  for (const kref of others) hold(kref, 'the host');
  return held;
}

function holdQueued({ items, waiting }: View, hold: Hold): void {
  for (const { key, item } of items) for (const kref of krefsIn(item)) hold(kref, `${item.type} at ${key}`);
  for (const { kp, message } of waiting) {
    hold(kp, 'a message that waits for it');
    for (const slot of message.methargs.slots) hold(slot, `a message that waits for ${kp}`);
    if (message.result !== null) hold(message.result, `a message that waits for ${kp}`);
  }
}

function holdData({ rows, vats }: View, hold: Hold): void {
  for (const prefix of ['pd.', 'vp.']) {
    for (const { key, text } of rowsBelow(rows, prefix)) for (const slot of (JSON.parse(text) as CapData).slots) hold(slot, `data at ${key}`);
  }
  for (const { key, text } of rowsBelow(rows, 'os.')) {
    const { exit } = JSON.parse(text) as { readonly exit?: { readonly info: CapData } };
    for (const slot of exit?.info.slots ?? []) hold(slot, `exit data of ${objectAtStart(key)}`);
  }
  for (const [vat, { admin }] of vats) if (admin !== undefined) hold(admin, `the record of ${vat}`);
}

function holdNames({ rows }: View, hold: Hold): void {
  for (const { key, text } of rowsBelow(rows, 'n.')) hold(text.slice(0, text.indexOf(' ')), `the name ${key}`);
  for (const { key, text } of rowsBelow(rows, 'nh.')) hold(text, `the facet ${key}`);
  for (const { key, text } of rowsBelow(rows, keys.allPublished)) hold((JSON.parse(text) as { readonly kref: string }).kref, `the publication ${key}`);
  for (const { key } of rowsBelow(rows, 'pin.')) hold(objectAtStart(key), 'a pin');
}

function holdWaiters({ rows }: View, hold: Hold): void {
  for (const { key, text } of rowsBelow(rows, keys.allTimers)) {
    const timer = JSON.parse(text) as WaitingTimer;
    hold(timer.kind === 'resolve' ? timer.promise : timer.handler, `the timer ${key}`);
  }
  for (const { key, text } of rowsBelow(rows, keys.allCycleNodes)) if (text.endsWith(' garbage')) hold(krefAtEnd(key), 'the search for cycles');
  for (const { key, text } of rowsBelow(rows, 'pw.')) {
    for (const kref of [promiseAtStart(key), ...krefsOfWatcher(JSON.parse(text) as Watcher)]) hold(kref, `the watcher of ${promiseAtStart(key)}`);
  }
  for (const { key } of rowsBelow(rows, keys.allHostInterests)) hold(promiseAtStart(key), 'the host');
  for (const { key } of rowsBelow(rows, 'vw.')) hold(kernelPromiseId(numberAtEnd(key)), `done() at ${key}`);
}
