/** The end of a vat never stops the chain: what its counters, or those above it, say wrong is told as a fault, and then nothing is held. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditReport, migrateKernel, type KernelState, type OutboundOp, type VatId } from '../../../kernel/index.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { keys } from '../../../kernel/store/keys.js';
import { readProgress, writeProgress } from '../../../kernel/vat/records.js';
import { ledgerWorld, type LedgerWorld } from '../../support/ledger-world.js';

function inStep({ kernel }: LedgerWorld, change: (state: KernelState) => void): void {
  beginStep(kernel.state);
  change(kernel.state);
  closeStep(kernel.state, 'intake');
}

/** A vat of alice with twenty rows, terminated; five rows of it go in each run. */
async function worldWithZombie(): Promise<{ readonly k: LedgerWorld; readonly vat: VatId }> {
  const k = await ledgerWorld({}, { audited: false, params: { cleanupBudget: 5 } });
  const vat = await k.must('alice', 'a');
  await k.must('alice', 'other');
  for (let key = 10; key < 30; key += 1) k.put('alice', 'a', `k${key}`, 100);
  await k.run();
  k.queue({ kind: 'terminate-vat', sender: 'alice', vat, reason: 'enough' });
  await k.run();
  return { k, vat };
}

/** Runs until nothing of the vat is left, and answers with the faults that were told of. */
async function untilGone(k: LedgerWorld, vat: VatId): Promise<readonly string[]> {
  const faults: OutboundOp[] = [];
  for (let runs = 0; k.kernel.state.rows.get(keys.vat(vat)) !== undefined; runs += 1) {
    assert(runs < 20, 'its cleanup ends');
    faults.push(...(await k.run()).outbound);
  }
  return faults.flatMap(op => (op.kind === 'ledger-fault' ? [`${op.collection} ${op.what} ${op.used} ${op.counted}`] : []));
}

const wrong = ({ kernel }: LedgerWorld): unknown => auditReport(kernel.state.rows).filter(({ faults }) => faults.length > 0);

function poke(k: LedgerWorld, collection: string, place: number, value: string): void {
  inStep(k, ({ rows }) => {
    const key = keys.ledgerCounters + collection;
    rows.set(key, (rows.get(key) ?? '').split(' ').map((old, at) => (at === place ? value : old)).join(' '));
  });
}

test('a vat of schema 3 that was half removed, for which its progress says all that it ever stored, goes without a fault', async () => {
  const { k, vat } = await worldWithZombie();
  const left = readProgress(k.kernel.state.rows, vat).stored;
  assert(left > 0 && left < 2000, 'half removed');
  inStep(k, state => {
    writeProgress(state, vat, { ...readProgress(state.rows, vat), stored: 2000 }); // schema 3 did not lower it
    for (const [key] of [...state.rows.below(keys.ledger)]) state.rows.delete(key);
    state.rows.set(keys.schema, '3');
  });
  assert(migrateKernel(k.kernel.state));
  assert.deepEqual(wrong(k), []);
  assert.equal(k.used('alice', 'storage_bytes'), 2000n, 'no more is known until it is gone');
  assert.deepEqual(await untilGone(k, vat), []);
  assert.deepEqual([k.used('alice', 'storage_bytes'), k.used('chain', 'storage_bytes'), k.used('alice', 'zombies'), wrong(k)], [0n, 0n, 0n, []]);
  await k.shutdown();
});

test('what was charged for its store beside what was there is told, and is not held any more', async () => {
  const { k, vat } = await worldWithZombie();
  inStep(k, state => {
    for (const [key] of [...state.rows.below(keys.ledger)]) state.rows.delete(key);
    state.rows.set(keys.schema, '3');
  });
  migrateKernel(k.kernel.state);
  inStep(k, state => {
    const { storedAtMost, ...progress } = readProgress(state.rows, vat);
    assert.equal(storedAtMost, true);
    writeProgress(state, vat, { ...progress, stored: progress.stored + 7 });
  });
  const [fault, ...more] = await untilGone(k, vat);
  assert.equal(fault, `${vat} storage_bytes 7 0`);
  assert.deepEqual([more, k.used('alice', 'storage_bytes'), k.used('chain', 'storage_bytes'), wrong(k)], [[], 0n, 0n, []]);
  await k.shutdown();
});

test('less in its progress than was there is told, and the rest of it goes', async () => {
  const { k, vat } = await worldWithZombie();
  inStep(k, state => writeProgress(state, vat, { ...readProgress(state.rows, vat), stored: 450 }));
  const faults = await untilGone(k, vat);
  assert(faults.length > 0 && faults.every(fault => fault.startsWith(`${vat} storage_bytes `)), faults.join());
  assert.deepEqual([k.used('alice', 'storage_bytes'), k.used('chain', 'storage_bytes'), wrong(k)], [0n, 0n, []]);
  await k.shutdown();
});

test('a wrong counter of its own is marked by the audit, and goes with it', async () => {
  const { k, vat } = await worldWithZombie();
  poke(k, vat, 3, '7');
  assert.deepEqual(await untilGone(k, vat), [`${vat} compute 7 0`]);
  assert.deepEqual([k.used('alice', 'compute'), wrong(k)], [0n, []]);
  await k.shutdown();
});

test('a counter above it that holds less than it is marked as it goes, and reconciled later', async () => {
  const { k, vat } = await worldWithZombie();
  poke(k, 'account:alice', 4, '1');
  const faults = await untilGone(k, vat);
  assert.match(faults.join('; '), /^account:alice storage_bytes 1 \d+$/, 'told once');
  assert.equal((await k.outcome(k.command({ kind: 'reconcile', collection: 'account:alice' }))).state, 'fulfilled');
  assert.deepEqual([k.used('alice', 'storage_bytes'), wrong(k)], [0n, []]);
  await k.must('alice', 'more');
  await k.shutdown();
});
