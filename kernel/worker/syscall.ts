/** The syscalls of a vat, as liveslots calls them; and, by our patches, how much it may still free. */
import { leaveToSweep, type Manner } from './dying.js';
import { unmetered } from './meter.js';
import { askSyscall, post } from './outbox.js';
import { countCall, isSpent, isTooMuch } from './portion.js';
import { isKnown, recall, remember } from './reads.js';

type CapData = { readonly body: string; readonly slots: readonly string[] };
type Resolution = readonly [vpid: string, isReject: boolean, data: CapData];

/** One that liveslots need not wait for: the host has no say in it before the delivery is settled. */
function tell(...syscall: readonly unknown[]): void {
  unmetered(() => {
    const text = JSON.stringify(syscall);
    countCall(text.length);
    post(text);
  });
}

/** One whose answer the vat goes on with. Throws for an answer that says `error`. */
function read(...syscall: readonly unknown[]): unknown {
  const [status, value] = unmetered(() => {
    const text = JSON.stringify(syscall);
    const answer = askSyscall(text);
    countCall(text.length + (typeof answer[1] === 'string' ? answer[1].length : 0));
    return answer;
  });
  if (status === 'ok') return value;
  throw Error(`syscall.${String(syscall[0])} failed: ${String(value)}`);
}

/** A row of the vat's store. Its price does not tell whether the host was asked. */
function get(key: string): string | undefined {
  return unmetered(() => {
    if (isKnown(key)) return recall(key);
    const value = (read('vatstoreGet', key) ?? undefined) as string | undefined;
    remember(key, value);
    return value;
  });
}

function set(key: string, value: string): void {
  unmetered(() => {
    tell('vatstoreSet', key, value);
    remember(key, value);
  });
}

function remove(key: string): void {
  unmetered(() => {
    tell('vatstoreDelete', key);
    remember(key, undefined);
  });
}

export const syscall = harden({
  send: (target: string, methargs: CapData, result?: string) => { tell('send', target, { methargs, result }); },
  subscribe: (vpid: string) => { tell('subscribe', vpid); },
  resolve: (resolutions: readonly Resolution[]) => { tell('resolve', resolutions); },
  exit: (isFailure: boolean, info: CapData) => { tell('exit', isFailure, info); },
  dropImports: (vrefs: readonly string[]) => { tell('dropImports', vrefs); },
  retireImports: (vrefs: readonly string[]) => { tell('retireImports', vrefs); },
  retireExports: (vrefs: readonly string[]) => { tell('retireExports', vrefs); },
  abandonExports: (vrefs: readonly string[]) => { tell('abandonExports', vrefs); },
  vatstoreSet: set,
  vatstoreDelete: remove,
  vatstoreGet: get,
  vatstoreGetNextKey: (prior: string) => read('vatstoreGetNextKey', prior) ?? undefined,
  isSpent,
  isTooMuch,
  leaveToSweep: (baseRef: string, manner: Manner) => { leaveToSweep({ vatstoreSet: set }, baseRef, manner); },
  callNow: (target: string, method: string, args: CapData) => read('callNow', target, method, args),
});
