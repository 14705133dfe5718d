/** One vat: its bundle, liveslots over it, and the deliveries it is given. */
import { makeLiveSlots } from '@agoric/swingset-liveslots/src/liveslots.js';
import { importBundle } from '@endo/import-bundle';
import { makeConsole } from './console.js';
import { endowments } from './endowments.js';
import { meterControl } from './meter.js';
import { insistShallow } from './nesting.js';
import { makeReclaim } from './reclaim.js';
import { syscall } from './syscall.js';
import { gcAndFinalize, waitUntilQuiescent } from './turns.js';

/** Carries out a delivery. Rejects for what liveslots cannot do; the vat's own errors are rejections of its promises. */
export type Dispatch = (delivery: unknown) => Promise<unknown>;

const gcTools = harden({ WeakRef, FinalizationRegistry, waitUntilQuiescent, gcAndFinalize, meterControl, insistShallow, makeReclaim });

/** Sets up the vat. Its code is not looked at before startVat, and the bundle is held until then only. */
export function makeVat(vatId: string, bundle: unknown, liveSlotsOptions: object): Dispatch {
  let held = bundle;
  const buildVatNamespace = async (given: object, inescapableGlobalProperties: object): Promise<unknown> => {
    const taken = held;
    held = undefined;
    if (taken === undefined) throw Error('the vat was started before');
    return importBundle(taken, { endowments: { ...endowments, console: makeConsole('vat'), ...given }, inescapableGlobalProperties });
  };
  const slots = makeLiveSlots(syscall, vatId, harden({}), liveSlotsOptions, gcTools, makeConsole('ls'), buildVatNamespace) as { readonly dispatch: Dispatch };
  return slots.dispatch;
}
