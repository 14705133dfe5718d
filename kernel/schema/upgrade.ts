/**
 * Brings a kernel's table from the schema of an earlier release to that of this one (design 5.7). All that it writes is one
 * step, which the host commits in one batch: an upgrade that is cut off has not begun.
 */
import { makeKernelState } from '../kernel.js';
import type { KernelState } from '../state.js';
import { beginStep, closeStep, type StepRecord } from '../step.js';
import { keys } from '../store/keys.js';
import type { KernelStorage } from '../store/storage.js';
import { indexImporters } from './importers.js';
import { buildLedger } from './ledger.js';
import { queueRepairs } from './repair.js';
import { readSchema, schemaProblem, schemaVersion } from './version.js';

/** By the version that it starts from: what brings a table to the next one. Data only: no worker, service or clock. */
const steps: ReadonlyMap<number, (state: KernelState) => void> = new Map([
  [1, indexImporters],
  [2, queueRepairs],
  [3, buildLedger],
]);

/**
 * Applies the missing steps in order and says whether anything was changed; a table that has the schema of this release stays
 * as it is. The host commits, and later injects what the steps left to be done (injectUpgradeEvents). Throws an Error for
 * people when there is no kernel, or one of a later schema.
 */
export function upgradeKernel({ rows }: { readonly rows: KernelStorage }): { readonly modified: boolean } {
  return { modified: migrateKernel(makeKernelState(rows)) !== undefined };
}

/** The same for a kernel that is open: the step of kind migrate that it took, or undefined when there was nothing to do. */
export function migrateKernel(state: KernelState): StepRecord | undefined {
  const problem = schemaProblem(state.rows);
  if (problem !== undefined) throw new Error(problem);
  const found = readSchema(state.rows) as number;
  if (found === schemaVersion) return undefined;
  beginStep(state);
  for (let version = found; version < schemaVersion; version += 1) stepFrom(version)(state);
  state.rows.set(keys.schema, String(schemaVersion));
  return closeStep(state, 'migrate');
}

function stepFrom(version: number): (state: KernelState) => void {
  const step = steps.get(version);
  if (!step) throw new Error(`there is no step from schema ${version} to the next`);
  return step;
}
