/** Items to deliveries: krefs become the vat's vrefs, what the queue held is let go, and the c-list changes that go with it. */
import assert from 'node:assert/strict';
import { nestingDepth, nestingMax, type CapData } from './capdata.js';
import { deleteEntry, dropExport, entryOf, krefOf, toKref, toVref } from './clist.js';
import { errorData } from './errors.js';
import type { GcAction } from './gc.js';
import { isPromise, storedKref, type KernelPromiseId, type VatId } from './ids.js';
import type { NotifyItem, SendItem } from './items.js';
import type { JoinedNotifies } from './notify.js';
import { knownPromise, resolutionOf, setDecider } from './promises.js';
import { releaseItem } from './queues.js';
import { takeReap } from './reap.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { VatDelivery, VatMessage, VatResolution, Vref } from './vat/protocol.js';
import { IllegalSyscall } from './syscall/illegal.js';

/** Why a vat gets a delivery: the place it is taken from, and what. */
export type VatSource =
  | { readonly from: 'queue'; readonly key: string; readonly item: SendItem }
  | ({ readonly from: 'notifies' } & JoinedNotifies)
  | { readonly from: 'gc'; readonly actions: readonly GcAction[] }
  | { readonly from: 'reap'; readonly key: string; readonly takesSnapshot: boolean };

/**
 * Takes the source off its place and makes the vat's delivery of it. Planning runs this in a step that is undone,
 * settling for good; both must give the same.
 */
export function toVatDelivery(state: KernelState, vat: VatId, source: VatSource): VatDelivery {
  switch (source.from) {
    case 'gc': return gcDelivery(state, vat, source.actions);
    case 'reap': {
      takeReap(state, vat, source.key);
      return ['bringOutYourDead'];
    }
    case 'queue': case 'notifies': {
      const items = itemsOf(source);
      for (const { key } of items) state.rows.delete(key);
      const delivery = source.from === 'queue' ? messageDelivery(state, vat, source.item) : notifyDelivery(state, vat, source);
      for (const { item } of items) releaseItem(state, item);
      return delivery;
    }
  }
}

/** The items of the run-queue that the source is made of. */
export function itemsOf(source: VatSource): readonly { readonly key: string; readonly item: SendItem | NotifyItem }[] {
  switch (source.from) {
    case 'queue': return [source];
    case 'notifies': return source.items;
    case 'gc': case 'reap': return [];
  }
}

function messageDelivery(state: KernelState, vat: VatId, item: SendItem): VatDelivery {
  const target = toVref(state, vat, item.target);
  const methargs = dataToVat(state, vat, item.methargs);
  if (item.result === null) return ['message', target, { methargs, result: null }];
  setDecider(state, item.result, vat);
  return ['message', target, { methargs, result: toVref(state, vat, item.result) }];
}

export function dataToVat(state: KernelState, vat: VatId, data: CapData): CapData {
  return { body: data.body, slots: data.slots.map(slot => toVref(state, vat, storedKref(slot))) };
}

const tooFar = errorData('the promise leads to more data than one delivery may carry');

/** How the promises settled; afterwards the vat does not have them any more. */
function notifyDelivery(state: KernelState, vat: VatId, { settled, isTooFar }: JoinedNotifies): VatDelivery {
  if (isTooFar) {
    const [kp] = settled as readonly [KernelPromiseId];
    const vref = toVref(state, vat, kp);
    deleteEntry(state, vat, kp);
    return ['notify', [[vref, true, tooFar]]];
  }
  const resolutions: VatResolution[] = settled.map(kp => [
    toVref(state, vat, kp),
    knownPromise(state.rows, kp).state === 'rejected',
    dataToVat(state, vat, resolutionOf(state.rows, kp)),
  ]);
  for (const kp of settled) deleteEntry(state, vat, kp);
  return ['notify', resolutions];
}

function gcDelivery(state: KernelState, vat: VatId, actions: readonly GcAction[]): VatDelivery {
  const rank = actions[0]?.rank;
  const vrefs = actions.map(({ kref, key }) => {
    const entry = entryOf(state.rows, vat, kref);
    assert(entry, `${vat} would be told of ${kref}, which it does not have`);
    state.rows.delete(key);
    if (rank === 1) {
      dropExport(state, vat, kref, entry);
    } else {
      if (rank === 2) retireOwn(state, vat, kref);
      deleteEntry(state, vat, kref);
    }
    return entry.vref;
  });
  if (rank === 1) return ['dropExports', vrefs];
  return rank === 2 ? ['retireExports', vrefs] : ['retireImports', vrefs];
}

/** The exporter retires: the object goes first, then the entry; no later action of the same kind can hit it. */
function retireOwn(state: KernelState, vat: VatId, kref: GcAction['kref']): void {
  state.rows.delete(keys.object(kref));
  state.rows.delete(keys.gcAction(vat, 1, kref));
}

// ---- vat to kernel

export function dataToKernel(state: KernelState, vat: VatId, data: CapData): CapData {
  // Deeper bodies overflow the receiver's stack (design 5.8).
  if (nestingDepth(data.body) > nestingMax) throw new IllegalSyscall(`capdata is nested deeper than ${nestingMax}`);
  return { body: data.body, slots: data.slots.map(slot => toKref(state, vat, slot)) };
}

/** A message that the vat sends: its result must be a promise that the vat names for the first time. */
export function messageToKernel(state: KernelState, vat: VatId, message: VatMessage): { methargs: CapData; result: KernelPromiseId | null } {
  const methargs = dataToKernel(state, vat, message.methargs);
  const { result } = message;
  if (result === null || result === undefined) return { methargs, result: null };
  if (krefOf(state.rows, vat, result) !== undefined) throw new IllegalSyscall(`result ${result} is not new`);
  const kp = toPromise(state, vat, result);
  setDecider(state, kp, undefined);
  return { methargs, result: kp };
}

export function toPromise(state: KernelState, vat: VatId, vref: Vref): KernelPromiseId {
  const kref = toKref(state, vat, vref);
  if (!isPromise(kref)) throw new IllegalSyscall(`${vref} is no promise`);
  return kref;
}
