/**
 * At the end of each run the ledger is audited: all of it while it is small, else what the run touched and a slice that goes
 * round in a hundred runs. A fault is written down in a step, so that all nodes refuse the same charges from then on.
 */
import { auditCollections, collectionCount, collectionOf, markFaults, rowCount, type LedgerFault } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { beginStep, closeStep, type StepRecord } from '../step.js';
import { endOf, keys } from '../store/keys.js';
import { auditWhole, ledgerOf, wholeChain } from './consensus-ledger.js';

/** Rows up to which all is counted again each time. */
const fullAuditMax = 20_000;
const roundOfSlices = 100;

/** Audits; answers with the step in which something was written down, if there was anything. */
export function auditRun(state: KernelState, fullMax = fullAuditMax): StepRecord | undefined {
  const ledger = ledgerOf(state);
  if (rowCount(ledger) <= fullMax) return noteFaults(state, auditWhole(state), undefined);
  const slice = nextSlice(state);
  const faults = auditCollections(ledger, new Set([...touchedCollections(state), ...slice]));
  return noteFaults(state, faults, slice[slice.length - 1] ?? '');
}

/** Collections whose counters or limits this run has changed, those that went too. */
export function touchedCollections({ rows }: KernelState): readonly string[] {
  const touched = new Set<string>();
  for (const prefix of [keys.ledgerCounters, keys.ledgerCollections]) for (const key of rows.changedKeys(prefix)) touched.add(key.slice(prefix.length));
  return [...touched].sort();
}

/** The collections after the last of the slice before, by id, and from the beginning again. */
function nextSlice(state: KernelState): string[] {
  const { rows } = state;
  const size = Math.ceil(collectionCount(ledgerOf(state)) / roundOfSlices);
  const after = rows.get(keys.ledgerCursor) ?? '';
  const found: string[] = [];
  for (const [key] of rows.range(`${keys.ledgerCollections}${after}\0`, endOf(keys.ledgerCollections))) {
    if (found.length === size) return found;
    found.push(key.slice(keys.ledgerCollections.length));
  }
  return found.length < size ? [...found, ''] : found; // the end: the next slice begins anew
}

/** What hangs on no collection is the whole chain's fault. `cursor`: how far the slices have come, if they go round. */
function noteFaults(state: KernelState, faults: readonly LedgerFault[], cursor: string | undefined): StepRecord | undefined {
  const ledger = ledgerOf(state);
  const placed = faults.map(fault => (collectionOf(ledger, fault.collection) ? fault : { ...fault, collection: wholeChain }));
  const fresh = placed.filter(({ collection }) => collectionOf(ledger, collection)?.isFaulty !== true);
  for (const fault of fresh) state.outbound.push({ kind: 'ledger-fault', ...fault });
  if (fresh.length === 0 && cursor === undefined) return undefined;
  beginStep(state);
  markFaults(ledger, fresh);
  if (cursor !== undefined) state.rows.set(keys.ledgerCursor, cursor);
  return closeStep(state, 'audit');
}
