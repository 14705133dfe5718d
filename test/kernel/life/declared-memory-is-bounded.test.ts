/** What a vat declares is what an engine can have: neither nothing, nor so much that no host has room for its worker. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSettings } from '../../../kernel/index.js';
import { realLedger } from '../../support/mutant-ledgers.js';

const mib = 1024n * 1024n;

test('a vat may declare from 16 MiB to the 2 GiB that the engine has, or nothing', () => {
  for (const memoryLimitBytes of [1n, 16n * mib - 1n, 2048n * mib + 1n, 2n ** 64n - 1n]) {
    assert.deepEqual(checkSettings({ memoryLimitBytes }), { reason: 'memoryLimitBytes is not from 16777216 (16 MiB) to 2147483648 (2 GiB)' });
  }
  for (const bytes of [16n * mib, 2048n * mib]) {
    const checked = checkSettings({ memoryLimitBytes: bytes });
    assert.equal('settings' in checked && checked.settings.memoryLimitBytes, String(bytes));
  }
  assert('settings' in checkSettings({ memoryLimitBytes: 0n }));
});

test('what a vat of before declared beyond that is charged to no host', async () => {
  const { ledger, used } = await realLedger({ host: { workerMem: 4096n * mib } });
  assert.equal(ledger.charge({ vat: 'v1', gen: 1 }, { account: 'a', memoryBytes: 100n * 1024n * mib }).refused, undefined);
  assert.equal(used(), 2048n);
});
