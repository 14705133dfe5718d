/**
 * A vat's transcript: what was delivered, what the vat asked and was told, how it ended; everything needed to bring a
 * worker back. Entries are local rows (they follow from the hashed ones); their hash chain is in the vat's progress row,
 * and so in the activity hash and the digest.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { VatId } from '../ids.js';
import type { KernelState } from '../state.js';
import type { DeliveryOutcome, RecordedSyscall, VatDelivery } from '../vat/protocol.js';
import { readProgress, writeProgress } from '../vat/records.js';
import { keys, ordinal } from './keys.js';
import type { KernelStorage } from './storage.js';

/** How the worker of this span was made. */
export type StartEntry = { readonly start: { readonly bundleId: string; readonly engine: string; readonly computronsPerDelivery: number } };
export type DeliveryEntry = {
  readonly d: VatDelivery;
  /** So many times its limit it could spend, if that is not once: notifies joined in it. */
  readonly n?: number;
  readonly sc: readonly RecordedSyscall[];
  readonly r: { readonly status: 'ok'; readonly computrons: number };
};
export type TranscriptEntry = StartEntry | DeliveryEntry;

const firstSpanHash = createHash('sha256').update('start of a windlass transcript span').digest('hex');

/** The hash chain over the entries of a span, as they stand in their rows. */
export function hashSpan(texts: Iterable<string>): string {
  let hash = firstSpanHash;
  for (const text of texts) hash = chained(hash, text);
  return hash;
}

function chained(hash: string, text: string): string {
  return createHash('sha256').update(hash, 'hex').update(createHash('sha256').update(text).digest()).digest('hex');
}

const entryKey = (vat: VatId, position: number): string => `${keys.transcriptOf(vat)}${ordinal(position)}`;

/** Closes the current span, if there is one, and opens the next with how its worker is made. */
export function openSpan(state: KernelState, vat: VatId, entry: StartEntry): void {
  const progress = readProgress(state.rows, vat);
  writeProgress(state, vat, { ...progress, spanStart: progress.position, spanHash: firstSpanHash });
  append(state, vat, entry);
}

/** Records a delivery that settled well. One that aborts leaves no entry. */
export function appendDelivery(state: KernelState, vat: VatId, delivery: VatDelivery, outcome: DeliveryOutcome, meterTimes: number): void {
  assert(outcome.verdict.kind === 'ok' && outcome.computrons !== undefined, `${vat} has no finished delivery to record`);
  append(state, vat, { d: delivery, ...(meterTimes === 1 ? {} : { n: meterTimes }), sc: outcome.syscalls, r: { status: 'ok', computrons: outcome.computrons } });
}

function append(state: KernelState, vat: VatId, entry: TranscriptEntry): void {
  const text = JSON.stringify(entry);
  const progress = readProgress(state.rows, vat);
  state.rows.set(entryKey(vat, progress.position), text);
  writeProgress(state, vat, { ...progress, position: progress.position + 1, spanHash: chained(progress.spanHash, text) });
}

/** The current span, checked against its hash: its first entry says how the worker starts. */
export function readSpan(rows: KernelStorage, vat: VatId): { readonly start: StartEntry; readonly deliveries: readonly DeliveryEntry[] } {
  const { spanStart, position, spanHash } = readProgress(rows, vat);
  const entries: TranscriptEntry[] = [];
  let hash = firstSpanHash;
  for (let at = spanStart; at < position; at += 1) {
    const text = rows.get(entryKey(vat, at));
    assert(text !== undefined, `transcript of ${vat} lacks entry ${at}`);
    hash = chained(hash, text);
    entries.push(JSON.parse(text) as TranscriptEntry);
  }
  assert(hash === spanHash, `transcript of ${vat} from ${spanStart} to ${position} does not have its recorded hash`);
  const [start, ...deliveries] = entries;
  assert(start && 'start' in start, `transcript span of ${vat} does not begin with its start`);
  return { start, deliveries: deliveries as DeliveryEntry[] };
}
