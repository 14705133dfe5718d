/** Schema 3 → 4: a store without a ledger gets one, built from what is there. Nothing of it is refused: what exists was promised. */
import assert from 'node:assert/strict';
import { auditLedger, charge, openCollection, retire } from '../ledger/index.js';
import type { VatId } from '../ids.js';
import { openAccount, unlimitedLedgerOf, vatCollection, type ConsensusLedger } from '../provisioning/consensus-ledger.js';
import { causeOf, promisedTo, runToken, storageToken, vatToken, zombieToken } from '../provisioning/vat-charges.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { allVats, knownVat, readProgress, writeProgress } from '../vat/records.js';

/**
 * Rows for every vat that has a record, and for every bundle; who brought a bundle is not known any more. What a vat that
 * ended had stored did not go down as it was removed: it is charged so much until its last row is gone.
 */
export function buildLedger(state: KernelState): void {
  const ledger = unlimitedLedgerOf(state);
  assert.deepEqual(auditLedger(ledger), [], 'there is no ledger yet, or a sound one');
  const system = openAccount(ledger, '');
  for (const vat of allVats(state.rows)) addVat(state, ledger, vat);
  for (const [key, size] of [...state.rows.below(keys.allBundles)]) {
    const bundleId = key.slice(keys.allBundles.length);
    charge(ledger, { kind: 'bundle', subject: `${bundleId}@`, gen: 1 }, system, { bundle_bytes: BigInt(size) }, causeOf(state, 'was there'));
  }
  assert.deepEqual(auditLedger(ledger), [], 'the ledger is what its rows say');
}

function addVat(state: KernelState, ledger: ConsensusLedger, vat: VatId): void {
  const record = knownVat(state.rows, vat);
  const cause = causeOf(state, 'was there');
  const leaf = vatCollection(vat);
  openCollection(ledger, leaf, openAccount(ledger, record.owner));
  charge(ledger, vatToken(vat), leaf, { vats: 1n }, cause);
  charge(ledger, runToken(vat, record.incarnation), leaf, promisedTo(state, record), cause);
  charge(ledger, storageToken(vat), leaf, { storage_bytes: BigInt(readProgress(state.rows, vat).stored) }, cause);
  if (record.life !== 'terminated') return;
  writeProgress(state, vat, { ...readProgress(state.rows, vat), storedAtMost: true });
  retire(ledger, vatToken(vat), { token: zombieToken(vat), amounts: { zombies: 1n }, cause }, [runToken(vat, record.incarnation)]);
}
