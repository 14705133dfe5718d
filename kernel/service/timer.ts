/** The service `timer`: block time in whole seconds, and what is to happen when it comes. */
import { encodeCapData, SlotRef, type Passable } from '../capdata.js';
import { isPromise, storedKref, type KernelObjectId, type KernelPromiseId } from '../ids.js';
import { owningVat } from '../objects.js';
import { hold, release } from '../refcount.js';
import { hasLiveOwner, routeSend, settleUnlessSettled } from '../route.js';
import { takeNumber, type KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { addServiceObject, dataOfKind, refTo, serviceData, setServiceData } from './objects.js';
import type { KernelService, ServiceAnswer, ServiceCall } from './types.js';

export type WaitingTimer =
  /** Settles a promise with the time. */
  | { readonly kind: 'resolve'; readonly promise: KernelPromiseId }
  /** Sends wake(now); `every` seconds makes it come again. */
  | { readonly kind: 'wake'; readonly handler: KernelObjectId; readonly every: number | null; readonly token: KernelObjectId };

const reject = (reason: string): ServiceAnswer => ({ kind: 'rejected', reason });
const later: ServiceAnswer = { kind: 'later' };
const timeMax = 2n ** 48n;

export const timerService: KernelService = {
  name: 'timer',
  iface: data => (data.kind === 'token' ? 'timerToken' : 'timer'),
  homeFacet: () => ({ kind: 'facet' }),
  systemFacet: () => ({ kind: 'facet' }),
  call: call => (call.data.kind === 'facet' ? callTimer(call) : reject(`timerToken has no method ${call.method}`)),
};

function callTimer(call: ServiceCall): ServiceAnswer {
  const { state, method, args } = call;
  switch (method) {
    case 'now': return { kind: 'fulfilled', value: state.now };
    case 'delay': return isTime(args[0]) ? wakeResult(call, state.now + args[0]) : reject('delay takes seconds as a bigint, 0 or more');
    case 'wakeAt': return isTime(args[0]) ? wakeResult(call, args[0]) : reject('wakeAt takes a time in seconds as a bigint');
    case 'setWakeup': return addWake(call, args[0], undefined, args[1]);
    case 'repeat': return addWake(call, args[0], args[1], args[2]);
    case 'cancel': return cancel(state, args[0]);
    default: return reject(`timer has no method ${method}`);
  }
}

function isTime(value: Passable | undefined): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value < timeMax;
}

function wakeResult({ state, result }: ServiceCall, due: bigint): ServiceAnswer {
  if (result === null) return { kind: 'fulfilled', value: undefined };
  hold(state, result);
  addTimer(state, Number(due), { kind: 'resolve', promise: result });
  return later;
}

function addWake({ state, method }: ServiceCall, start: Passable | undefined, every: Passable | undefined, handler: Passable | undefined): ServiceAnswer {
  if (!isTime(start)) return reject(`${method} takes a time in seconds as a bigint`);
  if (method === 'repeat' && (!isTime(every) || every === 0n)) return reject('repeat takes an interval in seconds as a bigint, more than 0');
  if (!(handler instanceof SlotRef)) return reject(`${method} takes a handler with a method wake(now)`);
  const kref = storedKref(handler.slot);
  if (isPromise(kref)) return reject(`${method} takes an object as its handler`);
  if (owningVat(state.rows, kref) === undefined) return reject(`${method} takes an object of a vat as its handler`); // a service would be woken for ever, and nobody would pay
  const token = addServiceObject(state, 'timer', { kind: 'token', at: '' });
  hold(state, kref);
  addTimer(state, Number(start), { kind: 'wake', handler: kref, every: typeof every === 'bigint' ? Number(every) : null, token });
  return { kind: 'fulfilled', value: refTo(state, token) };
}

function addTimer(state: KernelState, due: number, timer: WaitingTimer): void {
  const key = keys.timer(due, takeNumber(state, 'timer'));
  state.rows.set(key, JSON.stringify(timer));
  if (timer.kind === 'wake') setToken(state, timer.token, key);
}

/** The token says where its timer stands, as long as somebody holds it. */
function setToken(state: KernelState, token: KernelObjectId, at: string): void {
  if (serviceData(state.rows, token)) setServiceData(state, token, { kind: 'token', at });
}

/** Cancelling what has happened, or was cancelled, changes nothing. Answers whether something was cancelled. */
function cancel(state: KernelState, token: Passable | undefined): ServiceAnswer {
  const kref = token instanceof SlotRef ? storedKref(token.slot) : undefined;
  const data = kref === undefined ? undefined : dataOfKind(state.rows, 'timer', 'token', kref);
  if (!data) return reject('cancel takes the token of a timer');
  const key = data['at'] as string;
  const text = key === '' ? undefined : state.rows.get(key);
  if (text === undefined) return { kind: 'fulfilled', value: false };
  const timer = JSON.parse(text) as WaitingTimer;
  state.rows.delete(key);
  setToken(state, kref as KernelObjectId, '');
  if (timer.kind === 'wake') release(state, timer.handler);
  return { kind: 'fulfilled', value: true };
}

/** The first timer whose time has come, or undefined. */
export function firstDue(state: KernelState): { readonly key: string; readonly timer: WaitingTimer } | undefined {
  const first = state.rows.first(keys.allTimers);
  if (!first || first[0] >= keys.timer(Number(state.now) + 1, 0)) return undefined;
  return { key: first[0], timer: JSON.parse(first[1]) as WaitingTimer };
}

/** Lets one due timer happen, within an open step. A repeated one that fell behind comes once, at its next time after now. */
export function fireTimer(state: KernelState, key: string, timer: WaitingTimer): void {
  const now = encodeCapData(state.now);
  state.rows.delete(key);
  if (timer.kind === 'resolve') {
    settleUnlessSettled(state, timer.promise, false, now);
    release(state, timer.promise);
    return;
  }
  const isHeard = hasLiveOwner(state, timer.handler);
  if (isHeard) routeSend(state, timer.handler, { methargs: encodeCapData(['wake', [state.now]]), result: null });
  if (isHeard && timer.every !== null) {
    const due = Number(key.split('.')[1]?.slice(1));
    const missed = Math.floor((Number(state.now) - due) / timer.every);
    addTimer(state, due + (missed + 1) * timer.every, timer);
  } else {
    setToken(state, timer.token, '');
    release(state, timer.handler);
  }
}
