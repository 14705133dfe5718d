/** Real contracts that record as much as they can, each in its way; a neighbour waits beside them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { readVat, type VatId } from '../../../kernel/index.js';
import { makeTestKernel } from '../../support/kernel.js';

const k = await makeTestKernel({ vats: ['recorder', 'counter'], params: { computronsPerRun: 10_000_000_000n, computronsPerDelivery: 2_000_000_000 } });
after(() => k.shutdown());
await k.outcome(k.createVat('bob', 'counter', 'counter'));

for (const [index, [how, args]] of [
  ['sendMuch', [slotRef('home.timer'), 40, 1_000_000]],
  ['storeMuch', [40, 1_000_000]],
  ['readMuch', []],
].entries() as ArrayIterator<[number, [string, (number | ReturnType<typeof slotRef>)[]]]>) {
  test(`${how}: the contract is ended at the bound, and nothing of that delivery is left`, { timeout: 120_000 }, async () => {
    const vat = `v${index + 2}` as VatId;
    await k.outcome(k.createVat('mallory', 'recorder', `recorder${index}`));
    if (how === 'readMuch') for (let part = 0; part < 5; part += 1) await k.outcome(k.invoke('mallory', `recorder${index}`, 'fill', [part * 8, 8, 1_000_000]));
    const done = k.invoke('mallory', `recorder${index}.admin`, 'done');
    const counted = k.invoke('bob', 'counter', 'increment');
    const outcome = await k.outcome(k.invoke('mallory', `recorder${index}`, how, args));
    assert.equal(outcome.result.body, '#{"#error":"vat terminated","name":"Error"}');
    assert.match((await k.outcome(done)).result.body, /too many bytes of syscalls in one delivery/);
    assert.equal((await k.outcome(counted)).state, 'fulfilled');
    assert.notEqual(readVat(k.kernel.state.rows, vat)?.life, 'running');
    assert.deepEqual([...k.kernel.state.rows.below('q.')], []);
  });
}
