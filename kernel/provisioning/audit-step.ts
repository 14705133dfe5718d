/**
 * At the end of each run the ledger is audited: all of it while it is small, else what the run touched and a slice that goes
 * round in a hundred runs, and the chain's own counters as root-sum.ts says. A fault is written down in a step, so that all nodes refuse the same charges from then on.
 */
import { auditCollections, collectionCount, collectionOf, markFaults, rowCount, type LedgerFault } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { beginStep, closeStep, type StepRecord } from '../step.js';
import { endOf, keys } from '../store/keys.js';
import { auditWhole, ledgerOf, wholeChain } from './consensus-ledger.js';
import { checkRoot } from './root-sum.js';

/** Rows and collections up to which all is counted again each time. */
const fullAuditMax = 20_000;
const roundOfSlices = 100;

/** Audits; answers with the step in which something was written down, if there was anything. */
export function auditRun(state: KernelState, fullMax = fullAuditMax): StepRecord | undefined {
  const ledger = ledgerOf(state);
  if (rowCount(ledger) + collectionCount(ledger) <= fullMax) return noteFaults(state, auditWhole(state), undefined);
  const after = state.rows.get(keys.ledgerCursor) ?? '';
  const [touched, slice] = [touchedCollections(state), nextSlice(state, after)];
  const { isSuspect, sum } = checkRoot(state, touched, after, slice);
  const ids = new Set([...touched, ...slice]);
  ids.delete(wholeChain);
  const isWhole = isSuspect && collectionOf(ledger, wholeChain)?.isFaulty !== true;
  return noteFaults(state, isWhole ? auditWhole(state) : auditCollections(ledger, ids), { cursor: slice[slice.length - 1] ?? '', sum });
}

/** Collections whose counters or limits this run has changed, those that went too. */
export function touchedCollections({ rows }: KernelState): readonly string[] {
  const touched = new Set<string>();
  for (const prefix of [keys.ledgerCounters, keys.ledgerCollections]) for (const key of rows.changedKeys(prefix)) touched.add(key.slice(prefix.length));
  return [...touched].sort();
}

/** The collections after the last of the slice before, by id, and from the beginning again. */
function nextSlice(state: KernelState, after: string): string[] {
  const { rows } = state;
  const size = Math.ceil(collectionCount(ledgerOf(state)) / roundOfSlices);
  const found: string[] = [];
  for (const [key] of rows.range(`${keys.ledgerCollections}${after}\0`, endOf(keys.ledgerCollections))) {
    if (found.length === size) return found;
    found.push(key.slice(keys.ledgerCollections.length));
  }
  return found.length < size ? [...found, ''] : found; // the end: the next slice begins anew
}

/** What hangs on no collection is the whole chain's fault. `round`: how far the slices have come, and the sum up to there, if they go round. */
function noteFaults(state: KernelState, faults: readonly LedgerFault[], round: { readonly cursor: string; readonly sum: string } | undefined): StepRecord | undefined {
  const ledger = ledgerOf(state);
  const placed = faults.map(fault => (collectionOf(ledger, fault.collection) ? fault : { ...fault, collection: wholeChain }));
  const fresh = placed.filter(({ collection }) => collectionOf(ledger, collection)?.isFaulty !== true);
  for (const fault of fresh) state.outbound.push({ kind: 'ledger-fault', ...fault });
  if (fresh.length === 0 && round === undefined) return undefined;
  beginStep(state);
  markFaults(ledger, fresh);
  if (round) {
    state.rows.set(keys.ledgerCursor, round.cursor);
    state.rows.set(keys.ledgerSum, round.sum);
  }
  return closeStep(state, 'audit');
}
