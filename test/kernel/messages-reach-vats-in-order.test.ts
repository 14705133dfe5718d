import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

let k: TestKernel;
before(async () => {
  k = await makeTestKernel({ vats: ['kernel/actor', 'counter', 'misbehaver', 'promiser'] });
  await k.outcome(k.createVat('alice', 'kernel/actor', 'far'));
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  await k.outcome(k.createVat('alice', 'misbehaver', 'misbehaver'));
  await k.outcome(k.createVat('alice', 'promiser', 'promiser'));
  await k.outcome(k.createVat('alice', 'kernel/actor', 'near', { far: slotRef('far'), counter: slotRef('counter'), misbehaver: slotRef('misbehaver'), promiser: slotRef('promiser') }));
});
after(() => k.shutdown());

test('messages to promises of another vat follow them to the object', async () => {
  const answer = await k.outcome(k.invoke('alice', 'near', 'pipeline', ['far', 'say']));
  assert.deepEqual([answer.state, answer.result.body], ['fulfilled', '#"1.2"']);
});

test('a message to a promise that is fulfilled to data is rejected in words', async () => {
  const answer = await k.outcome(k.invoke('alice', 'near', 'pipeline', ['counter', 'say']));
  assert.equal(answer.state, 'rejected');
  const lost = await k.outcome(k.invoke('alice', 'near', 'call', ['misbehaver', 'throwError', 'no such luck']));
  assert.match(lost.result.body, /^#\{"#error":"no such luck"/);
});

test('messages to one vat arrive in the order in which they were sent', async () => {
  const answer = await k.outcome(k.invoke('alice', 'near', 'order', ['counter', 'increment']));
  assert.equal(answer.result.body, '#[["+1","+1"],["+2","+3"],["+3","+6"]]');
});

test('a promise that is passed on settles for whoever holds it', async () => {
  await k.outcome(k.invoke('alice', 'near', 'keep', ['x', 1n]));
  const waiting = k.invoke('alice', 'near', 'call', ['promiser', 'give', 'later']);
  await k.run();
  assert.equal(k.outcomes.get(waiting), undefined);
  await k.outcome(k.invoke('alice', 'promiser', 'resolve', ['later', 'now']));
  assert.equal((await k.outcome(waiting)).result.body, '#"now"');
});

test('a remotable of a result is filed under its name, further ones below it', async () => {
  const one = await k.outcome(k.invoke('alice', 'far', 'deeper', [7], 'deep'));
  assert.deepEqual(one.result, { body: '#"$0.Alleged: depth 7"', slots: ['deep'] });
  assert.equal((await k.outcome(k.invoke('alice', 'deep', 'deeper', [8], 'deeper'))).state, 'fulfilled');
  assert.equal((await k.outcome(k.invoke('alice', 'deeper', 'say'))).result.body, '#"7.8"');
});
