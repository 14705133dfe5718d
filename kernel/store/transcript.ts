/**
 * A vat's transcript: what was delivered, what the vat asked and was told, how it ended; everything needed to bring a
 * worker back. Entries are local rows (they follow from the hashed ones); their hash chain is in the vat's progress row,
 * and so in the activity hash and the digest.
 */
import assert from 'node:assert/strict';
import { hash as hashOnce } from 'node:crypto';
import type { VatId } from '../ids.js';
import type { KernelState } from '../state.js';
import type { SavedHeap } from '../snapshot/store.js';
import { engineParts } from '../vat/engine-id.js';
import type { DeliveryOutcome, RecordedSyscall, VatDelivery } from '../vat/protocol.js';
import { readProgress, writeProgress } from '../vat/records.js';
import { keys } from './keys.js';
import { writeSpanRow } from './spans.js';
import type { ReadableRows } from './storage.js';

/** How the worker of this span was made: of the bundle and the engine's base snapshot, or loaded from a heap snapshot. */
export type SpanStart = {
  readonly bundleId: string;
  readonly engine: string;
  readonly computronsPerDelivery: number;
  /** SHA-256 of the heap snapshot, if it starts from one of its own. */
  readonly snapshot?: string;
};
export type StartEntry = {
  readonly start: SpanStart & {
    /** Hash of the span before; empty in a vat's first. So the last hash stands for all spans. */
    readonly previous: string;
  };
};
export type DeliveryEntry = {
  readonly d: VatDelivery;
  /** So many times its limit it could spend, if that is not once: notifies joined in it. */
  readonly n?: number;
  readonly sc: readonly RecordedSyscall[];
  readonly r: { readonly status: 'ok'; readonly computrons: number };
};
export type TranscriptEntry = StartEntry | DeliveryEntry;

export const firstSpanHash = hashOnce('sha256', 'start of a windlass transcript span', 'hex');

/** The hash chain over the entries of a span, as they stand in their rows. */
export function hashSpan(texts: Iterable<string>): string {
  let hash = firstSpanHash;
  for (const text of texts) hash = chained(hash, text);
  return hash;
}

/** The span's hash after one more entry. */
export function chained(hash: string, text: string): string {
  return hashOnce('sha256', Buffer.from(hash + hashOnce('sha256', text, 'hex'), 'hex'), 'hex');
}

/** The heap that the span's worker is made of, if it is made of one. */
export const heapOfStart = ({ snapshot, engine }: SpanStart): string | undefined => snapshot ?? engineParts(engine).base;

/** Closes the current span, if there is one, and opens the next with how its worker is made. */
export function openSpan(state: KernelState, vat: VatId, start: SpanStart): void {
  const progress = readProgress(state.rows, vat);
  const { position, spanHash: previous } = progress;
  writeProgress(state, vat, { ...progress, spanStart: position, spanHash: firstSpanHash, snapshot: start.snapshot ?? '', usedBefore: progress.used });
  writeSpanRow(state, vat, { start: position, heap: heapOfStart(start) });
  append(state, vat, { start: { ...start, previous } });
}

/** The next span of the same incarnation: its worker is loaded from the heap snapshot that was just taken. */
export function openSpanFromSnapshot(state: KernelState, vat: VatId, { hash }: SavedHeap): void {
  const { spanStart } = readProgress(state.rows, vat);
  const { bundleId, engine, computronsPerDelivery } = startAt(state.rows, vat, spanStart).start;
  openSpan(state, vat, { bundleId, engine, computronsPerDelivery, snapshot: hash });
}

/** The vat ended: nothing of its transcript, and no heap, is needed any more. */
export function endTranscript(state: KernelState, vat: VatId): void {
  if (state.rows.has(keys.span(vat))) writeSpanRow(state, vat, { end: readProgress(state.rows, vat).position });
}

/** Records a delivery that settled well. One that aborts leaves no entry. */
export function appendDelivery(state: KernelState, vat: VatId, delivery: VatDelivery, outcome: DeliveryOutcome, meterTimes: number): void {
  assert(outcome.verdict.kind === 'ok' && outcome.computrons !== undefined, `${vat} has no finished delivery to record`);
  append(state, vat, { d: delivery, ...(meterTimes === 1 ? {} : { n: meterTimes }), sc: outcome.syscalls, r: { status: 'ok', computrons: outcome.computrons } });
}

function append(state: KernelState, vat: VatId, entry: TranscriptEntry): void {
  const text = JSON.stringify(entry);
  const progress = readProgress(state.rows, vat);
  state.rows.set(keys.transcriptEntry(vat, progress.position), text);
  writeProgress(state, vat, { ...progress, position: progress.position + 1, spanHash: chained(progress.spanHash, text) });
}

export type SpanEntries = {
  readonly start: StartEntry;
  /** Transcript position of the first delivery; the others follow. */
  readonly from: number;
  readonly deliveries: readonly DeliveryEntry[];
};

/** The current span, checked against its hash: its first entry says how the worker starts. */
export function readSpan(rows: ReadableRows, vat: VatId): SpanEntries {
  const { spanStart, position, spanHash } = readProgress(rows, vat);
  return readEntries(rows, vat, spanStart, position, spanHash);
}

/** The span that ended where another starts, if its entries are still here. */
export function readSpanBefore(rows: ReadableRows, vat: VatId, from: number, nextStart: number): SpanEntries {
  return readEntries(rows, vat, from, nextStart, startAt(rows, vat, nextStart).start.previous);
}

/** What a span that starts at this position starts with. */
export function startAt(rows: ReadableRows, vat: VatId, position: number): StartEntry {
  const entry = JSON.parse(entryAt(rows, vat, position)) as TranscriptEntry;
  assert('start' in entry, `no transcript span of ${vat} starts at ${position}`);
  return entry;
}

function readEntries(rows: ReadableRows, vat: VatId, from: number, to: number, expected: string): SpanEntries {
  const texts = Array.from({ length: to - from }, (_, index) => entryAt(rows, vat, from + index));
  assert(hashSpan(texts) === expected, `transcript of ${vat} from ${from} to ${to} does not have its recorded hash`);
  const [start, ...deliveries] = texts.map(text => JSON.parse(text) as TranscriptEntry);
  assert(start && 'start' in start, `transcript span of ${vat} does not begin with its start`);
  return { start, from: from + 1, deliveries: deliveries as DeliveryEntry[] };
}

function entryAt(rows: ReadableRows, vat: VatId, position: number): string {
  const text = rows.get(keys.transcriptEntry(vat, position));
  assert(text !== undefined, `transcript of ${vat} lacks entry ${position}`);
  return text;
}
