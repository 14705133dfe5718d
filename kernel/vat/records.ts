/** What the kernel keeps of each vat: a record that changes seldom, and progress that changes with each delivery. */
import assert from 'node:assert/strict';
import type { VatSettings } from '../items.js';
import type { VatId, KernelObjectId } from '../ids.js';
import type { KernelState } from '../state.js';
import { keys, vatAtEnd } from '../store/keys.js';
import { parsedOnce, parsedRows } from '../store/parsed.js';
import type { ReadableRows } from '../store/storage.js';

export type VatLife = 'running' | 'paused' | 'terminated';

export type VatRecord = {
  readonly label: string;
  /** Address of the account that owns it; empty for a system vat. */
  readonly owner: string;
  readonly bundleId: string;
  /** 0 for the first start, one more with each upgrade. */
  readonly incarnation: number;
  readonly life: VatLife;
  /** It is paused by who rules the kernel, and stays so until released. */
  readonly isHeld?: true;
  readonly settings: VatSettings;
  /** The engine and supervisor that this incarnation runs on. */
  readonly engine: string;
  /** What one delivery of this incarnation may spend, in computrons: its worker was made so. Set once it starts. */
  readonly limit?: number;
  /** The facet that can upgrade and end it; undefined for a static vat. */
  readonly admin?: KernelObjectId;
};

export type VatProgress = {
  /** Next number of an import: o-<object>, p-<promise>. */
  readonly object: number;
  readonly promise: number;
  /** Deliveries so far, over all incarnations: the next transcript position. */
  readonly position: number;
  /** The current span's first position, and the hash chain over its entries (hex). */
  readonly spanStart: number;
  readonly spanHash: string;
  /** SHA-256 of the heap snapshot that the current span starts from; empty while the incarnation has none of its own. */
  readonly snapshot: string;
  /** Computrons spent so far, and before the current span. */
  readonly used: string;
  readonly usedBefore: string;
  /** Bytes of keys and values in its store. */
  readonly stored: number;
  /** It was half removed before there was a ledger: its store may hold less than `stored`. */
  readonly storedAtMost?: true;
  /** Deliveries since the last bringOutYourDead, and the order number of the one that is queued, or 0. */
  readonly dirt: number;
  readonly reap: number;
  /** The order number of the bringOutYourDead that the next run queues, if one does. */
  readonly later?: number | undefined;
  /** The era of its last delivery (page-in.ts). */
  readonly era: number;
};

export const firstProgress: VatProgress = {
  object: 50, promise: 60, position: 0, spanStart: 0, spanHash: '', snapshot: '', used: '0', usedBefore: '0', stored: 0, dirt: 0, reap: 0, era: 0,
};

const parseVatRecord = parsedOnce<VatRecord>();
/** It changes with every delivery, and is read several times between. */
const progressRows = parsedRows<VatProgress>(1000);

export function readVat(rows: ReadableRows, vat: VatId): VatRecord | undefined {
  const text = rows.get(keys.vat(vat));
  return text === undefined ? undefined : parseVatRecord(text);
}
export function knownVat(rows: ReadableRows, vat: VatId): VatRecord {
  const record = readVat(rows, vat);
  assert(record, `the kernel does not know ${vat}`);
  return record;
}
export function writeVat(state: KernelState, vat: VatId, record: VatRecord): void {
  state.rows.set(keys.vat(vat), JSON.stringify(record));
}
export function readProgress(rows: ReadableRows, vat: VatId): VatProgress {
  const text = rows.get(keys.vatProgress(vat));
  assert(text !== undefined, `${vat} has no progress row`);
  return progressRows.parse(text);
}
export function writeProgress(state: KernelState, vat: VatId, progress: VatProgress): void {
  state.rows.set(keys.vatProgress(vat), progressRows.textOf(progress));
}

/** Neither terminated nor gone. A paused vat is alive. */
export function isAlive(rows: ReadableRows, vat: VatId): boolean {
  const record = readVat(rows, vat);
  return record !== undefined && record.life !== 'terminated';
}

/** Every vat that has a record, by number; terminated ones too. */
export function allVats(rows: ReadableRows): VatId[] {
  return [...rows.below(keys.allVats)].map(([key]) => vatAtEnd(key));
}

/** The hard limit of one delivery of the vat, in computrons, as its worker has it: options and parameters count from the next incarnation. */
export function deliveryLimit(state: KernelState, vat: VatId): number {
  return knownVat(state.rows, vat).limit ?? nextLimit(state, vat);
}

/** The limit that an incarnation gets which starts now. */
export function nextLimit(state: KernelState, vat: VatId): number {
  return knownVat(state.rows, vat).settings.computronsPerDelivery ?? state.params.computronsPerDelivery;
}
