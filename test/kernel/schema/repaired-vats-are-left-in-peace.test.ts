/** The repair where vats are contracts in workers of the engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { audit, findLeakedPromises, injectUpgradeEvents, makeXsnapWorkerFactory, migrateKernel, type WorkerFactory } from '../../../kernel/index.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { makeLeakedStore } from '../../../scripts/bench/leaked-store.js';
import { makeTestKernel } from '../../support/kernel.js';

test('no worker is started for the repair, and the vats go on as before', { timeout: 120_000 }, async () => {
  const { backing, snapshots, account } = await makeLeakedStore({ vats: 2, leaked: 40, live: 6 });
  const xsnap = makeXsnapWorkerFactory();
  const started: string[] = [];
  const start: WorkerFactory['start'] = given => {
    started.push(given.vatId);
    return xsnap.start(given);
  };
  const workers: WorkerFactory = { start, shutdown: () => xsnap.shutdown() };
  const k = await makeTestKernel({ vats: ['../../scripts/bench/vats/promises'], backing, snapshots, workers, engine: xsnap.engineId });
  k.continueFrom(1_000n, 1_000n);
  try {
    const { state } = k.kernel;
    assert.equal(findLeakedPromises(state.rows).length, 40);
    migrateKernel(state);
    await k.run();
    beginStep(state);
    assert.deepEqual(injectUpgradeEvents(state), { injected: 40, dropped: 0 });
    closeStep(state, 'inject');
    await k.run();
    assert.deepEqual(findLeakedPromises(state.rows), []);
    assert.deepEqual([...state.rows.below('q.')], []);
    assert.deepEqual(started, [], 'they would ignore what they did not ask for');
    assert.equal([...state.rows.below('p.')].length, 6, 'those that nobody has settled');

    assert.equal((await k.outcome(k.invoke(account, 'holder', 'told'))).result.body, '#40');
    await k.outcome(k.invoke(account, 'holder', 'hold', [slotRef('giver0'), 3]));
    await k.run();
    assert.equal([...state.rows.below('p.')].length, 9);
    assert.deepEqual(audit(state.rows), []);
  } finally {
    await k.shutdown();
  }
});
