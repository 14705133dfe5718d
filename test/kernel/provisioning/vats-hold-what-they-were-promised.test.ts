/** The lives of vats in the ledger: creation, upgrade, storage, termination and cleanup, each in the crank that does it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditReport, type KernelParams, type VatId } from '../../../kernel/index.js';
import { routeSend } from '../../../kernel/route.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { rootOf } from '../../../kernel/vat/lifecycle.js';
import { knownVat } from '../../../kernel/vat/records.js';
import { ledgerWorld, type LedgerWorld } from '../../support/ledger-world.js';

const mib = 1024n * 1024n;
const upgrade = (k: LedgerWorld, sender: string, vat: string, bundleId: string) => k.refused(k.queue({ kind: 'upgrade-vat', sender, vat, bundleId, parameters: { body: '#{}', slots: [] }, upgradeMessage: 'new' }));
const terminate = (k: LedgerWorld, sender: string, vat: string) => k.refused(k.queue({ kind: 'terminate-vat', sender, vat, reason: 'enough' }));

test('a vat holds one of its kind, its heap, what it may compute, and its store, at all three levels', async () => {
  const k = await ledgerWorld();
  const vat = await k.must('alice', 'a', { memoryLimitBytes: String(256n * mib), computronsPerDelivery: 30_000_000 });
  await k.must('bob', 'b');
  await k.outcome(k.put('alice', 'a', 'key', 1000));
  assert.deepEqual(k.tokens(vat), [`run.${vat}.1`, `storage.${vat}.1`, `vat.${vat}.1`]);
  for (const of of [vat, 'alice']) assert.deepEqual((['vats', 'worker_memory', 'compute', 'storage_bytes'] as const).map(d => k.used(of, d)), [1n, 256n * mib, 30_000_000n, 1000n]);
  assert.deepEqual([k.used('chain', 'vats'), k.used('chain', 'worker_memory'), k.used('bob', 'worker_memory')], [2n, 320n * mib, 64n * mib]);
  await k.outcome(k.put('alice', 'a', 'key', 100));
  assert.equal(k.used('chain', 'storage_bytes'), 100n, 'what is overwritten is given back');
  await k.outcome(k.invoke('alice', 'a', 'drop', ['key', 0]));
  assert.equal(k.used('alice', 'storage_bytes'), 0n);
  await k.shutdown();
});

test('F20: a failed upgrade leaves the row of the old incarnation; one that works replaces it, and costs nothing between', async () => {
  const k = await ledgerWorld({ accountQuotas: { worker_memory: 64n * mib } });
  const vat = await k.must('alice', 'a');
  const before = k.tokens(vat);
  assert.match(await upgrade(k, 'alice', vat, 'dies') ?? '', /^vat-upgrade failure: Compute meter exceeded/);
  assert.deepEqual(k.tokens(vat), before, 'incarnation 2 was never seen');
  const computrons = BigInt((JSON.parse(k.kernel.state.rows.get('vd.a1') as string) as { used: string }).used);
  assert(computrons >= 100_000_000n, 'what it computed is counted all the same');
  assert.equal(await upgrade(k, 'alice', vat, 'hoard2'), undefined);
  assert.deepEqual(k.tokens(vat), [`run.${vat}.2`, `storage.${vat}.1`, `vat.${vat}.1`]);
  assert.equal(k.used('alice', 'worker_memory'), 64n * mib, 'not twice, though the account has room for one only');
  await k.shutdown();
});

test('F22: terminated twice is terminated once', async () => {
  const k = await ledgerWorld({}, { params: { cleanupBudget: 0 } });
  const vat = await k.must('alice', 'a');
  const both = [0, 1].map(() => k.queue({ kind: 'terminate-vat', sender: 'alice', vat, reason: 'enough' }));
  assert.deepEqual([await k.refused(both[0] as bigint), await k.refused(both[1] as bigint)], [undefined, 'vat terminated']);
  assert.match(await terminate(k, 'alice', vat) ?? '', /is terminated/);
  assert.deepEqual([k.used('alice', 'vats'), k.used('alice', 'zombies'), k.used('alice', 'worker_memory')], [0n, 1n, 0n]);
  await k.shutdown();
});

test('F23: the store of an ended vat is given back key by key; zombies stop who churns; in the end nothing is left', async () => {
  const k = await ledgerWorld({ accountQuotas: { zombies: 1n } }, { params: { cleanupBudget: 5 } });
  const vat = await k.must('alice', 'a');
  for (let key = 0; key < 20; key += 1) await k.outcome(k.put('alice', 'a', `k${String(key).padStart(2, '0')}`, 100));
  assert.equal(await terminate(k, 'alice', vat), undefined);
  const after: bigint[] = [];
  for (let runs = 0; runs < 2; runs += 1) {
    after.push(k.used('alice', 'storage_bytes'));
    assert.match(JSON.stringify(await k.create('alice', 'again')), /quota exceeded \(provisioning\/2\): creating vat .* needs room for a vat that is being removed; account alice has 0 free of 1/);
  }
  assert(after.every((bytes, at) => bytes > 0n && bytes <= 2000n && (at === 0 || bytes < (after[at - 1] as bigint))), `${after.join(' ')} falls with the keys`);
  const again = await k.reopen(); // a restart in the middle of it
  while (again.kernel.state.rows.get('vt.a1') !== undefined || [...again.kernel.state.rows.below('vt.')].length > 0) await again.run();
  assert.deepEqual(auditReport(again.kernel.state.rows).filter(({ faults }) => faults.length > 0), []);
  assert.deepEqual([...again.kernel.state.rows.below('ledger.')].filter(([key]) => key.includes(vat)), [], 'nothing remembers it');
  assert.deepEqual([...again.kernel.state.rows.below('ledger.')].filter(([key]) => key.includes('account:alice')), [], 'nor of its account, which holds nothing');
  await again.shutdown();
});

test('F24: a crank that stores and then fails leaves nothing charged; F25: and nothing ever goes below 0', async () => {
  const k = await ledgerWorld({}, { params: { cleanupBudget: 0 } });
  const vat = await k.must('alice', 'a');
  await k.outcome(k.put('alice', 'a', 'key', 300));
  await k.outcome(k.invoke('alice', 'a', 'fail', ['x', 0]));
  assert.equal(k.used(vat, 'storage_bytes'), 300n, 'the 100 bytes of the aborted crank never were');
  assert.deepEqual([k.used('alice', 'vats'), k.used('alice', 'zombies')], [0n, 1n]);
  await k.shutdown();
});

test('a delivery that would store too much did not happen: its result is rejected with the reason, and the vat lives on', async () => {
  const k = await ledgerWorld({ accountQuotas: { storage_bytes: 1000n } });
  const vat = await k.must('alice', 'a');
  assert.equal(await k.refused(k.put('alice', 'a', 'one', 900)), undefined);
  assert.equal(
    await k.refused(k.put('alice', 'a', 'two', 300)),
    `quota exceeded (provisioning/2): what ${vat} wants to store needs 300 B of storage; account alice has 100 B free of 1000 B. Nothing was charged. Terminate or shrink a vat (largest: ${vat}, 900 B), or ask for a larger limit.`,
  );
  assert.equal(await k.refused(k.put('alice', 'a', 'two', 100)), undefined, 'it goes on from where it was');
  assert.equal(await k.refused(k.invoke('alice', 'a', 'drop', ['one', 0])), undefined);
  assert.equal(k.used('alice', 'storage_bytes'), 100n);
  const again = await k.reopen();
  again.invoke('alice', 'a', 'drop', ['two', 0]);
  await again.run();
  assert.match(again.kernel.state.rows.get('ledger.u.account:alice') ?? '', / 0 0$/, 'its transcript has nothing of the refused delivery');
  await again.shutdown();
});

test('a vat that stores too much as it starts is not made, nor upgraded to', async () => {
  const k = await ledgerWorld({ accountQuotas: { storage_bytes: 999n } });
  assert.match(JSON.stringify(await k.create('alice', 'greedy', {}, 'stores')), /^\{"reason":"quota exceeded \(provisioning\/2\): what v1 wants to store needs 1000 B of storage; account alice has 999 B free of 999 B\./);
  assert.deepEqual([k.used('alice', 'vats'), k.used('alice', 'worker_memory')], [0n, 0n]);
  const vat = await k.must('alice', 'a');
  assert.match(await upgrade(k, 'alice', vat, 'stores') ?? '', /^quota exceeded/);
  assert.deepEqual(k.tokens(vat), [`run.${vat}.1`, `storage.${vat}.1`, `vat.${vat}.1`]);
  await k.shutdown();
});

test('F26: what does not fit is refused whole, with every shortfall of every level, before anything is done', async () => {
  const k = await ledgerWorld({ accountQuotas: { vats: 0n, worker_memory: 32n * mib }, capacity: { compute: 10n } });
  const refused = await k.create('alice', 'a', { computronsPerDelivery: 20_000_000 });
  assert.deepEqual(refused, {
    reason: 'quota exceeded (provisioning/2): creating vat "hoard" needs 1 vat; account alice has 0 free of 0. It also needs 64 MiB of worker memory; 32 MiB free of 32 MiB. '
      + 'Besides, 20,000,000 computrons of guaranteed compute needed, 10 left of 10 for the whole chain. Nothing was charged. Terminate or shrink a vat, or ask for a larger limit.',
  });
  assert.deepEqual([k.used('chain', 'vats'), k.used('chain', 'worker_memory')], [0n, 0n]);
  await k.shutdown();
});

test('F34: of two accounts that want the last of the chain the first in order has it, and the other is told that its own quota has room', async () => {
  const k = await ledgerWorld({ capacity: { worker_memory: 100n * mib } });
  const both = [k.createVat('alice', 'hoard', 'a'), k.createVat('bob', 'hoard', 'b')];
  assert.equal(await k.refused(both[0] as bigint), undefined);
  assert.equal(
    await k.refused(both[1] as bigint),
    'chain capacity reached (provisioning/3): creating vat "hoard": 64 MiB of worker memory needed, 36 MiB left of 100 MiB for the whole chain. Your own quota has room. Try later, or see proposal type "provisioning capacity". Nothing was charged.',
  );
  await k.shutdown();
});

test('new options change what is held, or are refused', async () => {
  const k = await ledgerWorld({ accountQuotas: { worker_memory: 100n * mib } });
  const vat = await k.must('alice', 'a');
  const options = (bytes: bigint) => k.refused(k.invoke('alice', 'a.admin', 'setOptions', [{ memoryLimitBytes: bytes }]));
  assert.equal(await options(100n * mib), undefined);
  assert.equal(k.used(vat, 'worker_memory'), 100n * mib);
  assert.match(await options(101n * mib) ?? '', /^quota exceeded .* the new options of v1 needs 1 MiB of worker memory; account alice has 0 B free of 100 MiB/);
  assert.equal(await options(16n * mib), undefined);
  assert.equal(k.used('alice', 'worker_memory'), 16n * mib);
  const asked = await k.outcome(k.invoke('alice', 'a.admin', 'getQuota'));
  const { vat: own, account } = JSON.parse(asked.result.body.slice(1)) as { vat: Record<string, string>; account: Record<string, { used: string; limit: string }> };
  assert.deepEqual([own['worker_memory'], account['worker_memory'], account['vats']], [`+${16n * mib}`, { used: `+${16n * mib}`, limit: `+${100n * mib}` }, { used: '+1', limit: '#undefined' }]);
  await k.shutdown();
});

/** What a vat of somebody else may do: send, and wait for nothing. */
function sendOnly({ kernel: { state } }: LedgerWorld, vat: VatId, method: string, args: readonly unknown[]): void {
  beginStep(state);
  routeSend(state, rootOf(state, vat), { methargs: { body: `#${JSON.stringify([method, args])}`, slots: [] }, result: null });
  closeStep(state, 'intake');
}

test('a message that nobody waits for and that has no room is dropped, the host is told, and the vat runs on', async () => {
  const k = await ledgerWorld({ accountQuotas: { storage_bytes: 1000n } });
  const vat = await k.must('alice', 'a');
  assert.equal(await k.refused(k.put('alice', 'a', 'one', 900)), undefined);
  sendOnly(k, vat, 'put', ['two', 300]);
  const { outbound } = await k.run();
  assert.deepEqual(outbound.filter(({ kind }) => (kind as string) === 'message-dropped'), [{
    kind: 'message-dropped', vat,
    reason: `quota exceeded (provisioning/2): what ${vat} wants to store needs 300 B of storage; account alice has 100 B free of 1000 B. Nothing was charged. Terminate or shrink a vat (largest: ${vat}, 900 B), or ask for a larger limit.`,
  }]);
  assert.equal(knownVat(k.kernel.state.rows, vat).life, 'running');
  assert.equal(await k.refused(k.invoke('alice', 'a', 'drop', ['one', 0])), undefined);
  assert.equal(k.used('alice', 'storage_bytes'), 0n);
  assert.deepEqual(auditReport(k.kernel.state.rows).filter(({ faults }) => faults.length > 0), [], 'nothing that it held is left');
  await k.shutdown();
});

test('a smaller number of computrons frees what it frees at the next incarnation: until then the old one may be spent', async () => {
  const k = await ledgerWorld();
  const vat = await k.must('alice', 'a', { computronsPerDelivery: 60_000_000 });
  const options = (computronsPerDelivery: bigint) => k.refused(k.invoke('alice', 'a.admin', 'setOptions', [{ computronsPerDelivery }]));
  assert.equal(await options(20_000_000n), undefined);
  assert.deepEqual([knownVat(k.kernel.state.rows, vat).limit, k.used('alice', 'compute')], [60_000_000, 60_000_000n]);
  assert.equal(await upgrade(k, 'alice', vat, 'hoard2'), undefined);
  assert.deepEqual([knownVat(k.kernel.state.rows, vat).limit, k.used('alice', 'compute')], [20_000_000, 20_000_000n]);
  assert.equal(await options(30_000_000n), undefined);
  assert.equal(k.used('alice', 'compute'), 30_000_000n, 'what is larger is charged at once');
  await k.shutdown();
});

test('a vote for a larger default neither charges those who declared nothing nor keeps them from options and upgrades', async () => {
  const k = await ledgerWorld({ accountQuotas: { worker_memory: 64n * mib } });
  const vat = await k.must('alice', 'a');
  Object.assign(k.kernel.state.params.ledger, { workerMemory: 128n * mib } satisfies Partial<KernelParams['ledger']>); // what all runs of this kernel are given
  const optioned = k.invoke('alice', 'a.admin', 'setOptions', [{ computronsPerDelivery: 30_000_000n }]);
  const upgraded = k.queue({ kind: 'upgrade-vat', sender: 'alice', vat, bundleId: 'hoard2', parameters: { body: '#{}', slots: [] }, upgradeMessage: 'new' });
  assert.deepEqual([await k.refused(optioned), await k.refused(upgraded)], [undefined, undefined]);
  assert.deepEqual([k.used(vat, 'worker_memory'), k.used(vat, 'compute')], [64n * mib, 30_000_000n]);
  assert.equal(await k.refused(k.limit('alice', 'worker_memory', 200n * mib, 0)), undefined);
  assert.equal(await upgrade(k, 'alice', vat, 'hoard'), undefined);
  assert.equal(k.used(vat, 'worker_memory'), 128n * mib, 'where there is room, the next incarnation is promised what others are');
  await k.shutdown();
});
