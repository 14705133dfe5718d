import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityHash, EngineMissing, ReplayMismatch, WorkerLost } from '../../kernel/index.js';
import { encodeCapData } from '../../kernel/capdata.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';
import { makeScriptedWorkers, resultOf, scripted, type ScriptedVat } from '../support/kernel-scripted.js';

/** Counts in its heap; `at` tells it apart when it is made again. */
function counter(step: () => number, computrons = 1000): ScriptedVat {
  let count = 0;
  return {
    async deliver(delivery, syscall) {
      if (delivery[0] === 'message') {
        count += step();
        await syscall(['vatstoreSet', 'count', String(count)]);
        await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(count)]]]);
      }
      return { computrons };
    },
  };
}

async function countTo(k: TestKernel, times: number): Promise<string> {
  let last = '';
  for (let at = 0; at < times; at += 1) last = (await k.outcome(k.invoke('alice', 'vat', 'go'))).result.body;
  return last;
}

test('a worker that is lost is made again, and does the same delivery', async () => {
  let left = 0;
  const workers = makeScriptedWorkers(() => counter(() => 1), { dies: () => (left -= 1) === 0 });
  const options = { scripts: { vat: scripted(() => undefined) }, workers };
  const k = await makeTestKernel(options);
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await countTo(k, 3);
  left = 2; // before the delivery not, after it yes
  assert.equal(await countTo(k, 1), '#4');
  assert.equal(workers.started, 2);
  left = 1;
  assert.equal(await countTo(k, 1), '#5');
});

test('a worker that cannot be kept alive stops the node and says so', async () => {
  let dying = false;
  const workers = makeScriptedWorkers(() => counter(() => 1), { dies: () => dying });
  const k = await makeTestKernel({ scripts: { vat: scripted(() => undefined) }, workers });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  dying = true;
  k.invoke('alice', 'vat', 'go');
  await assert.rejects(k.run(), WorkerLost);
});

for (const [what, changed, names] of [
  ['another syscall', (): ScriptedVat => counter(() => 2), { delivery: 2, syscall: 0, recorded: ['vatstoreSet', 'count', '1'], replayed: ['vatstoreSet', 'count', '2'] }],
  ['another number of computrons', (): ScriptedVat => counter(() => 1, 1001), { delivery: 1, syscall: undefined }],
  ['a syscall less', (): ScriptedVat => scripted(() => undefined)(), { delivery: 2, syscall: 0, replayed: undefined }],
] as const) {
  test(`a worker that replays with ${what} stops the node; the report has both sides`, async () => {
    let make = (): ScriptedVat => counter(() => 1);
    const k = await makeTestKernel({ scripts: { vat: () => make() } });
    await k.outcome(k.createVat('alice', 'vat', 'vat'));
    await countTo(k, 2);
    make = changed;
    const again = await k.reopen();
    const before = activityHash(again.kernel.state.rows);
    again.invoke('alice', 'vat', 'go');
    await assert.rejects(again.run(), error => {
      assert.ok(error instanceof ReplayMismatch);
      assert.deepEqual({ delivery: error.delivery, syscall: error.syscall }, { delivery: names.delivery, syscall: names.syscall });
      if ('recorded' in names) assert.deepEqual(error.recorded, names.recorded);
      if ('replayed' in names) assert.deepEqual(error.replayed, names.replayed);
      assert.match(error.message, /^v1 does not replay: delivery \d/);
      return true;
    });
    await again.kernel.dropRun();
    assert.equal(activityHash(again.kernel.state.rows), before);
  });
}

test('a vat of another engine is not replayed: the error names both', async () => {
  const first = await makeTestKernel({ scripts: { vat: () => counter(() => 1) } });
  await first.outcome(first.createVat('alice', 'vat', 'vat'));
  await first.shutdown();
  const other = await makeTestKernel({ scripts: { vat: () => counter(() => 1) }, workers: makeScriptedWorkers(() => counter(() => 1)), backing: first.backing });
  await assert.rejects(other.kernel.preload(), error => {
    assert.ok(error instanceof EngineMissing);
    assert.equal(error.message, 'v1 runs on engine scripted, but this release has given: start the release that the chain last ran with, or upgrade the vat there first');
    return true;
  });
});
