import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isNewName } from '../../kernel/index.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

const kernels: TestKernel[] = [];
after(() => Promise.all(kernels.map(kernel => kernel.shutdown())));

test('an account makes a vat, calls it, and gets the answers', async () => {
  const k = await makeTestKernel({ vats: ['counter'] });
  kernels.push(k);
  const created = await k.outcome(k.createVat('alice', 'counter', 'counter'));
  assert.deepEqual(created, { kind: 'action-settled', action: 1n, state: 'fulfilled', result: { body: '#"$0.Alleged: root"', slots: ['counter'] } });
  const first = await k.outcome(k.invoke('alice', 'counter', 'increment'));
  assert.equal(first.state, 'fulfilled', JSON.stringify(first.result));
});

test('no name is chosen whose parts nobody could use', () => {
  for (const name of ['home', 'from', 'home.x', 'from.x', 'x.1']) assert.ok(!isNewName(name), name);
  for (const name of ['homes', 'fromage', 'at.home']) assert.ok(isNewName(name), name);
});
