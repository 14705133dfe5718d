import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { audit, readVat, type VatId } from '../../kernel/index.js';
import { makeTestKernel, type Outcome, type TestKernel } from '../support/kernel.js';

const kernels: TestKernel[] = [];
after(() => Promise.all(kernels.map(kernel => kernel.shutdown())));

const upgrade = (k: TestKernel, bundle: string): Promise<Outcome> =>
  k.outcome(k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: k.bundleId(bundle), parameters: { body: '#{}', slots: [] }, upgradeMessage: '!newer' }));

test('an upgraded vat keeps its baggage and its name; promises of the old incarnation are rejected', async () => {
  const k = await makeTestKernel({ vats: ['counter', 'promiser'] });
  kernels.push(k);
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  await k.outcome(k.invoke('alice', 'counter', 'increment', [41n]));
  assert.equal((await upgrade(k, 'counter')).result.body, '#{"incarnationNumber":1}');
  assert.equal((await k.outcome(k.invoke('alice', 'counter', 'increment'))).result.body, '#"+42"');
  assert.equal(readVat(k.kernel.state.rows, 'v1' as VatId)?.incarnation, 1);
});

test('ten incarnations later a vat has its baggage, its name, and no row more', async () => {
  const k = await makeTestKernel({ vats: ['counter'] });
  kernels.push(k);
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  let rows = 0;
  for (let incarnation = 1; incarnation <= 10; incarnation += 1) {
    await k.outcome(k.invoke('alice', 'counter', 'increment', [1n]));
    assert.equal((await upgrade(k, 'counter')).result.body, `#{"incarnationNumber":${incarnation}}`);
    await k.run();
    const now = rowsOf(k).length;
    if (incarnation > 1) assert.equal(now, rows, `incarnation ${incarnation}`);
    rows = now;
  }
  assert.equal((await k.outcome(k.invoke('alice', 'counter', 'read'))).result.body, '#"+10"');
});

test('who waits for an upgraded vat learns of it, and no entry is left behind', async () => {
  const k = await makeTestKernel({ vats: ['promiser', 'echo'] });
  kernels.push(k);
  await k.outcome(k.createVat('alice', 'promiser', 'promiser'));
  const pending = k.invoke('alice', 'promiser', 'give', ['answer']);
  await k.run();
  assert.equal(k.outcomes.get(pending), undefined);
  await upgrade(k, 'promiser');
  const lost = await k.outcome(pending);
  assert.deepEqual([lost.state, lost.result.body], ['rejected', '#{"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"!!newer"}']);
  assert.deepEqual([...k.kernel.state.rows.below('c.a1.k.p')], []);
});

test('an upgrade that fails changes nothing but its outcome and what it cost', async () => {
  const k = await makeTestKernel({ vats: ['counter', 'fails-to-start', 'echo'] });
  kernels.push(k);
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  await k.outcome(k.invoke('alice', 'counter', 'increment', [5n]));
  await k.outcome(k.invoke('alice', 'home.timer', 'now', [slotRef('counter')]));
  await k.run();
  const before = rowsOf(k);
  const failed = await upgrade(k, 'fails-to-start');
  assert.equal(failed.state, 'rejected');
  assert.match(failed.result.body, /^#\{"#error":"vat-upgrade failure: /);
  assert.deepEqual(rowsOf(k), before);
  assert.equal((await k.outcome(k.invoke('alice', 'counter', 'increment'))).result.body, '#"+6"');
  assert.deepEqual(audit(k.kernel.state.rows), []);
});

/** Every row but the counters, the history's hash, and what the vat has spent. */
function rowsOf(k: TestKernel): readonly (readonly [string, string])[] {
  const all = ['o', 'p', 'c', 'v', 'n', 'd', 'g', 'r', 'q'].flatMap(letter => [...k.kernel.state.rows.below(letter)]);
  return all.filter(([key]) => !key.startsWith('next.')).map(([key, text]) => [key, text.replace(/"used":"\d+"/, '').replace(/"era":\d+/, '')]);
}
