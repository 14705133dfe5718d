import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

/** Enough to allocate all that the engine gives: at the chain's default the meter ends that first. */
let k: TestKernel;
before(async () => {
  k = await makeTestKernel({ vats: ['misbehaver', 'counter'], params: { computronsPerDelivery: 400_000_000 } });
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
});
after(() => k.shutdown());

let made = 0;
for (const [method, reason] of [
  ['loop', 'Compute meter exceeded'], ['recurse', 'Stack meter exceeded'], ['allocate', 'Allocate meter exceeded'],
] as const) {
  test(`a contract that does ${method} is ended; whoever runs beside it is not`, { timeout: 60_000 }, async () => {
    const name = `bad${(made += 1)}`;
    await k.outcome(k.createVat('mallory', 'misbehaver', name));
    const done = k.invoke('mallory', `${name}.admin`, 'done');
    await k.run();
    const fatal = k.invoke('mallory', name, method);
    const beside = k.invoke('alice', 'counter', 'increment');
    assert.equal((await k.outcome(beside)).result.body, `#"+${made}"`);
    assert.equal((await k.outcome(fatal)).result.body, '#{"#error":"vat terminated","name":"Error"}');
    assert.match((await k.outcome(done)).result.body, new RegExp(reason));
  });
}

test('an error that a contract throws is data for the caller, and the contract lives', async () => {
  await k.outcome(k.createVat('mallory', 'misbehaver', 'alive'));
  for (const method of ['throwNonError', 'throwError', 'giveNested']) {
    const answer = await k.outcome(k.invoke('mallory', 'alive', method, method === 'giveNested' ? [40] : ['oh no']));
    assert.equal(answer.state, 'rejected', `${method}: ${answer.result.body.slice(0, 200)}`);
  }
  assert.equal((await k.outcome(k.invoke('mallory', 'alive', 'manyKeys', [3]))).result.body, '#3');
});

test('an exit settles done(), with its value or as a failure', async () => {
  for (const [method, state] of [['exit', 'fulfilled'], ['exitWithFailure', 'rejected']] as const) {
    await k.outcome(k.createVat('mallory', 'misbehaver', method.toLowerCase()));
    const done = k.invoke('mallory', `${method.toLowerCase()}.admin`, 'done');
    await k.run();
    k.invoke('mallory', method.toLowerCase(), method, ['farewell']);
    const end = await k.outcome(done);
    assert.equal(end.state, state);
    assert.match(end.result.body, /farewell/);
  }
});
