/** Deliveries of one round settle in the order planned, each without waiting for those behind it; and one that fails leaves nobody at work. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeCapData } from '../../kernel/capdata.js';
import { stepNumber } from '../../kernel/step.js';
import { makeTestKernel } from '../support/kernel.js';
import { resultOf, scripted, whatOf } from '../support/kernel-scripted.js';

const turnsMax = 10_000;

test('a delivery settles while the one behind it is still at work, never the other way round', async () => {
  const order: string[] = [];
  let steps = (): number => 0;
  /** Waits until the round's first crank has settled; gives up after so many turns. */
  const waitForStep = async (): Promise<void> => {
    const before = steps();
    for (let turn = 0; turn < turnsMax && steps() === before; turn += 1) await setImmediate();
  };
  const worker = scripted(async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    const what = whatOf(delivery);
    if (what === 'wait') await waitForStep();
    order.push(`${what} at step ${steps()}`);
    await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(what)]]]);
  });
  const k = await makeTestKernel({ scripts: { worker } });
  for (const name of ['a', 'b']) k.createVat('alice', 'worker', name);
  await k.run();
  steps = () => stepNumber(k.kernel.state.rows);
  const inOrder = [k.invoke('alice', 'a', 'quick'), k.invoke('alice', 'b', 'wait')];
  await k.run();
  const [quick, late] = order.map(line => Number(line.split(' ').at(-1)));
  assert.equal(late, (quick as number) + 1, order.join(', '));
  for (const id of inOrder) assert.equal((await k.outcome(id)).state, 'fulfilled');
  order.length = 0;
  k.invoke('alice', 'a', 'wait');
  k.invoke('alice', 'b', 'quick');
  await k.run();
  const [first, second] = order.map(line => Number(line.split(' ').at(-1)));
  assert.equal(second, first, `what is behind waits for what is before it: ${order.join(', ')}`);
  await k.shutdown();
});

test('when a delivery fails for a reason of the host, the run ends once nobody is at work', async () => {
  let atWork = 0;
  const worker = scripted(async delivery => {
    if (delivery[0] !== 'message') return;
    if (whatOf(delivery) === 'break') throw new Error('a disk that is full');
    atWork += 1;
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    atWork -= 1;
  });
  const k = await makeTestKernel({ scripts: { worker } });
  for (const name of ['a', 'b']) k.createVat('alice', 'worker', name);
  await k.run();
  k.invoke('alice', 'a', 'break');
  k.invoke('alice', 'b', 'toil');
  await assert.rejects(k.run(), /a disk that is full/);
  assert.equal(atWork, 0);
  await k.shutdown();
});
