/** What vats spend: computrons are counted per vat, and a vat that has spent its balance is paused, not killed (design 5.5). */
import type { VatId } from './ids.js';
import { pauseItems, resumeItems } from './queues.js';
import type { KernelState } from './state.js';
import type { ReadableRows } from './store/storage.js';
import { knownVat, readProgress, writeProgress, writeVat } from './vat/records.js';
import { u64Max } from './vat/settings.js';

/** Counts what a live vat has spent. If that is its balance or more, it is paused from the next plan on. */
export function chargeVat(state: KernelState, vat: VatId, computrons: bigint): void {
  const progress = readProgress(state.rows, vat);
  writeProgress(state, vat, { ...progress, used: String(BigInt(progress.used) + computrons) });
  if (hasSpentItsBalance(state, vat)) pauseVat(state, vat);
}

/** Whether the vat has a balance, and nothing of it is left. */
export function hasSpentItsBalance(state: KernelState, vat: VatId): boolean {
  const { computeBalance } = knownVat(state.rows, vat).settings;
  return computeBalance !== null && BigInt(readProgress(state.rows, vat).used) >= BigInt(computeBalance);
}

/** Why a balance cannot grow by `computrons` so that the vat may run. */
export function resumeProblem(rows: ReadableRows, vat: VatId, computrons: bigint): string | undefined {
  const { computeBalance } = knownVat(rows, vat).settings;
  if (computeBalance === null) return computrons === 0n ? undefined : `${vat} may compute without bound`;
  const balance = BigInt(computeBalance) + computrons;
  const used = BigInt(readProgress(rows, vat).used);
  if (balance > u64Max) return 'a balance is below 2^64';
  return balance > used ? undefined : `${vat} has used ${used} of ${computeBalance} computrons, and needs at least ${used - BigInt(computeBalance) + 1n} more`;
}

/** Adds to the balance and lets the vat run, for which there must be no problem. */
export function addCompute(state: KernelState, vat: VatId, computrons: bigint): void {
  const record = knownVat(state.rows, vat);
  const { computeBalance } = record.settings;
  if (computeBalance !== null) writeVat(state, vat, { ...record, settings: { ...record.settings, computeBalance: String(BigInt(computeBalance) + computrons) } });
  resumeVat(state, vat);
}

/** Lets a running vat's items wait, those that stand in the run-queue too. Nothing happens to a vat that does not run. */
export function pauseVat(state: KernelState, vat: VatId): void {
  const record = knownVat(state.rows, vat);
  if (record.life !== 'running') return;
  writeVat(state, vat, { ...record, life: 'paused' });
  pauseItems(state, vat);
}

/** Lets a paused vat run again: its items go in their order to the run-queue's tail. */
export function resumeVat(state: KernelState, vat: VatId): void {
  const record = knownVat(state.rows, vat);
  if (record.life !== 'paused') return;
  writeVat(state, vat, { ...record, life: 'running' });
  resumeItems(state, vat);
}
