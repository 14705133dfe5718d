/**
 * The supervisor: the program inside every vat worker. The host's commands are JSON lists, `["setBundle", vatId, bundle,
 * options]` once and `["deliver", delivery, times?]`; the reply is a JSON list and, after a line feed, the syscalls that the
 * host does not know yet.
 */
import { printToHost } from './console.js';
import { multiplyLimit, unmetered } from './meter.js';
import { takeWaiting } from './outbox.js';
import { decode, encode } from './port.js';
import { beginPortion } from './portion.js';
import { forgetReads } from './reads.js';
import type { Dispatch } from './vat.js';
import { makeVat } from './vat.js';

let dispatch: Dispatch | undefined;

globalThis.print = printToHost;

globalThis.handleCommand = message => {
  let reply: string | undefined;
  carryOut(unmetered(() => JSON.parse(decode(message)) as readonly unknown[])).then(
    text => { reply = text; },
    (error: unknown) => { reply = JSON.stringify(['err', textOf(error)]); },
  );
  // The engine asks for the result when nothing is left to do and the meter is read: no syscall can come after it.
  return { get result() { return reply === undefined ? undefined : encode(withWaiting(reply)); } };
};

async function carryOut([tag, ...args]: readonly unknown[]): Promise<string> {
  switch (tag) {
    case 'setBundle': {
      if (dispatch !== undefined) throw Error('the bundle was set before');
      const [vatId, bundle, options] = args;
      dispatch = makeVat(vatId as string, bundle, options as object);
      return '["dispatchReady"]';
    }
    case 'deliver': {
      if (dispatch === undefined) throw Error('there is no bundle to deliver to');
      const [delivery, times = 1] = args;
      if (times !== 1) multiplyLimit(times as number);
      return deliver(dispatch, harden(delivery));
    }
    default:
      return JSON.stringify(['bad tag', tag]);
  }
}

function deliver(toVat: Dispatch, delivery: unknown): Promise<string> {
  return toVat(delivery).then(
    value => JSON.stringify(['ok', value ?? null]),
    (error: unknown) => JSON.stringify(['error', textOf(error)]),
  );
}

/** The end of a command: what is known or waits until then is let go. */
function withWaiting(reply: string): string {
  forgetReads();
  beginPortion();
  const syscalls = takeWaiting();
  return syscalls === undefined ? reply : `${reply}\n${syscalls}`;
}

/** What a vat throws may be anything, also what cannot be made into text: that is its fault, never the worker's. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error that has no text';
  }
}
