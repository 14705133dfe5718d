/** After an upgrade: what stood in the run-queue first, over several runs; then the upgrade's events; then what waited outside (design 4). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../kernel/capdata.js';
import { crankBase } from '../../kernel/crank.js';
import { findLeakedPromises, type KernelRun } from '../../kernel/index.js';
import { beginStep, closeStep } from '../../kernel/step.js';
import { keys } from '../../kernel/store/keys.js';
import { makeTestKernel } from '../support/kernel.js';
import { commit, deliveriesTo, makeWorld, ownMessages, small, untilDrained, upgrade, worker, workMax } from '../support/leftover-work.js';

const kindsOf = (runs: readonly KernelRun[]): string[] => runs.flatMap(({ steps }) => steps.map(({ kind }) => kind)).filter(kind => kind !== 'cleanup');
const works = Array<string>(workMax).fill('work');

test('leftover work is done over several runs, then the events, and only then an action and a timer come in', async () => {
  const world = await makeWorld({ withTimer: true });
  const { k, vats } = world;
  k.setTime(2_000n); // the timer is due long since
  upgrade(world);
  const action = k.invoke('alice', 'a', 'after-all');
  const runs = await untilDrained(k);
  assert.ok(runs.length > workMax, `${runs.length} runs for a small budget`);
  const kinds = kindsOf(runs);
  const injected = kinds.indexOf('inject');
  assert.ok(kinds.slice(0, injected).filter(kind => kind === 'crank').length >= 2 * workMax, kinds.join(' '));
  assert.equal(kinds.filter(kind => kind === 'inject').length, 2, kinds.join(' '));
  const firstIntake = kinds.findIndex(kind => kind === 'intake' || kind === 'timer');
  assert.ok(firstIntake === -1 || firstIntake > kinds.lastIndexOf('inject'), kinds.join(' '));
  assert.equal((await k.outcome(action)).state, 'fulfilled');
  assert.deepEqual(await deliveriesTo(k, vats[0]), ['fan-out', ...works, 'notify', 'after-all']);
  assert.deepEqual(await deliveriesTo(k, vats[1]), ['fan-out', ...works, 'notify']);
  await k.shutdown();
});

test('a node that ends anywhere between the migration and the last event comes to the same history', async () => {
  const story = async (reopens: boolean): Promise<string> => {
    const world = await makeWorld();
    let { k } = world;
    upgrade(world);
    for (let left = 60; k.kernel.state.rows.has(keys.drain); left -= 1) {
      assert.ok(left > 0);
      if (reopens) {
        await k.kernel.run({ highPriority: [], actions: [], newBundles: [], now: 1_000n, params: { ...k.kernel.state.params } }); // not committed
        k = await k.reopen();
      }
      await k.run();
    }
    const activity = k.kernel.state.rows.get(keys.activity) as string;
    assert.deepEqual(await deliveriesTo(k, world.vats[0]), ['fan-out', ...works, 'notify']);
    await k.shutdown();
    return activity;
  };
  assert.equal(await story(true), await story(false));
});

test('many events come in portions', async () => {
  const world = await makeWorld({ audited: false, params: { ...small, computronsPerRun: 3n * crankBase } });
  const { k } = world;
  upgrade(world, 1200);
  const kinds = kindsOf(await untilDrained(k));
  assert.equal(kinds.filter(kind => kind === 'inject').length, 4, '1000, 1000, 400, and the end');
  assert.equal([...k.kernel.state.rows.below(keys.allUpgradeEvents)].length, 0);
  assert.deepEqual(findLeakedPromises(k.kernel.state.rows), []);
  await k.shutdown();
});

test('work of a paused vat is not waited for', async () => {
  const world = await makeWorld();
  const { k, vats } = world;
  const { state } = k.kernel;
  beginStep(state);
  const record = JSON.parse(state.rows.get(keys.vat(vats[1])) as string) as object;
  for (const [key, text] of [...state.rows.below(keys.allRunQueue)]) {
    if (!text.includes(state.rows.get(keys.clistVref(vats[1], 'o+0')) as string)) continue;
    state.rows.delete(key);
    state.rows.set(keys.pausedItem(vats[1], Number(key.slice(3)) || 1), text);
  }
  state.rows.set(keys.vat(vats[1]), JSON.stringify({ ...record, life: 'paused' }));
  closeStep(state, 'genesis');
  upgrade(world);
  const kinds = kindsOf(await untilDrained(k));
  assert.equal(kinds.filter(kind => kind === 'crank').length, workMax + 1);
  await k.shutdown();
});

test('an upgrade without work or events lets everything in at once', async () => {
  const k = await makeTestKernel({ scripts: { worker } });
  await k.outcome(k.createVat('alice', 'worker', 'a'));
  k.kernel.migrate();
  commit(k);
  const action = k.invoke('alice', 'a', 'hello');
  const run = await k.run();
  assert.deepEqual(run.steps.map(({ kind }) => kind).slice(0, 2), ['inject', 'intake']);
  assert.equal(k.outcomes.get(action)?.state, 'fulfilled');
  await k.shutdown();
});

test('what governance decides is obeyed at once in the drain; what it does as an account waits with the others, and then comes first', async () => {
  const world = await makeWorld();
  const { k, vats } = world;
  upgrade(world);
  const own = k.invoke('alice', 'a', 'of-alice');
  const voted = k.queueFirst({ kind: 'invoke', sender: 'alice', target: 'a', method: 'voted', args: encodeCapData([]), saveAs: '', funds: [] });
  const held = k.command({ kind: 'hold', vat: vats[1] });
  const first = await k.run();
  assert.equal(first.steps[0]?.kind, 'intake');
  assert.equal(k.outcomes.get(held)?.state, 'fulfilled');
  assert.ok(k.kernel.state.rows.has(keys.drain), 'the drain goes on');
  assert.ok(ownMessages(k) < workMax, 'what waits for the held vat is not waited for');

  const ended = k.command({ kind: 'terminate', vat: vats[1], reason: 'it was voted' });
  const second = await k.run();
  assert.deepEqual([k.outcomes.get(ended)?.state, k.kernel.state.rows.has(keys.drain)], ['fulfilled', true]);
  const later = await untilDrained(k);
  const kinds = kindsOf([first, second, ...later]);
  assert.deepEqual(kinds.slice(0, kinds.lastIndexOf('inject')).filter(kind => kind === 'intake').length, 2, `the two commands alone: ${kinds.join(' ')}`);
  for (const action of [own, voted]) assert.equal((await k.outcome(action)).state, 'fulfilled');
  assert.deepEqual(await deliveriesTo(k, vats[0]), ['fan-out', ...works, 'notify', 'voted', 'of-alice']);
  await k.shutdown();
});
