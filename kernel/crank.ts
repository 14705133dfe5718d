/** One crank: a planned item settles as one atomic step over the state (design 5.2, Settling). Every branch of a crank is here. */
import assert from 'node:assert/strict';
import { lengthOf, type CapData } from './capdata.js';
import { errorData, vatTerminated } from './errors.js';
import type { GcAction } from './gc.js';
import type { VatId } from './ids.js';
import type { NotifyItem, SendItem } from './items.js';
import { chargeVat, pauseVat } from './meter.js';
import { settleNotices, type QueuedNotify } from './notify.js';
import { noteAtWork, noteAway, pageInPrice } from './page-in.js';
import type { QuotaRefusal } from './provisioning/refusal.js';
import { settleStorage } from './provisioning/vat-charges.js';
import { releaseItem, takeFromQueue } from './queues.js';
import { noteMoreToReap, queueDueReap, takeReap } from './reap.js';
import { rejectResult } from './route.js';
import { isUnasked } from './run-queue.js';
import { callService } from './service/call.js';
import type { KernelState } from './state.js';
import { beginStep, closeStep, undoStep, type StepRecord } from './step.js';
import { appendDelivery, openSpanFromSnapshot } from './store/transcript.js';
import { IllegalSyscall } from './syscall/illegal.js';
import { applySyscall } from './syscall/index.js';
import type { SyscallScope } from './syscall/types.js';
import { itemsOf, toVatDelivery, type VatSource } from './translate.js';
import type { DeliveryOutcome, DeliveryVerdict, VatDelivery } from './vat/protocol.js';
import { deliveryLimit, readProgress, writeProgress } from './vat/records.js';
import { computronsPerDeliveryMax } from './vat/settings.js';
import { terminateVat } from './vat/termination.js';
import { sameJson } from './vat/replay.js';

/** What a round takes, in the order it settles. */
export type PlannedItem =
  /** GC actions that have no point any more. */
  | { readonly kind: 'void-gc'; readonly actions: readonly GcAction[] }
  | { readonly kind: 'vat'; readonly vat: VatId; readonly source: VatSource; readonly delivery: VatDelivery }
  /** Needs no worker: a call of a service, a message or a notify that reaches nobody. */
  | { readonly kind: 'kernel'; readonly key: string; readonly item: SendItem | NotifyItem }
  /** What a vat need not be told: only its c-list changes. */
  | { readonly kind: 'notices'; readonly vat: VatId; readonly notices: readonly QueuedNotify[] };

export type CrankReport = {
  readonly step: StepRecord;
  /** What it costs the run's budget. */
  readonly cost: bigint;
  /** The vat whose worker must not be used again, because the crank aborted or the vat ended. */
  readonly discard: VatId | undefined;
  /** The vat whose worker must be replaced by one loaded from the heap snapshot that was taken. */
  readonly reload?: VatId | undefined;
};

/** Every item costs at least this much, in computrons (design 5.3). */
export const crankBase = 10_000n;

/**
 * For each byte of a heap snapshot, in computrons: what writing, hashing and loading it takes, for nobody meters it. The size
 * follows from the hash, and so is the same everywhere.
 */
const perSavedByte = 1n;

/** Computrons for each recorded syscall, and for each byte of it and its answer: the kernel stores and hashes what a vat says for nothing. */
const perSyscall = 100n;
const perByte = 8n;

/** A promise in what another settles to: whether a cycle holds it may have to be found out (cycles.ts), which is dear. */
const perLink = 30_000n;

/** Reading a delivery is not metered, and a megabyte of brackets takes a worker seconds; of what most deliveries have, nothing is charged. */
const perDelivered = 100n;
const deliveredFree = 2048;

/** What a delivery costs: the reported computrons, or the limit if none were, and what was delivered, recorded and saved. */
export function chargeOf({ computrons, syscalls, recordedBytes = 0, saved }: DeliveryOutcome, limit: number, delivery: VatDelivery): bigint {
  const delivered = BigInt(Math.max(0, dataIn(delivery) - deliveredFree));
  return BigInt(computrons ?? limit) + perSyscall * BigInt(syscalls.length) + perByte * BigInt(recordedBytes) + perLink * BigInt(linksIn(syscalls)) + perDelivered * delivered + perSavedByte * BigInt(saved?.size ?? 0);
}

/** Promises in the data that promises are settled to. */
function linksIn(syscalls: DeliveryOutcome['syscalls']): number {
  let links = 0;
  for (const { s } of syscalls) {
    if (s[0] === 'resolve') for (const [, , { slots }] of s[1]) links += slots.filter(slot => slot.startsWith('p')).length;
  }
  return links;
}

/** UTF-16 units of the data in a delivery. */
function dataIn(delivery: VatDelivery): number {
  switch (delivery[0]) {
    case 'startVat': return lengthOf(delivery[1]);
    case 'message': return lengthOf(delivery[2].methargs);
    case 'notify': return delivery[1].reduce((sum, [, , data]) => sum + lengthOf(data), 0);
    case 'dropExports': case 'retireExports': case 'retireImports': return delivery[1].reduce((sum, vref) => sum + vref.length, 0);
    case 'bringOutYourDead': return 0;
  }
}

/** Settles an item that needs no worker. */
export function settleKernelItem(state: KernelState, planned: Exclude<PlannedItem, { kind: 'vat' }>): CrankReport {
  beginStep(state);
  state.record?.({ type: 'crank', from: planned.kind === 'kernel' ? planned.item.type : planned.kind, vat: planned.kind === 'notices' ? planned.vat : undefined });
  const items = doKernelItem(state, planned);
  return { step: closeStep(state, 'crank'), cost: crankBase * BigInt(items), discard: undefined };
}

/** Answers with how many items it was. */
function doKernelItem(state: KernelState, planned: Exclude<PlannedItem, { kind: 'vat' }>): number {
  switch (planned.kind) {
    case 'void-gc':
      for (const { key } of planned.actions) state.rows.delete(key);
      return 1;
    case 'notices':
      settleNotices(state, planned.vat, planned.notices);
      return planned.notices.length;
    case 'kernel':
      if (isUnasked(planned.item)) {
        settleNotices(state, planned.item.vat, [{ key: planned.key, item: planned.item }]);
      } else {
        takeFromQueue(state, planned.key, planned.item);
        if (planned.item.type === 'send') callService(state, planned.item);
        releaseItem(state, planned.item);
      }
      return 1;
  }
}

/** Settles a vat's delivery with what its worker did. The delivery must be the one that was planned. */
export function settleVatItem(state: KernelState, planned: Extract<PlannedItem, { kind: 'vat' }>, outcome: DeliveryOutcome): CrankReport {
  const { vat, source } = planned;
  const mark = state.outbound.length;
  beginStep(state);
  const delivery = toVatDelivery(state, vat, source);
  assert(sameJson(delivery, planned.delivery), `${vat}: the delivery that settles is not the one that was planned`);
  const meterTimes = meterTimesOf(source);
  if (state.record) {
    state.record({ type: 'crank', from: source.from, vat });
    recordDelivery(state, vat, delivery, outcome, meterTimes);
  }
  const pageIn = pageInPrice(state, vat);
  const computrons = chargeOf(outcome, limitOf(state, vat, meterTimes), delivery);
  const verdict = applyOutcome(state, vat, delivery, outcome, meterTimes);
  if (verdict.kind === 'abort') {
    undoStep(state, mark);
    dropSource(state, vat, source);
    terminateVat(state, vat, true, verdict.info);
  } else if (verdict.kind === 'refused') {
    undoStep(state, mark);
    refuseSource(state, vat, source, verdict.refusal);
    noteAway(state, vat);
  } else if (verdict.exit) {
    terminateVat(state, vat, false, verdict.exit);
  }
  chargeVat(state, vat, computrons); // after its end: what was paused would take items along that this round has planned
  const lives = verdict.kind === 'keep' && !verdict.exit;
  if (lives) goOn(state, vat, source, outcome);
  return {
    step: closeStep(state, 'crank'),
    cost: costOf(computrons, itemsOf(source).length) + pageIn,
    discard: lives ? undefined : vat,
    reload: lives && takesSnapshot(source) ? vat : undefined,
  };
}

/** What a vat was given and what it did, before it is applied. */
export function recordDelivery(state: KernelState, vat: VatId, delivery: VatDelivery, outcome: DeliveryOutcome, meterTimes = 1): void {
  state.record?.({ type: 'delivery', vat, position: readProgress(state.rows, vat).position, meterTimes, delivery, outcome });
}

/** What a crank costs its run that spent so much on so many items. */
export function costOf(computrons: bigint, items = 1): bigint {
  const least = crankBase * BigInt(Math.max(1, items));
  return computrons > least ? computrons : least;
}

/** How many times its limit a delivery may spend: once for each notify that joined in it. */
export function meterTimesOf(source: VatSource): number {
  return source.from === 'notifies' ? source.meterTimes : 1;
}

/** The worker's limit of such a delivery: the engine cannot count further. */
function limitOf(state: KernelState, vat: VatId, meterTimes: number): number {
  return Math.min(deliveryLimit(state, vat) * meterTimes, computronsPerDeliveryMax);
}

export type AppliedOutcome =
  | { readonly kind: 'keep'; readonly exit: CapData | undefined }
  /** There is no room for what the vat wants to store. It is not at fault and lives on; the delivery did not happen. */
  | { readonly kind: 'refused'; readonly refusal: QuotaRefusal }
  /** Nothing that the vat did counts, and it ends; `info` says why, with krefs that the undone step does not need. */
  | { readonly kind: 'abort'; readonly info: CapData; readonly reason: string };

/**
 * Applies a delivery's syscalls and records it in the transcript, or finds that it must be aborted. The first match
 * decides: illegal syscall, worker error, metered exit, record bound, exit with failure.
 */
export function applyOutcome(state: KernelState, vat: VatId, delivery: VatDelivery, outcome: DeliveryOutcome, meterTimes = 1): AppliedOutcome {
  const scope: SyscallScope = { state, vat, stored: 0 };
  try {
    for (const { s } of outcome.syscalls) applySyscall(scope, s);
  } catch (error) {
    if (!(error instanceof IllegalSyscall)) throw error;
    return abort(`illegal syscall: ${error.message}`);
  }
  const fault = faultOf(outcome.verdict);
  if (fault !== undefined) return abort(fault);
  if (scope.exit?.isFailure) return { kind: 'abort', reason: 'the vat exited with a failure', info: withoutSlots(scope.exit.info) };
  const refusal = scope.stored === 0 ? undefined : countStored(state, vat, scope.stored);
  if (refusal) return { kind: 'refused', refusal };
  appendDelivery(state, vat, delivery, outcome, meterTimes);
  return { kind: 'keep', exit: scope.exit?.info };
}

function countStored(state: KernelState, vat: VatId, grown: number): QuotaRefusal | undefined {
  const progress = readProgress(state.rows, vat);
  const stored = progress.stored + grown;
  writeProgress(state, vat, { ...progress, stored });
  return settleStorage(state, vat, stored);
}

function abort(reason: string): AppliedOutcome {
  return { kind: 'abort', reason, info: errorData(reason) };
}

function faultOf(verdict: DeliveryVerdict): string | undefined {
  switch (verdict.kind) {
    case 'ok': return undefined;
    case 'illegal-syscall': return `illegal syscall: ${verdict.reason}`;
    case 'error': return verdict.message;
    case 'meter': return meterTexts[verdict.which];
    case 'record-bound': return `too many ${verdict.which === 'syscalls' ? 'syscalls' : 'bytes of syscalls'} in one delivery`;
  }
}

const meterTexts = {
  compute: 'Compute meter exceeded',
  stack: 'Stack meter exceeded',
  allocate: 'Allocate meter exceeded',
} as const;

/** References in the reason of an aborted crank are undone with it; what remains is a plain Error. */
function withoutSlots(info: CapData): CapData {
  return info.slots.length === 0 ? info : errorData('the vat exited with a failure');
}

/** After an abort: the item leaves its place without being delivered; a message's result is rejected. */
function dropSource(state: KernelState, vat: VatId, source: VatSource): void {
  switch (source.from) {
    case 'gc':
      for (const { key } of source.actions) state.rows.delete(key);
      return;
    case 'reap':
      takeReap(state, vat, source.key);
      return;
    case 'queue': case 'notifies':
      for (const { key, item } of itemsOf(source)) {
        state.rows.delete(key);
        if (item.type === 'send') rejectResult(state, item, vatTerminated);
        releaseItem(state, item);
      }
  }
}

/**
 * After a refusal of the ledger: a message leaves the queue, and who waits for its result is told why; else the host is, for
 * strangers send such messages too, and what waited would stop the vat again each time. What the kernel itself has to tell
 * the vat is never dropped: it waits, and the vat is paused, so that its owner makes room and resumes it. A reap comes again
 * when it is due, so that messages go before it.
 */
function refuseSource(state: KernelState, vat: VatId, source: VatSource, { text }: QuotaRefusal): void {
  const [only] = source.from === 'queue' ? itemsOf(source) : [];
  if (only?.item.type !== 'send') {
    if (source.from === 'reap') takeReap(state, vat, source.key);
    pauseVat(state, vat);
    return;
  }
  state.rows.delete(only.key);
  if (only.item.result === null) state.outbound.push({ kind: 'message-dropped', vat, reason: text });
  else rejectResult(state, only.item, errorData(text));
  releaseItem(state, only.item);
}

const takesSnapshot = (source: VatSource): boolean => source.from === 'reap' && source.takesSnapshot;

/** The vat lives on: from its heap snapshot if one was to be taken, else until a reap is due. */
function goOn(state: KernelState, vat: VatId, source: VatSource, outcome: DeliveryOutcome): void {
  const { saved } = outcome;
  assert((saved !== undefined) === takesSnapshot(source), `${vat}: a heap snapshot was taken where none was due, or the other way round`);
  noteAtWork(state, vat);
  if (saved) openSpanFromSnapshot(state, vat, saved);
  else queueDueReap(state, vat, source.from === 'reap');
  if (source.from === 'reap') noteMoreToReap(state, vat, outcome);
}
