/** A vat that has spent its balance waits with all that is for it; its owner buys more, exactly at its price. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, promiseRef, slotRef } from '../../kernel/capdata.js';
import { readVat, type VatId } from '../../kernel/index.js';
import type { Coin } from '../../kernel/action.js';
import { readProgress } from '../../kernel/vat/records.js';
import type { VatSyscall } from '../../kernel/vat/protocol.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { scripted, whatOf, type Script } from '../support/kernel-scripted.js';

/** Makes the syscalls for the method that is called, and answers unless they do. `spend` is what each delivery computes. */
function doing(table: Readonly<Record<string, (result: string | null) => readonly VatSyscall[]>>, spend = 1000): Script {
  return async (delivery, syscall) => {
    if (delivery[0] === 'message') {
      const result = delivery[2].result ?? null;
      const syscalls = table[whatOf(delivery)]?.(result) ?? [];
      for (const one of syscalls) await syscall(one);
      if (result !== null && !syscalls.some(([kind]) => kind === 'resolve')) await syscall(['resolve', [[result, false, encodeCapData(whatOf(delivery))]]]);
    }
    return { computrons: spend };
  };
}

const uwind = (amount: bigint): Coin => ({ denom: 'uwind', amount });
const life = (k: TestKernel, vat = 'v1'): string | undefined => readVat(k.kernel.state.rows, vat as VatId)?.life;
const used = (k: TestKernel, vat = 'v1'): bigint => BigInt(readProgress(k.kernel.state.rows, vat as VatId).used);

function resume(k: TestKernel, addCompute: bigint, more: { vat?: string; sender?: string; price?: Coin; escrow?: readonly Coin[] } = {}): bigint {
  return k.queue({ kind: 'resume-vat', sender: 'alice', vat: 'v1', addCompute, price: uwind(0n), payee: 'fees', escrow: [], ...more });
}

async function kernelWith(balance: bigint, options: TestKernelOptions = {}, table = {}): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { vat: scripted(doing(table)), other: scripted(doing({})) }, ...options });
  await k.outcome(k.createVat('alice', 'vat', 'vat', {}, balance === 0n ? {} : { computeBalance: String(balance) }));
  return k;
}

test('a new vat of an account has the balance of the parameters, unless it is given its own', async () => {
  const k = await kernelWith(0n, { params: { computeBalance: 5000n } });
  await k.outcome(k.createVat('alice', 'vat', 'rich', {}, { computeBalance: '70000' }));
  assert.deepEqual(['v1', 'v2'].map(vat => readVat(k.kernel.state.rows, vat as VatId)?.settings.computeBalance), ['5000', '70000']);
  for (let at = 0; at < 5; at += 1) k.invoke('alice', 'vat', 'go');
  await k.run();
  assert.equal(life(k), 'paused');
});

test('what waited for a paused vat is done in its order once its owner has paid, and not before', async () => {
  const k = await kernelWith(2100n);
  const calls = ['one', 'two', 'three'].map(method => k.invoke('alice', 'vat', method));
  await k.run();
  await k.run();
  assert.deepEqual(calls.map(id => k.outcomes.has(id)), [true, false, false]);
  const bought = resume(k, 1_000_000n, { price: uwind(3n), escrow: [uwind(10n)] });
  const { outbound } = await k.run();
  assert.equal(k.outcomes.get(bought)?.state, 'fulfilled');
  assert.deepEqual(outbound.filter(({ kind }) => kind === 'coins'), [
    { kind: 'coins', to: 'fees', denom: 'uwind', amount: 3n, reason: 'paid' },
    { kind: 'coins', to: 'alice', denom: 'uwind', amount: 7n, reason: 'refunded' },
  ]);
  assert.deepEqual(calls.map(id => k.outcomes.get(id)?.result.body), ['#"one"', '#"two"', '#"three"']);
  assert.equal(readVat(k.kernel.state.rows, 'v1' as VatId)?.settings.computeBalance, '1002100');
});

test('a resume that cannot be is rejected in words, and all coins go back', async () => {
  const k = await kernelWith(1500n);
  await k.outcome(k.createVat('alice', 'vat', 'free'));
  await k.outcome(k.invoke('alice', 'vat', 'go'));
  assert.equal(life(k), 'paused');
  const spent = used(k);
  for (const [id, text] of [
    [resume(k, 0n, { escrow: [uwind(9n)] }), `kernel/17: v1 has used ${spent} of 1500 computrons, and needs at least ${spent - 1500n + 1n} more`],
    [resume(k, 1n << 64n), 'kernel/17: a balance is below 2^64'],
    [resume(k, 100_000n, { price: uwind(2n), escrow: [uwind(1n)] }), 'kernel/17: it costs 2uwind by now'],
    [resume(k, 100_000n, { price: uwind(2n), escrow: [{ denom: 'other', amount: 9n }] }), 'kernel/17: it costs 2uwind by now'],
    [resume(k, 5n, { vat: 'v2' }), 'kernel/17: v2 may compute without bound'],
    [resume(k, 5n, { vat: 'v9' }), 'kernel/13: unknown vat v9'],
    [resume(k, 5n, { sender: 'bob' }), 'kernel/14: v1 belongs to another account'],
  ] as const) {
    const { outbound } = await k.run();
    assert.equal(k.outcomes.get(id)?.result.body, JSON.stringify({ '#error': text, name: 'Error' }).replace(/^/, '#'));
    assert.ok(!outbound.some(op => op.kind === 'coins' && op.reason === 'paid'));
  }
  assert.equal(life(k), 'paused');
  await k.outcome(resume(k, 0n, { vat: 'v2' }));
  await k.outcome(resume(k, spent - 1500n + 1n));
  assert.equal(life(k), 'running');
});

test('a paused vat is upgraded, and what waited for exports that this gives up is rejected once it is resumed', async () => {
  const k = await kernelWith(2100n, {}, { give: (result: string | null) => [['resolve', [[result as string, false, encodeCapData(slotRef('o+7'))]]]] });
  await k.outcome(k.invoke('alice', 'vat', 'give', [], 'thing'));
  const [toThing, toRoot] = [k.invoke('alice', 'thing', 'go'), k.invoke('alice', 'vat', 'go')];
  await k.run();
  assert.equal(life(k), 'paused');
  await k.outcome(k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: 'other', parameters: encodeCapData({}), upgradeMessage: 'newer' }));
  assert.equal(life(k), 'paused', 'an upgrade buys nothing');
  assert.deepEqual([toThing, toRoot].map(id => k.outcomes.has(id)), [false, false]);
  await k.outcome(resume(k, 1_000_000n));
  assert.match((await k.outcome(toThing)).result.body, /vat terminated/);
  assert.equal((await k.outcome(toRoot)).result.body, '#"go"');
});

test('a paused vat has no GC and no reap until it is resumed', async () => {
  const k = await kernelWith(2100n, { params: { reapInterval: 1 } }, { give: (result: string | null) => [['resolve', [[result as string, false, encodeCapData(slotRef('o+7'))]]]] });
  await k.outcome(k.invoke('alice', 'vat', 'give', [], 'thing'));
  await k.outcome(k.queue({ kind: 'drop', sender: 'alice', name: 'thing' }));
  const before = used(k);
  for (let runs = 0; runs < 3; runs += 1) await k.run();
  const waiting = (): number => ['g.', 'r.'].flatMap(prefix => [...k.kernel.state.rows.below(prefix)]).length;
  assert.deepEqual([used(k), waiting() > 0], [before, true]);
  await k.outcome(resume(k, 1_000_000n));
  for (let runs = 0; runs < 3; runs += 1) await k.run();
  assert.equal(waiting(), 0);
});

test('a failed create is charged to the run alone, a failed upgrade to the vat', async () => {
  const fails: Script = delivery => (delivery[0] === 'startVat' ? { verdict: { kind: 'error', message: 'no' }, computrons: 50_000 } : undefined);
  const k = await makeTestKernel({ scripts: { vat: scripted(doing({})), fails: scripted(fails) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const before = used(k);
  k.createVat('alice', 'fails', 'bad');
  assert.equal((await k.run()).computrons, 10_000n + 50_000n);
  assert.equal(readVat(k.kernel.state.rows, 'v2' as VatId), undefined);
  k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: 'fails', parameters: encodeCapData({}), upgradeMessage: '' });
  assert.equal((await k.run()).computrons, 10_000n + 51_000n);
  assert.equal(used(k) - before, 51_000n);
});

test('an upgrade that succeeds is charged to the vat and the run: what the old one brought out, and the start of the new one', async () => {
  const costly: Script = delivery => ({ computrons: delivery[0] === 'startVat' ? 50_000 : 7_000 });
  const k = await makeTestKernel({ scripts: { costly: scripted(costly) } });
  await k.outcome(k.createVat('alice', 'costly', 'vat'));
  const before = used(k);
  const upgraded = k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: 'costly', parameters: { body: '#{}', slots: [] }, upgradeMessage: '' });
  assert.equal((await k.run()).computrons, 10_000n + 57_000n);
  assert.equal(k.outcomes.get(upgraded)?.state, 'fulfilled');
  assert.equal(used(k) - before, 57_000n);
});

test('a meter death costs the limit of the incarnation that runs, not one that was set since', async () => {
  const dies: Script = delivery => (delivery[0] === 'message' && whatOf(delivery) === 'die' ? { verdict: { kind: 'meter', which: 'compute' } } : undefined);
  const k = await makeTestKernel({ scripts: { vat: scripted(dies), keeper: scripted(doing({})) } });
  for (const name of ['one', 'two']) await k.outcome(k.createVat('alice', 'vat', name, {}, { computronsPerDelivery: 30_000_000 }));
  for (const name of ['one', 'two']) k.invoke('alice', `${name}.admin`, 'setOptions', [{ computronsPerDelivery: 40_000_000n }]);
  await k.run();
  k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v2', bundleId: 'vat', parameters: encodeCapData({}), upgradeMessage: '' });
  await k.run();
  const before = [used(k, 'v1'), used(k, 'v2')] as const;
  for (const name of ['one', 'two']) k.invoke('alice', name, 'die');
  const { computrons } = await k.run();
  assert.equal(computrons, 30_000_000n + 40_000_000n + 20_000n, `spent before: ${before.join()}`);
});

test('two vats that message each other for ever stop nobody', async () => {
  const echo: Script = async (delivery, syscall) => {
    if (delivery[0] === 'message' && whatOf(delivery) === 'ball') await syscall(['send', delivery[2].methargs.slots[0] as string, { methargs: encodeCapData(['ball', [slotRef('o+0')]]), result: null }]);
    else await doing({})(delivery, syscall);
    return { computrons: 40_000 };
  };
  const k = await makeTestKernel({ scripts: { player: scripted(echo), vat: scripted(doing({})) }, params: { computronsPerRun: 2_000_000n } });
  for (const name of ['one', 'two']) await k.outcome(k.createVat('alice', 'player', name));
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  for (const [one, other] of [['one', 'two'], ['two', 'one']] as const) k.invoke('alice', one, 'ball', [slotRef(other)]);
  await k.run();
  await k.run();
  const calls = Array.from({ length: 5 }, () => k.invoke('alice', 'vat', 'go'));
  const ofPlayer = k.invoke('alice', 'one', 'go');
  const made = k.createVat('alice', 'vat', 'more');
  for (let runs = 0; runs < 3; runs += 1) assert.ok((await k.run()).computrons < 4_000_000n, 'a run passes its budget by a round at most');
  assert.ok([...calls, ofPlayer, made].every(id => k.outcomes.get(id)?.state === 'fulfilled'));
});

for (const end of ['dies', 'exits']) {
  test(`a vat that spends its balance as it ${end} leaves its void notifies to the round that planned them`, async () => {
    const data = encodeCapData;
    const teller = (): ReturnType<ReturnType<typeof scripted>> => {
      const held: string[] = [];
      return {
        deliver: async (delivery, syscall) => {
          if (delivery[0] !== 'message' || held.push(delivery[2].result as string) < 2) return undefined;
          const [first, second] = held as [string, string];
          await syscall(['resolve', [[first, false, data([promiseRef(second)])]]]);
          await syscall(['send', delivery[2].methargs.slots[0] as string, { methargs: data(['last', []]), result: null }]);
          await syscall(['resolve', [[second, false, data('told with the first')]]]); // so its notify is void once the first is told
          return undefined;
        },
      };
    };
    const hears: Script = async (delivery, syscall) => {
      if (delivery[0] !== 'message') return undefined;
      if (whatOf(delivery) === 'last') {
        if (end === 'dies') return { verdict: { kind: 'meter', which: 'compute' } };
        await syscall(['exit', false, data('over')]);
        return { computrons: 2_000_000_000 };
      }
      for (const vref of ['p+11', 'p+12']) {
        await syscall(['send', delivery[2].methargs.slots[0] as string, { methargs: data(['hold', [slotRef('o+0')]]), result: vref }]);
        await syscall(['subscribe', vref]);
      }
      return undefined;
    };
    const k = await makeTestKernel({ scripts: { teller, hears: scripted(hears) } });
    await k.outcome(k.createVat('alice', 'teller', 'teller'));
    await k.outcome(k.createVat('alice', 'hears', 'hears', {}, { computeBalance: '1000000' }));
    k.invoke('alice', 'hears', 'ask', [slotRef('teller')]);
    for (let runs = 0; runs < 5; runs += 1) await k.run();
    assert.ok([undefined, 'terminated'].includes(life(k, 'v2')));
    assert.deepEqual([...k.kernel.state.rows.below('q')], []);
  });
}
