/**
 * The supervisor: the program inside every vat worker. The host's commands are JSON lists, `["setBundle", vatId, bundle,
 * options]` once and `["deliver", delivery, times?]`; the reply is a JSON list and, after a line feed, the syscalls that the
 * host does not know yet.
 */
import { printToHost } from './console.js';
import { multiplyLimit } from './meter.js';
import { takeWaiting } from './outbox.js';
import { decode, encode } from './port.js';
import type { Dispatch } from './vat.js';
import { makeVat } from './vat.js';

let dispatch: Dispatch | undefined;

globalThis.print = printToHost;

globalThis.handleCommand = message => {
  const report: { result?: ArrayBuffer } = {};
  // The engine sends what `result` is when nothing is left to do.
  carryOut(JSON.parse(decode(message)) as readonly unknown[]).then(
    reply => { report.result = encode(reply); },
    (error: unknown) => { report.result = encode(JSON.stringify(['err', String(error)])); },
  );
  return report;
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

async function deliver(toVat: Dispatch, delivery: unknown): Promise<string> {
  const reply = await toVat(delivery).then(
    value => JSON.stringify(['ok', value ?? null]),
    (error: unknown) => JSON.stringify(['error', String(error)]),
  );
  const syscalls = takeWaiting();
  return syscalls === undefined ? reply : `${reply}\n${syscalls}`;
}
