import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCapData, encodeCapData, slotRef } from '../../kernel/capdata.js';
import type { VatSyscall } from '../../kernel/vat/protocol.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { resultOf, scripted, slotsOf, whatOf } from '../support/kernel-scripted.js';

/** A vat with the timer as o-50 that makes `syscalls` when it is told to go, and then answers. */
async function kernelWith(syscalls: (result: string) => readonly VatSyscall[], options: TestKernelOptions = {}): Promise<TestKernel> {
  const k = await makeTestKernel({
    ...options,
    scripts: {
      stranger: scripted(async (delivery, syscall) => {
        if (delivery[0] !== 'message') return;
        assert.equal(whatOf(delivery), 'go');
        for (const one of syscalls(resultOf(delivery))) await syscall(one);
        await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('went')]]]);
      }),
    },
  });
  await k.outcome(k.createVat('mallory', 'stranger', 'vat', [slotRef('home.timer')]));
  return k;
}

async function assertStillRuns(k: TestKernel): Promise<void> {
  const now = await k.outcome(k.invoke('alice', 'home.timer', 'now'));
  assert.deepEqual(now.result, { body: '#"+1000"', slots: [] });
}

const call = (body: string, slots: readonly string[] = []): VatSyscall => ['send', 'o-50', { methargs: { body, slots }, result: 'p+5' }];

for (const [what, body] of [
  ['no JSON', '#[nonsense'], ['no call', '#{}'], ['no smallcaps', '["now",[]]'], ['an unknown constant', '#["now",["#what"]]'],
  ['a method that is a symbol', '#["%now",[]]'], ['a slot that is not there', '#["now",["$7"]]'], ['a very long bigint', `#["delay",["+1${'0'.repeat(5000)}"]]`],
] as const) {
  test(`a call of a service with ${what} is refused, not more`, async () => {
    const k = await kernelWith(() => [call(body), ['subscribe', 'p+5']]);
    assert.equal((await k.outcome(k.invoke('mallory', 'vat', 'go'))).state, 'fulfilled');
    await k.run();
    await assertStillRuns(k);
  });
}

test('a message that does not parse, to a promise that turns out to be data, rejects its result', async () => {
  const k = await kernelWith(result => [['send', result, { methargs: { body: 'nonsense', slots: [] }, result: 'p+6' }], ['subscribe', 'p+6']]);
  assert.equal((await k.outcome(k.invoke('mallory', 'vat', 'go'))).state, 'fulfilled');
  await assertStillRuns(k);
});

test('a vat that exits with nothing but a promise is ended for it', async () => {
  const k = await kernelWith(() => [['exit', false, { body: '#"&0"', slots: ['p+7'] }]]);
  const done = k.invoke('mallory', 'vat.admin', 'done');
  await k.run();
  assert.equal((await k.outcome(k.invoke('mallory', 'vat', 'go'))).state, 'rejected');
  assert.deepEqual((await k.outcome(done)).result.body, '#{"#error":"illegal syscall: it exits with a promise","name":"Error"}');
  await assertStillRuns(k);
});

test('a pipeline of thirty thousand messages falls without the stack of the node', async () => {
  const depth = 30_000;
  const k = await kernelWith(
    result => Array.from({ length: depth }, (_, at): readonly VatSyscall[] => [
      ['send', at === 0 ? result : `p+${at + 9}`, { methargs: encodeCapData(['next', []]), result: `p+${at + 10}` }],
      ['subscribe', `p+${at + 10}`],
    ]).flat(),
    { audited: false, params: { computronsPerRun: 1_000_000n } },
  );
  assert.equal((await k.outcome(k.invoke('mallory', 'vat', 'go'))).state, 'fulfilled');
  await assertStillRuns(k);
});

test('arguments of any kind are refused by the vats service in words', async () => {
  const k = await kernelWith(() => []);
  const refused = await k.outcome(k.invoke('alice', 'home.vats', 'createVat', [{ toString: 'no' }, []]));
  assert.equal(refused.result.body, '#{"#error":"the id of a bundle is a string","name":"Error"}');
});

test('arguments that are no list are refused at intake', async () => {
  const k = await kernelWith(() => []);
  const refused = await k.outcome(k.queue({ kind: 'invoke', sender: 'alice', target: 'home.timer', method: 'now', args: { body: '#{}', slots: [] }, saveAs: '', funds: [] }));
  assert.equal(refused.result.body, '#{"#error":"kernel/5: the arguments are not an array","name":"Error"}');
});

test('the text of an error is data for whoever receives it, whatever it begins with', async () => {
  for (const text of ['-1', '$0', '#undefined', '!', '&0', '%foo', '+5']) {
    const k = await makeTestKernel({ scripts: { faulty: scripted(delivery => (delivery[0] === 'message' ? { verdict: { kind: 'error', message: text } } : undefined)) } });
    await k.outcome(k.createVat('mallory', 'faulty', 'vat'));
    const done = k.invoke('mallory', 'vat.admin', 'done');
    await k.run();
    k.invoke('mallory', 'vat', 'go');
    const { body } = (await k.outcome(done)).result;
    const decoded = decodeCapData({ body, slots: [] });
    assert.equal((decoded as { message: string }).message, text);
  }
});

test('a result with an interface that is none is filed without one', async () => {
  const k = await makeTestKernel({
    scripts: {
      namer: scripted(async (delivery, syscall) => {
        if (delivery[0] === 'message') await syscall(['resolve', [[resultOf(delivery), false, { body: '#"$0.no \\\\u12 such"', slots: ['o+5'] }]]]);
      }),
    },
  });
  await k.outcome(k.createVat('mallory', 'namer', 'vat'));
  assert.equal((await k.outcome(k.invoke('mallory', 'vat', 'go', [], 'thing'))).state, 'fulfilled');
  const used = await k.outcome(k.invoke('mallory', 'home.directory', 'publish', ['thing', slotRef('thing')]));
  assert.equal(used.state, 'fulfilled');
});

test('every reference that no vat may use ends the vat that uses it, and nothing else', async () => {
  for (const bad of ['o-999', 'p-999', 'd-1', 'o-50 ', 'x', '', 'o+', 'p+0', 'o-d1/1', 'o+5/6', `o+${'9'.repeat(40)}`, '__proto__']) {
    const k = await kernelWith(() => [['send', bad, { methargs: encodeCapData(['hi', []]) }]]);
    const outcome = await k.outcome(k.invoke('mallory', 'vat', 'go'));
    assert.equal(outcome.result.body, '#{"#error":"vat terminated","name":"Error"}', bad);
    await assertStillRuns(k);
  }
  assert.deepEqual(slotsOf(['bringOutYourDead']), []);
});
