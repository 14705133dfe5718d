/** What the authority over the kernel decides is done first in a run, whatever its budget and its queues, and owners cannot undo it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../kernel/capdata.js';
import { readPublication } from '../../kernel/principal.js';
import { readVat, type VatId } from '../../kernel/index.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { scripted, whatOf, type Script } from '../support/kernel-scripted.js';

const answering: Script = async (delivery, syscall) => {
  const result = delivery[0] === 'message' ? (delivery[2].result ?? null) : null;
  if (result !== null) await syscall(['resolve', [[result, false, encodeCapData(whatOf(delivery))]]]);
  return { computrons: 1000 };
};
const life = (k: TestKernel, vat = 'v1'): string | undefined => readVat(k.kernel.state.rows, vat as VatId)?.life;
const resume = (k: TestKernel, addCompute: bigint): bigint => k.queue({ kind: 'resume-vat', sender: 'alice', vat: 'v1', addCompute, price: { denom: 'uwind', amount: 0n }, payee: 'fees', escrow: [] });

async function kernelWith(balance?: string, options: TestKernelOptions = {}): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { vat: scripted(answering) }, ...options });
  await k.outcome(k.createVat('alice', 'vat', 'vat', {}, balance === undefined ? {} : { computeBalance: balance }));
  return k;
}

test('a vat that is held does nothing until it is released, and then all that waited, in order', async () => {
  const k = await kernelWith();
  const before = k.invoke('alice', 'vat', 'before');
  const held = k.command({ kind: 'hold', vat: 'v1' });
  await k.run(); // the message was queued first, and yet waits: control comes before it
  assert.deepEqual([k.outcomes.get(held)?.state, k.outcomes.has(before), life(k)], ['fulfilled', false, 'paused']);
  const after = k.invoke('alice', 'vat', 'after');
  const bought = resume(k, 0n);
  await k.run();
  assert.deepEqual([k.outcomes.has(after), k.outcomes.get(bought)?.result.body.includes('kernel/17: v1 is paused by governance')], [false, true]);
  const again = await k.reopen();
  const released = again.command({ kind: 'release', vat: 'v1' });
  await again.run();
  assert.deepEqual([again.outcomes.get(released)?.state, life(again)], ['fulfilled', 'running']);
  assert.deepEqual([before, after].map(id => again.outcomes.get(id)?.result.body), ['#"before"', '#"after"']);
});

test('compute and options do not free a vat that is held, and what it lacks then it must get', async () => {
  const k = await kernelWith('1500');
  await k.outcome(k.invoke('alice', 'vat', 'go')); // spends it all
  k.command({ kind: 'hold', vat: 'v1' });
  const bought = resume(k, 500_000n);
  await k.run();
  assert.deepEqual([k.outcomes.get(bought)?.state, life(k)], ['fulfilled', 'paused']); // it has the balance, and waits
  k.command({ kind: 'release', vat: 'v1' });
  await k.run();
  assert.equal(life(k), 'running');

  const poor = await kernelWith('1500');
  await poor.outcome(poor.invoke('alice', 'vat', 'go'));
  const useless = poor.command({ kind: 'release', vat: 'v1' });
  await poor.run();
  assert.match(poor.outcomes.get(useless)?.result.body ?? '', /kernel\/17: v1 has used \d+ of 1500 computrons/);
  poor.command({ kind: 'hold', vat: 'v1' });
  const freed = poor.command({ kind: 'release', vat: 'v1' });
  await poor.run();
  assert.deepEqual([poor.outcomes.get(freed)?.state, life(poor), readVat(poor.kernel.state.rows, 'v1' as VatId)?.isHeld], ['fulfilled', 'paused', undefined]);
});

test('a vat is ended at once: who waits for it is told, and it is cleaned up as any', async () => {
  const k = await kernelWith();
  const call = k.invoke('alice', 'vat', 'late');
  const ended = k.command({ kind: 'terminate', vat: 'v1', reason: 'it was voted' });
  await k.run();
  assert.equal(k.outcomes.get(ended)?.state, 'fulfilled');
  assert.match(k.outcomes.get(call)?.result.body ?? '', /vat terminated/);
  const again = k.command({ kind: 'terminate', vat: 'v1', reason: '' });
  await k.run();
  assert.match(k.outcomes.get(again)?.result.body ?? '', /kernel\/13: unknown vat v1/); // cleaned up already
});

test('a root is published under sys., in the place of what was there', async () => {
  const k = await kernelWith();
  await k.outcome(k.createVat('alice', 'vat', 'other'));
  const [first, second] = [k.command({ kind: 'publish', vat: 'v1', name: 'mint' }), k.command({ kind: 'publish', vat: 'v2', name: 'mint' })];
  await k.run();
  assert.deepEqual([first, second].map(id => k.outcomes.get(id)?.state), ['fulfilled', 'fulfilled']);
  assert.equal(readPublication(k.kernel.state.rows, 'sys.mint')?.owner, '');
  assert.equal((await k.outcome(k.invoke('bob', '@sys.mint', 'hello'))).result.body, '#"hello"');
  const bad = k.command({ kind: 'publish', vat: 'v1', name: 'Mint!' });
  await k.run();
  assert.match(k.outcomes.get(bad)?.result.body ?? '', /kernel\/3: .*Mint!.* is no name under sys\./);
});

test('it is done though there is no budget, and each is a step of its own', async () => {
  const k = await kernelWith();
  const { kernel } = k;
  const control = [{ id: 90n, sender: 'gov', kind: 'hold', vat: 'v1' }, { id: 91n, sender: 'gov', kind: 'hold', vat: 'v7' }] as const;
  const { steps, outbound } = await kernel.run({ control, highPriority: [], actions: [], newBundles: [], now: 2000n, params: { ...kernel.state.params, computronsPerRun: 0n } });
  assert.deepEqual(steps.map(({ kind }) => kind), ['intake', 'intake']);
  assert.deepEqual(outbound.map(op => (op.kind === 'action-settled' ? `${op.action} ${op.state}` : op.kind)), ['action-taken', '90 fulfilled', 'action-taken', '91 rejected']);
  assert.equal(life(k), 'paused');
});
