/** A message that needs no worker: to a service, or to an object that nobody owns any more. */
import { CapDataError, decodeMethargs, encodeCapData, type CapData, type Passable } from '../capdata.js';
import { errorData, vatTerminated } from '../errors.js';
import { isPromise, storedKref } from '../ids.js';
import type { SendItem } from '../items.js';
import { readObject } from '../objects.js';
import { rejectResult, settlePromise } from '../route.js';
import type { KernelState } from '../state.js';
import { serviceData, serviceNamed } from './objects.js';
import type { ServiceAnswer } from './types.js';

/** Does the call and settles the result, unless the service keeps it for later. The item still holds its references. */
export function callService(state: KernelState, item: SendItem): void {
  const owner = readObject(state.rows, item.target)?.owner;
  if (!owner || !('service' in owner)) {
    rejectResult(state, item, vatTerminated);
    return;
  }
  const answer = answerOf(state, item, owner.service);
  switch (answer.kind) {
    case 'later': return;
    case 'rejected': return rejectResult(state, item, errorData(answer.reason));
    case 'rejected-data': return rejectResult(state, item, answer.data);
    case 'fulfilled-data': return fulfill(state, item, answer.data);
    case 'fulfilled': return fulfill(state, item, encodeCapData(answer.value));
  }
}

function fulfill(state: KernelState, item: SendItem, data: CapData): void {
  if (item.result !== null) settlePromise(state, item.result, false, data);
}

function answerOf(state: KernelState, item: SendItem, service: string): ServiceAnswer {
  const call = parseCall(item);
  if ('reason' in call) return { kind: 'rejected', reason: call.reason };
  const data = serviceData(state.rows, item.target);
  if (!data) throw new Error(`${item.target} of service ${service} has no data`);
  return serviceNamed(state, service).call({ state, target: item.target, data, result: item.result, ...call });
}

type ParsedCall = { readonly method: string; readonly args: readonly Passable[] };

/** Digits of a bigint that a service may be given: amounts and times have far fewer, and long ones take long to read. */
const bigintDigitsMax = 1000;

/** A vat's capdata is a stranger's: what does not parse is refused like any bad argument. */
function parseCall({ methargs }: SendItem): ParsedCall | { readonly reason: string } {
  if (methargs.slots.some(slot => isPromise(storedKref(slot)))) return { reason: 'arguments of a service must not be promises' };
  try {
    const { method, args } = decodeMethargs(methargs, { bigintDigits: bigintDigitsMax });
    return typeof method === 'string' ? { method, args } : { reason: 'a service is called by the name of a method' };
  } catch (error) {
    if (error instanceof CapDataError) return { reason: `the message cannot be read: ${error.message}` };
    throw error;
  }
}
