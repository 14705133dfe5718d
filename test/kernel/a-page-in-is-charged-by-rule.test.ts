/** Bringing a vat's worker back takes a process and a replay. A run is charged for it by rule, not when it happens: what is online is a node's own affair. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../kernel/capdata.js';
import { readProgress, type KernelRun, type VatId } from '../../kernel/index.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { resultOf, whatOf, type ScriptedVat } from '../support/kernel-scripted.js';

/** Spends what it is told to. */
function spender(): ScriptedVat {
  return {
    save: () => '',
    async deliver(delivery, syscall) {
      if (delivery[0] !== 'message') return { computrons: 1000 };
      await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(undefined)]]]);
      return { computrons: whatOf(delivery) === 'much' ? 90_000_000 : 1000 };
    },
  };
}

async function withVats(count: number, options: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { vat: spender }, audited: false, ...options });
  for (let at = 0; at < count; at += 1) await k.outcome(k.createVat('alice', 'vat', `vat-${at}`));
  return k;
}

function call(k: TestKernel, at: number, method = 'little'): Promise<KernelRun> {
  k.invoke('alice', `vat-${at}`, method);
  return k.run();
}

const perStart = 20_000_000n;

test('a vat that had its turn before forty-nine others is not charged for, one before a hundred is', async () => {
  const k = await withVats(110);
  await call(k, 0);
  const warm = (await call(k, 0)).computrons;
  assert(warm < 100_000n, String(warm));
  for (let at = 1; at <= 24; at += 1) await call(k, at);
  assert.equal((await call(k, 0)).computrons, warm);
  for (let at = 1; at <= 100; at += 1) await call(k, at);
  assert.equal((await call(k, 0)).computrons, warm + perStart + spent(k, 0) - 1000n - 100n);
});

test('whoever goes round more vats than may be online pays for each turn, and ends the run', async () => {
  const k = await withVats(51, { params: { roundWidth: 1 } });
  for (let at = 0; at < 51; at += 1) k.invoke('alice', `vat-${at}`, 'little');
  await k.run();
  const second = Array.from({ length: 51 }, (_, at) => k.invoke('alice', `vat-${at}`, 'little'));
  const run = await k.run();
  assert(second.filter(id => k.outcomes.has(id)).length <= 16, `${second.filter(id => k.outcomes.has(id)).length} of 51`);
  assert(run.computrons >= 300_000_000n);
});

test('the price is the same with one worker and with many', async () => {
  const [few, many] = [await withVats(60, { maxVatsOnline: 1 }), await withVats(60)];
  for (let at = 0; at < 60; at += 7) assert.equal((await call(few, at)).computrons, (await call(many, at)).computrons, `vat-${at}`);
});

test('few deliveries that spend much end in a heap snapshot too, so that little is ever replayed', async () => {
  const k = await withVats(1);
  for (let at = 0; at < 3; at += 1) await call(k, 0, 'much');
  assert.equal(readProgress(k.kernel.state.rows, 'v1' as VatId).snapshot, '');
  await call(k, 0, 'much');
  const { snapshot, used, usedBefore } = readProgress(k.kernel.state.rows, 'v1' as VatId);
  assert.match(snapshot, /^[0-9a-f]{64}$/);
  assert.equal(used, usedBefore);
});

function spent(k: TestKernel, at: number): bigint {
  const { used, usedBefore } = readProgress(k.kernel.state.rows, `v${at + 1}` as VatId);
  return BigInt(used) - BigInt(usedBefore);
}
