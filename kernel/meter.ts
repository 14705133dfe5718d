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

/** Why a balance cannot grow by `computrons` so that the vat may run. What is held may be given compute, and waits. */
export function resumeProblem(rows: ReadableRows, vat: VatId, computrons: bigint): string | undefined {
  if (computrons === 0n && knownVat(rows, vat).isHeld) return `${vat} is paused by governance`;
  return balanceProblem(rows, vat, computrons);
}

function balanceProblem(rows: ReadableRows, vat: VatId, computrons: bigint): string | undefined {
  const { computeBalance } = knownVat(rows, vat).settings;
  if (computeBalance === null) return computrons === 0n ? undefined : `${vat} may compute without bound`;
  const balance = BigInt(computeBalance) + computrons;
  const used = BigInt(readProgress(rows, vat).used);
  if (balance > u64Max) return 'a balance is below 2^64';
  return balance > used ? undefined : `${vat} has used ${used} of ${computeBalance} computrons, and needs at least ${used - BigInt(computeBalance) + 1n} more`;
}

/** Adds to the balance and lets the vat run, for which there must be no problem. A vat that is held stays paused. */
export function addCompute(state: KernelState, vat: VatId, computrons: bigint): void {
  const record = knownVat(state.rows, vat);
  const { computeBalance } = record.settings;
  if (computeBalance !== null) writeVat(state, vat, { ...record, settings: { ...record.settings, computeBalance: String(BigInt(computeBalance) + computrons) } });
  resumeVat(state, vat);
}

/** Pauses a live vat until it is released: neither compute nor new options let it run before. */
export function holdVat(state: KernelState, vat: VatId): void {
  pauseVat(state, vat);
  writeVat(state, vat, { ...knownVat(state.rows, vat), isHeld: true });
}

/** Why releasing would not help: the vat is paused for another reason. */
export function releaseProblem(rows: ReadableRows, vat: VatId): string | undefined {
  return knownVat(rows, vat).isHeld ? undefined : balanceProblem(rows, vat, 0n);
}

/** Undoes holdVat. A vat that has spent its balance meanwhile waits for compute as any. */
export function releaseVat(state: KernelState, vat: VatId): void {
  const { isHeld, ...record } = knownVat(state.rows, vat);
  if (isHeld) writeVat(state, vat, record);
  if (!hasSpentItsBalance(state, vat)) resumeVat(state, vat);
}

/** Lets a running vat's items wait, those that stand in the run-queue too. Nothing happens to a vat that does not run. */
export function pauseVat(state: KernelState, vat: VatId): void {
  const record = knownVat(state.rows, vat);
  if (record.life !== 'running') return;
  writeVat(state, vat, { ...record, life: 'paused' });
  pauseItems(state, vat);
}

/** Lets a paused vat run again: its items go in their order to the run-queue's tail. Nothing happens to a vat that is held. */
export function resumeVat(state: KernelState, vat: VatId): void {
  const record = knownVat(state.rows, vat);
  if (record.life !== 'paused' || record.isHeld) return;
  writeVat(state, vat, { ...record, life: 'running' });
  resumeItems(state, vat);
}
