/** Schema 3 → 4: a store without a ledger gets one that says what the kernel has, in one step that is audited before and after. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditReport, KernelStorage, stepNumber, upgradeKernel } from '../../../kernel/index.js';
import { keys } from '../../../kernel/store/keys.js';
import { ledgerWorld } from '../../support/ledger-world.js';

/** Counters by collection, as rows. */
const countersOf = (rows: KernelStorage): unknown => [...rows.below(keys.ledgerCounters)].filter(([, text]) => !/^[0 ]*$/.test(text));

test('F28, F29: vats that live, that are being removed, and bundles are charged as they were, and a restored store is audited', async () => {
  const k = await ledgerWorld({}, { params: { cleanupBudget: 0 } });
  await k.must('alice', 'a', { memoryLimitBytes: '1000', computronsPerDelivery: 30_000_000 });
  await k.outcome(k.put('alice', 'a', 'key', 700));
  const ended = await k.must('bob', 'b');
  await k.outcome(k.put('bob', 'b', 'key', 90));
  await k.outcome(k.queue({ kind: 'upgrade-vat', sender: 'bob', vat: ended, bundleId: 'hoard2', parameters: { body: '#{}', slots: [] }, upgradeMessage: '' }));
  await k.outcome(k.queue({ kind: 'terminate-vat', sender: 'bob', vat: ended, reason: '' }));
  await k.shutdown();
  const { rows } = k.kernel.state;
  const counted = countersOf(rows);
  k.backing.commit([...rows.below(keys.ledger)].map(([key, before]) => ({ key, before, after: undefined })));
  k.backing.commit([{ key: keys.schema, before: '4', after: '3' }]);
  const old = await KernelStorage.open(k.backing);
  const steps = stepNumber(old);
  assert.deepEqual(upgradeKernel({ rows: old }), { modified: true });
  assert.equal(stepNumber(old), steps + 1, 'one step of history');
  assert.deepEqual(countersOf(old), counted);
  assert.deepEqual(auditReport(old).filter(({ faults }) => faults.length > 0), []);
  assert.deepEqual(upgradeKernel({ rows: old }), { modified: false });
});
