/**
 * Items that change which vats there are: create, upgrade, terminate, options. Each is a round of its own and one atomic
 * crank; between its writes only its own worker is waited for. A failure leaves no trace but its report.
 */
import { encodeCapData, slotRef, type CapData } from '../capdata.js';
import { addExport, deleteEntry, objectsOf, promisesOf } from '../clist.js';
import { applyOutcome, chargeOf, costOf, recordDelivery, type AppliedOutcome, type CrankReport } from '../crank.js';
import { disconnection, errorData, undefinedData } from '../errors.js';
import { parseVref, vatId, type KernelObjectId, type VatId } from '../ids.js';
import type { AloneItem, CreateVatItem, UpgradeVatItem, VatOptionsItem } from '../items.js';
import { chargeVat, hasSpentItsBalance, pauseVat, resumeVat } from '../meter.js';
import { addObject, orphanObject } from '../objects.js';
import { noteAtWork, noteAway, pageInPrice } from '../page-in.js';
import { chargeNewVat, chargeSettings, chargeUpgrade } from '../provisioning/vat-charges.js';
import { isSubscriber, knownPromise } from '../promises.js';
import { releaseItem } from '../queues.js';
import { dropReap, noteMoreToReap } from '../reap.js';
import { hold, holdSlots, releaseSlots } from '../refcount.js';
import { settlePromise } from '../route.js';
import { addServiceObject, refTo } from '../service/objects.js';
import { takeNumber, type KernelState } from '../state.js';
import { beginStep, closeStep, undoStep } from '../step.js';
import { keys } from '../store/keys.js';
import { openSpan } from '../store/transcript.js';
import { dataToVat } from '../translate.js';
import type { VatDelivery } from './protocol.js';
import { deliveryLimit, firstProgress, isAlive, knownVat, nextLimit, readProgress, writeProgress, writeVat } from './records.js';
import { terminateVat } from './termination.js';
import type { Warehouse } from './warehouse.js';

export type Lifecycle = { readonly state: KernelState; readonly warehouse: Warehouse; readonly engine: string };

/** Does one alone item. Rejects only for a reason of this node. */
export async function settleAloneItem(host: Lifecycle, key: string, item: AloneItem): Promise<CrankReport> {
  const { state, warehouse } = host;
  const mark = state.outbound.length;
  beginStep(state);
  state.record?.({ type: 'crank', from: item.type, vat: 'vat' in item ? (item.vat ?? undefined) : undefined });
  state.rows.delete(key);
  const done = await doItem(host, item);
  if (done.failed !== undefined) {
    undoStep(state, mark);
    state.rows.delete(key);
    settle(state, item, true, errorData(done.failed));
    if (item.type === 'create-vat' && item.vat !== null) terminateVat(state, item.vat, true, errorData(done.failed));
    if (done.chargeTo !== undefined && isAlive(state.rows, done.chargeTo)) {
      chargeVat(state, done.chargeTo, done.computrons);
      noteAway(state, done.chargeTo);
    }
  }
  releaseItem(state, item);
  const step = closeStep(state, 'crank');
  if (done.discard !== undefined) await warehouse.discard(done.discard);
  return { step, cost: costOf(done.computrons) + (done.pageIn ?? 0n), discard: undefined };
}

type Done = {
  /** Why nothing of it counts; its worker, if one was made, is discarded. */
  readonly failed?: string;
  readonly computrons: bigint;
  /** What it cost the run to have its worker. */
  readonly pageIn?: bigint;
  readonly chargeTo?: VatId;
  readonly discard?: VatId;
};

function doItem(host: Lifecycle, item: AloneItem): Promise<Done> | Done {
  switch (item.type) {
    case 'create-vat': return createVat(host, item);
    case 'upgrade-vat': return upgradeVat(host, item);
    case 'terminate-vat': {
      if (!isAlive(host.state.rows, item.vat)) return { failed: 'vat terminated', computrons: 0n };
      terminateVat(host.state, item.vat, true, item.reason);
      settle(host.state, item, false, undefinedData);
      return { computrons: 0n, discard: item.vat };
    }
    case 'vat-options': return setOptions(host, item);
  }
}

function settle(state: KernelState, item: AloneItem, isReject: boolean, data: CapData): void {
  if (item.result !== null && knownPromise(state.rows, item.result).state === 'unresolved') settlePromise(state, item.result, isReject, data);
}

async function createVat(host: Lifecycle, item: CreateVatItem): Promise<Done> {
  const { state } = host;
  const vat = item.vat ?? addVat(state, item);
  const refusal = item.vat === null ? chargeNewVat(state, vat, item) : undefined;
  if (refusal) return { failed: refusal.text, computrons: 0n };
  const root = rootOf(state, vat);
  const admin = item.vat === null ? addServiceObject(state, 'vats', { kind: 'admin', vat, account: item.owner }) : undefined;
  if (admin !== undefined) hold(state, admin);
  writeVat(state, vat, {
    label: item.label, owner: item.owner, bundleId: item.bundleId, incarnation: 0, life: 'running',
    settings: withDefaults(state, item), engine: host.engine, ...(admin === undefined ? {} : { admin }),
  });
  const started = await startIncarnation(host, vat, item.parameters);
  if (started.applied.kind !== 'keep') return { failed: failureOf('vat creation failed', started.applied), computrons: started.computrons, discard: vat };
  if (admin !== undefined) settle(state, item, false, newVatData(state, admin, root));
  return { computrons: started.computrons };
}

/** A refusal of the ledger has one text, wherever it is met. */
function failureOf(what: string, applied: Exclude<AppliedOutcome, { kind: 'keep' }>): string {
  return applied.kind === 'refused' ? applied.refusal.text : `${what}: ${applied.reason}`;
}

/** What an account's vat may spend before it is paused, if nobody said; a system vat has no such bound. */
function withDefaults({ params }: KernelState, { owner, settings }: CreateVatItem): CreateVatItem['settings'] {
  if (owner === '' || settings.computeBalance !== null || params.computeBalance === 0n) return settings;
  return { ...settings, computeBalance: String(params.computeBalance) };
}

/** A vat has a root, which it exports as o+0, and progress before it has ever run. */
export function addVat(state: KernelState, { label, owner, bundleId, settings }: Pick<CreateVatItem, 'label' | 'owner' | 'bundleId' | 'settings'>): VatId {
  const vat = vatId(takeNumber(state, 'vat'));
  writeVat(state, vat, { label, owner, bundleId, incarnation: 0, life: 'running', settings, engine: '' });
  writeProgress(state, vat, firstProgress);
  addExport(state, vat, addObject(state, { vat }), 'o+0');
  return vat;
}

export function rootOf(state: KernelState, vat: VatId): KernelObjectId {
  return state.rows.get(keys.clistVref(vat, 'o+0')) as KernelObjectId;
}

function newVatData(state: KernelState, admin: KernelObjectId, root: KernelObjectId): CapData {
  return encodeCapData({ admin: refTo(state, admin), root: slotRef(root, 'Alleged: root') });
}

/** A fresh worker with its startVat, applied to the open step. The parameters' new holds stand before the old ones go. */
async function startIncarnation(host: Lifecycle, vat: VatId, parameters: CapData): Promise<{ applied: AppliedOutcome; computrons: bigint }> {
  const { state, warehouse } = host;
  const record = knownVat(state.rows, vat);
  const { bundleId, label } = record;
  const limit = nextLimit(state, vat);
  writeVat(state, vat, { ...record, limit });
  replaceParameters(state, vat, parameters);
  openSpan(state, vat, { bundleId, engine: host.engine, computronsPerDelivery: limit });
  const delivery: VatDelivery = ['startVat', dataToVat(state, vat, parameters)];
  tellRound(state, vat, delivery);
  const outcome = await warehouse.startFresh(vat, { bundleId, label, computronsPerDelivery: limit }, delivery);
  recordDelivery(state, vat, delivery, outcome);
  const applied = applyOutcome(state, vat, delivery, outcome);
  const computrons = chargeOf(outcome, limit, delivery);
  if (applied.kind === 'keep') {
    chargeVat(state, vat, computrons);
    noteAtWork(state, vat);
  }
  if (applied.kind === 'keep' && applied.exit) return { applied: { kind: 'abort', reason: 'the vat exited while it started', info: applied.exit }, computrons };
  return { applied, computrons };
}

/** Told before the worker has its delivery, within the crank that is open. */
function tellRound({ record, rows }: KernelState, vat: VatId, [kind]: VatDelivery): void {
  record?.({ type: 'round', items: [{ after: 0, vat, position: readProgress(rows, vat).position, kind }] });
}

function replaceParameters(state: KernelState, vat: VatId, parameters: CapData): void {
  const old = state.rows.get(keys.vatParameters(vat));
  holdSlots(state, parameters);
  state.rows.set(keys.vatParameters(vat), JSON.stringify({ body: parameters.body, slots: parameters.slots }));
  if (old !== undefined) releaseSlots(state, JSON.parse(old) as CapData);
}

/** One crank in the order of kernel reference 3.7: bring out the dead, disconnect, abandon, start over the same baggage. */
async function upgradeVat(host: Lifecycle, item: UpgradeVatItem): Promise<Done> {
  const { state, warehouse } = host;
  const { vat } = item;
  if (!isAlive(state.rows, vat)) return { failed: 'vat-upgrade failure: vat terminated', computrons: 0n };
  const delivery: VatDelivery = ['bringOutYourDead'];
  const pageIn = pageInPrice(state, vat);
  tellRound(state, vat, delivery);
  const outcome = await warehouse.deliver(vat, delivery);
  recordDelivery(state, vat, delivery, outcome);
  const cleaned = applyOutcome(state, vat, delivery, outcome);
  const spent = chargeOf(outcome, deliveryLimit(state, vat), delivery);
  if (cleaned.kind !== 'keep' || cleaned.exit) {
    return { failed: cleaned.kind === 'keep' ? 'vat-upgrade failure: the vat exited' : failureOf('vat-upgrade failure', cleaned), computrons: spent, pageIn, chargeTo: vat, discard: vat };
  }
  chargeVat(state, vat, spent);
  const old = knownVat(state.rows, vat);
  const refusal = chargeUpgrade(state, vat, old.incarnation);
  if (refusal) return { failed: refusal.text, computrons: spent, pageIn, chargeTo: vat, discard: vat };
  rejectDecided(state, vat, disconnection(old.incarnation, item.upgradeMessage));
  abandonEphemeral(state, vat);
  dropReap(state, vat);
  writeVat(state, vat, { ...old, bundleId: item.bundleId, incarnation: old.incarnation + 1, engine: host.engine });
  const started = await startIncarnation(host, vat, item.parameters);
  const computrons = spent + started.computrons;
  if (started.applied.kind !== 'keep') return { failed: failureOf('vat-upgrade failure', started.applied), computrons, pageIn, chargeTo: vat, discard: vat };
  noteMoreToReap(state, vat, outcome);
  settle(state, item, false, { body: `#${JSON.stringify({ incarnationNumber: old.incarnation + 1 })}`, slots: [] });
  return { computrons, pageIn };
}

/**
 * Nobody will ever settle these: whoever waits learns that the vat was upgraded. The vat's own entry goes at once, unless
 * it subscribes to its own promise: then the queued notify tells the new incarnation and removes it.
 */
function rejectDecided(state: KernelState, vat: VatId, data: CapData): void {
  for (const kp of promisesOf(state.rows, vat)) {
    const promise = knownPromise(state.rows, kp);
    if (promise.state !== 'unresolved' || promise.decider !== vat) continue;
    const isOwnSubscriber = isSubscriber(state.rows, kp, vat);
    settlePromise(state, kp, true, data);
    if (!isOwnSubscriber) deleteEntry(state, vat, kp);
  }
}

/** Exports that live only in the old heap become orphans; the root and durable objects keep their krefs. */
function abandonEphemeral(state: KernelState, vat: VatId): void {
  for (const { kref, entry } of objectsOf(state.rows, vat)) {
    if (!entry.vref.startsWith('o+') || parseVref(entry.vref)?.durable) continue;
    deleteEntry(state, vat, kref);
    orphanObject(state, kref);
  }
}

function setOptions({ state }: Lifecycle, item: VatOptionsItem): Done {
  if (!isAlive(state.rows, item.vat)) return { failed: 'vat terminated', computrons: 0n };
  const old = knownVat(state.rows, item.vat);
  const changed = Object.fromEntries(Object.entries(item.settings).filter(([, value]) => value !== null));
  writeVat(state, item.vat, { ...old, settings: { ...old.settings, ...changed } });
  const refusal = chargeSettings(state, item.vat, old.settings);
  if (refusal) return { failed: refusal.text, computrons: 0n };
  if (hasSpentItsBalance(state, item.vat)) pauseVat(state, item.vat);
  else resumeVat(state, item.vat);
  settle(state, item, false, undefinedData);
  return { computrons: 0n };
}
