/** Bundles count for the account that brought them: one row for each account and bundle. */
import assert from 'node:assert/strict';
import { parseItem } from '../items.js';
import { charge, highWater, release, rowOf, type Token } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import { allVats, knownVat } from '../vat/records.js';
import { accountCollection, closeUnusedAccount, ledgerOf, openAccount, type ConsensusLedger } from './consensus-ledger.js';
import type { LedgerParams } from './dimensions.js';
import { refusalOf, type QuotaRefusal } from './refusal.js';
import { causeOf, largestOf, obstacleToAccount } from './vat-charges.js';

const subjectOf = (bundleId: string, account: string): string => `${bundleId}@${account}`;
/** The row of the last pin; generations count the pins of one account and bundle. */
function tokenOfPin(ledger: ConsensusLedger, bundleId: string, account: string): Token {
  const subject = subjectOf(bundleId, account);
  return { kind: 'bundle', subject, gen: highWater(ledger, { kind: 'bundle', subject }) };
}

/** Charges an account for a bundle. What it has pinned already is not charged again. */
export function pinBundle(state: KernelState, bundleId: string, size: bigint, account: string): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const last = tokenOfPin(ledger, bundleId, account);
  if (rowOf(ledger, last)) return undefined;
  const result = charge(ledger, { ...last, gen: last.gen + 1 }, openAccount(ledger, account), { bundle_bytes: size }, causeOf(state, 'bundle was installed'));
  switch (result.kind) {
    case 'charged': return undefined;
    case 'refused': case 'closing': case 'fault':
      closeUnusedAccount(ledger, accountCollection(account));
      return refusalOf(result, `bundle ${shortId(bundleId)}`, largestOf(ledger));
    case 'already': case 'conflict': case 'stale': return assert.fail(`the pin of a bundle is ${result.kind}`);
  }
}

/** Whether an account could install so much now, beside what it installs already. For checks before the bundle is taken. */
export function pinRefusal(ledger: ConsensusLedger, bundleId: string, size: bigint, account: string, params: LedgerParams): QuotaRefusal | undefined {
  const obstacle = obstacleToAccount(ledger, params, account, { bundle_bytes: size });
  return obstacle && refusalOf(obstacle, `bundle ${shortId(bundleId)}`, largestOf(ledger));
}

export const shortId = (bundleId: string): string => (bundleId.length > 16 ? `${bundleId.slice(0, 15)}…` : bundleId);

/** Lets go of a bundle, and takes it away when nobody else pins it. While a vat runs on it, or a queued item is to, it stays. */
export function unpinBundle(state: KernelState, bundleId: string, account: string): 'unpinned' | 'not-pinned' | 'in-use' {
  const ledger = ledgerOf(state);
  const token = tokenOfPin(ledger, bundleId, account);
  if (!rowOf(ledger, token)) return 'not-pinned';
  const isPinnedByOthers = [...state.rows.below(`${keys.ledger}r.bundle.${bundleId}@`)].length > 1;
  if (!isPinnedByOthers && isInUse(state.rows, bundleId)) return 'in-use';
  release(ledger, token);
  closeUnusedAccount(ledger, accountCollection(account));
  if (!isPinnedByOthers) state.rows.delete(keys.bundle(bundleId));
  return 'unpinned';
}

function isInUse(rows: ReadableRows, bundleId: string): boolean {
  if (allVats(rows).some(vat => knownVat(rows, vat).life !== 'terminated' && knownVat(rows, vat).bundleId === bundleId)) return true;
  for (const [, text] of rows.below(keys.allRunQueue)) {
    const item = parseItem(text);
    if ((item.type === 'create-vat' || item.type === 'upgrade-vat') && item.bundleId === bundleId) return true;
  }
  return false;
}
