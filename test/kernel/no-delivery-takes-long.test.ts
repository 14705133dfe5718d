/** What computes without end is ended by its meter within seconds, in whatever builtin it spends its time: every validator waits for it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

/** A third of the chain's default, and so a third of the time. */
const computronsPerDelivery = 33_000_000;
/** Some seconds where nothing else runs; the rest is for a busy machine. */
const boundMs = 30_000;

let k: TestKernel;
before(async () => {
  k = await makeTestKernel({ vats: ['misbehaver'], params: { computronsPerDelivery }, audited: false });
});
after(() => k.shutdown());

for (const method of ['loop', 'loopInTurns', 'concatenate', 'fillMap', 'name', 'keepPromises', 'keepFar', 'multiply', 'measure']) {
  test(`${method} ends within seconds`, { timeout: 4 * boundMs }, async () => {
    const name = method.toLowerCase();
    await k.outcome(k.createVat('mallory', 'misbehaver', name));
    const done = k.invoke('mallory', `${name}.admin`, 'done');
    await k.run();
    const before = performance.now();
    assert.equal((await k.outcome(k.invoke('mallory', name, method))).result.body, '#{"#error":"vat terminated","name":"Error"}');
    const took = performance.now() - before;
    assert.ok(took < boundMs, `${Math.round(took)} ms`);
    assert.match((await k.outcome(done)).result.body, /(Compute|Stack|Allocate) meter exceeded/);
  });
}
