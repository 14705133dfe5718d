/** What a stranger says once may be written for many, and what he asks of services may go on for ever: both are short. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, slotRef, type CapData, type Passable } from '../../../kernel/capdata.js';
import { crankBase } from '../../../kernel/crank.js';
import { readName, type VatId } from '../../../kernel/index.js';
import type { VatSyscall } from '../../../kernel/vat/protocol.js';
import { readProgress } from '../../../kernel/vat/records.js';
import { makeTestKernel, type TestKernel } from '../../support/kernel.js';
import { resultOf, scripted, slotsOf, whatOf } from '../../support/kernel-scripted.js';

/** A vat that makes `syscalls` when it is told to go, notes what it is told, and then answers. */
async function kernelWith(syscalls: (result: string) => readonly VatSyscall[], parameters: Passable = []): Promise<{ k: TestKernel; told: CapData[] }> {
  const told: CapData[] = [];
  const vat = scripted(async (delivery, syscall) => {
    if (delivery[0] === 'notify') told.push(...delivery[1].map(([, , data]) => data));
    if (delivery[0] !== 'message') return;
    const wanted = whatOf(delivery) === 'go' ? syscalls(resultOf(delivery)) : [];
    for (const one of wanted) await syscall(one);
    if (!wanted.some(([kind]) => kind === 'resolve')) await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('went')]]]);
  });
  const k = await makeTestKernel({ scripts: { vat } });
  await k.outcome(k.createVat('mallory', 'vat', 'vat', parameters));
  return { k, told };
}

test('a reason with thousands of slots is not repeated either, and its slots are held once', async () => {
  const slots = Array.from({ length: 3000 }, (_, at) => `o+${at + 1}`);
  const { k, told } = await kernelWith(result => [
    ...[10, 11, 12].flatMap((at): VatSyscall[] => [['send', result, { methargs: encodeCapData(['next', []]), result: `p+${at}` }], ['subscribe', `p+${at}`]]),
    ['resolve', [[result, true, { body: '#"why"', slots }]]],
  ]);
  await k.outcome(k.invoke('mallory', 'vat', 'go'));
  await k.run();
  assert.deepEqual(told, Array(3).fill({ body: '#{"#error":"the reason is too long to be repeated","name":"Error"}', slots: [] }));
  assert.equal([...k.kernel.state.rows.below('p.')].length, 0);
});

test('a reason of 8,192 characters is repeated, one more is not', async () => {
  for (const [length, isRepeated] of [[8189, true], [8190, false]] as const) {
    const { k, told } = await kernelWith(result => [
      ['send', result, { methargs: encodeCapData(['next', []]), result: 'p+10' }], ['subscribe', 'p+10'], ['resolve', [[result, true, encodeCapData('x'.repeat(length))]]],
    ]);
    await k.outcome(k.invoke('mallory', 'vat', 'go'));
    await k.run();
    assert.equal(told[0]?.body.includes('xxx'), isRepeated);
  }
});

test('of an interface text that goes with a name, 200 characters are kept', async () => {
  const { k } = await kernelWith(result => [['resolve', [[result, false, encodeCapData(slotRef('o+1', `Alleged: ${'x'.repeat(5000)}`))]]]]);
  await k.outcome(k.invoke('mallory', 'vat', 'go', [], 'thing'));
  assert.equal(readName(k.kernel.state.rows, 'mallory', 'thing')?.iface.length, 200);
});

test('a method that is a megabyte long is said back to its caller only', async () => {
  const method = 'm'.repeat(1_000_000);
  const { k, told } = await kernelWith(result => [
    ['send', result, { methargs: encodeCapData([method, []]), result: 'p+10' }],
    ...[11, 12].map((at): VatSyscall => ['send', 'p+10', { methargs: encodeCapData(['more', []]), result: `p+${at}` }]),
    ...[10, 11, 12].map((at): VatSyscall => ['subscribe', `p+${at}`]),
    ['resolve', [[result, false, encodeCapData('data')]]],
  ]);
  await k.outcome(k.invoke('mallory', 'vat', 'go'));
  await k.run();
  assert.equal(told.filter(({ body }) => body.length > 9000).length, 1);
  assert.equal(told.filter(({ body }) => body.includes('too long to be repeated')).length, 2);
});

test('a promise is no argument of a service', async () => {
  const { k, told } = await kernelWith(() => [['send', 'o-50', { methargs: { body: '#["delay",["&0"]]', slots: ['p+9'] }, result: 'p+10' }], ['subscribe', 'p+10']], [slotRef('home.timer')]);
  await k.outcome(k.invoke('mallory', 'vat', 'go'));
  await k.run();
  assert.deepEqual(told.map(({ body }) => body), ['#{"#error":"arguments of a service must not be promises","name":"Error"}']);
});

test('nothing is repeated every zero seconds, or fewer, or so many that no clock has them', async () => {
  const { k } = await kernelWith(() => []);
  for (const every of [0n, -1n, 2n ** 48n, 5, '5', undefined]) {
    const refused = await k.outcome(k.invoke('mallory', 'home.timer', 'repeat', [1000n, every, slotRef('vat')]));
    assert.equal(refused.state, 'rejected', String(every));
  }
  assert.equal([...k.kernel.state.rows.below('tm.')].length, 0);
});

test('a vat that asks a service to wake the service is refused', async () => {
  const { k } = await kernelWith(() => []);
  assert.equal((await k.outcome(k.invoke('mallory', 'home.timer', 'repeat', [1000n, 1n, slotRef('home.timer')]))).state, 'rejected');
});

test('thousands who wait for done() are told in one crank what fits each of them', async () => {
  const waiting = 2000;
  let admin = '';
  const watcher = scripted(async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    admin = slotsOf(delivery)[0] ?? admin;
    for (let at = 0; at < waiting; at += 1) {
      await syscall(['send', admin, { methargs: encodeCapData(['done', []]), result: `p+${at + 10}` }]);
      await syscall(['subscribe', `p+${at + 10}`]);
    }
    await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(undefined)]]]);
  });
  const k = await makeTestKernel({
    audited: false,
    scripts: { watcher, vat: scripted(async (delivery, syscall) => (delivery[0] === 'message' ? void (await syscall(['exit', false, encodeCapData('x'.repeat(100_000))])) : undefined)) },
  });
  await k.outcome(k.createVat('mallory', 'vat', 'vat'));
  await k.outcome(k.createVat('mallory', 'watcher', 'watcher'));
  await k.outcome(k.invoke('mallory', 'watcher', 'go', [slotRef('vat.admin')]));
  for (let runs = 0; runs < 5; runs += 1) await k.run();
  const before = [...k.kernel.state.rows.below('vw.')].length;
  await k.outcome(k.invoke('mallory', 'vat', 'end'));
  const data = [...k.kernel.state.rows.below('pd.')].reduce((sum, [, text]) => sum + text.length, 0);
  assert.ok(before === waiting && data < waiting * 200, `${before} waited; ${data} characters of data`);
  await k.shutdown();
});

test('a death by meter costs the limit, and an item of the kernel a fixed amount', async () => {
  const limit = 5_000_000;
  const k = await makeTestKernel({
    params: { computronsPerDelivery: limit, computronsPerRun: 10n ** 12n },
    scripts: { vat: scripted(delivery => (delivery[0] === 'message' ? { verdict: { kind: 'meter', which: 'allocate' } } : undefined)) },
  });
  await k.outcome(k.createVat('mallory', 'vat', 'vat'));
  const used = (): bigint => BigInt(readProgress(k.kernel.state.rows, 'v1' as VatId).used);
  const started = used();
  k.invoke('mallory', 'vat', 'die');
  const { computrons } = await k.kernel.run({ highPriority: [], actions: [], newBundles: [], now: 1000n, params: { ...k.kernel.state.params, computronsPerRun: 0n } });
  assert.equal(computrons, 0n);
  const { steps, computrons: spent } = await k.run();
  const fed = steps.filter(({ kind }) => kind === 'intake').length;
  assert.equal(spent, BigInt(limit) + crankBase * BigInt(fed));
  assert.ok(started > 0n);
  k.invoke('mallory', 'home.timer', 'now');
  assert.equal((await k.run()).computrons, 2n * crankBase);
});
