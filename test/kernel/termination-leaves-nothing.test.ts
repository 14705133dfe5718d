import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

const kernels: TestKernel[] = [];
after(() => Promise.all(kernels.map(kernel => kernel.shutdown())));

test('a terminated vat answers nobody, and is gone from every table and from disk', async () => {
  const k = await makeTestKernel({ vats: ['kernel/actor', 'counter'], params: { cleanupBudget: 3 } });
  kernels.push(k);
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  await k.outcome(k.createVat('alice', 'kernel/actor', 'actor', { counter: slotRef('counter') }));
  await k.outcome(k.invoke('alice', 'actor', 'call', ['counter', 'increment']));
  const pending = k.invoke('alice', 'actor', 'never');
  const done = k.invoke('alice', 'actor.admin', 'done');
  await k.run();
  const ended = await k.outcome(k.queue({ kind: 'terminate-vat', sender: 'alice', vat: 'v2', reason: 'enough' }));
  assert.equal(ended.result.body, '#"#undefined"');
  for (const id of [pending, k.invoke('alice', 'actor', 'get', ['x'])]) {
    const lost = await k.outcome(id);
    assert.deepEqual([lost.state, lost.result.body], ['rejected', '#{"#error":"vat terminated","name":"Error"}']);
  }
  const reason = await k.outcome(done);
  assert.deepEqual([reason.state, reason.result.body], ['rejected', '#{"#error":"enough","name":"Error"}']);
  let runs = 0;
  while (k.kernel.state.rows.has('v.a2') && runs < 100) {
    await k.run();
    runs += 1;
  }
  assert.ok(runs > 2, 'the budget spreads the cleanup over several runs');
  await assertNothingNames(k, 'a2', 'v2');
  assert.ok(!k.kernel.warehouse.online.includes('v2' as never));
  const late = await k.outcome(k.invoke('alice', 'actor.admin', 'done'));
  assert.equal(late.result.body, '#{"#error":"enough","name":"Error"}');
  assert.equal((await k.outcome(k.invoke('alice', 'counter', 'increment'))).result.body, '#"+2"');
});

/** No key has the vat in it, and no value is its id, except the data of its admin facet, which somebody still names. */
async function assertNothingNames(k: TestKernel, ordinal: string, vat: string): Promise<void> {
  const { rows } = k.kernel.state;
  for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
    if (letter === 'v') continue;
    for (const [key, text] of rows.below(letter)) {
      if (key.startsWith('os.')) continue;
      if (/^(?:c|g|qp)\./.test(key)) assert.notEqual(key.split('.')[1], ordinal, key);
      if (/^(?:oi|ps)\./.test(key)) assert.notEqual(key.split('.')[2], ordinal, key);
      assert.ok(!text.split(' ').includes(vat), `${key}: ${text}`);
    }
  }
  for (const prefix of ['v.', 'vd.', 'vp.', 'vw.']) assert.deepEqual([...rows.below(`${prefix}${ordinal}`)], [], prefix);
  for (const prefix of [`vs.${ordinal}.`, `@t.${ordinal}.`]) assert.deepEqual(await rows.keysOnDisk(prefix, `${prefix.slice(0, -1)}/`, 10), [], prefix);
}
