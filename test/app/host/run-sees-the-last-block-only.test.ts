import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionState } from '../../../app/client/index.js';
import { actionIdsOf, invoke, startTestApp, type TestApp } from './support.js';
import type { ExecTxResult } from '../../../chain/abci/types.js';

async function withApp(work: (app: TestApp) => Promise<void>, options: Parameters<typeof startTestApp>[0] = {}): Promise<void> {
  const app = await startTestApp(options);
  try {
    await work(app);
  } finally {
    await app.end();
  }
}

test('an action of the first block is taken by the run after it, as in every other block', () =>
  withApp(async app => {
    const ann = app.people[0]!;
    const { txResults } = await app.block([await ann.sign([invoke(ann, 'home.timer', 'now')])]);
    const [id] = actionIdsOf(txResults[0] as ExecTxResult) as [bigint];
    assert.equal((await app.action(id))?.state, actionState.queued);
    await app.block();
    const settled = await app.action(id);
    assert.equal(settled?.state, actionState.fulfilled);
    assert.deepEqual(settled?.result, { body: '#"+1700000005"', slots: [] }, 'the time of the first block');
  }));

test('the first block may be given again as another one', () =>
  withApp(async app => {
    const ann = app.people[0]!;
    await app.finalize([await ann.sign([invoke(ann, 'home.timer', 'now')])]);
    ann.sequence = 0;
    const other = [await ann.sign([invoke(ann, 'home.timer', 'delay', { body: '#["+0"]', slots: [] })])];
    const { appHash } = await app.finalize(other);
    await app.app.application.commit();
    await withApp(async fresh => {
      assert.deepEqual((await fresh.block(other)).appHash, appHash);
    });
  }));

test('a block that arrives at once after a commit does not find its own actions in the run', () =>
  withApp(async app => {
    const ann = app.people[0]!;
    await app.block();
    const txs = [await ann.sign([invoke(ann, 'home.timer', 'now')]), await ann.sign([invoke(ann, 'home.timer', 'now')])];
    await app.finalize();
    const { application } = app.app;
    // No turn of the event loop between Commit and FinalizeBlock, as when stored blocks are fed again.
    await application.commit();
    const { txResults } = await application.finalizeBlock(app.request(txs));
    await application.commit();
    for (const id of txResults.flatMap(actionIdsOf)) assert.equal((await app.action(id))?.state, actionState.queued);
  }));

test('a block given twice, with other txs, while its run is under way, merges the same run', () =>
  withApp(async app => {
    const [ann, ben] = [app.people[0]!, app.people[1]!];
    await app.block();
    await app.block([await ann.sign([invoke(ann, 'home.timer', 'now')])]);
    const [first, second] = await Promise.all([ben.sign([invoke(ben, 'home.timer', 'now')]), ann.sign([invoke(ann, 'home.timer', 'now')])]);
    const one = await app.finalize([first]);
    const two = await app.finalize([second]);
    assert.notDeepEqual(one.appHash, two.appHash);
    assert.deepEqual((await app.finalize([first])).appHash, one.appHash);
    await app.app.application.commit();
    assert.equal((await app.action(1n))?.state, actionState.fulfilled);
    assert.equal((await app.action(2n))?.sender, ben.address);
  }));

test('InitChain may be repeated, also after a first block was executed', () =>
  withApp(async app => {
    const ann = app.people[0]!;
    const tx = await ann.sign([invoke(ann, 'home.timer', 'now')]);
    const one = await app.finalize([tx]);
    await app.initChain();
    const two = await app.finalize([tx]);
    assert.deepEqual(two.appHash, one.appHash);
    await app.app.application.commit();
    await app.block();
    assert.equal((await app.action(1n))?.state, actionState.fulfilled);
  }));

test('a chain may begin at any height', () =>
  withApp(
    async app => {
      await app.block();
      assert.equal(app.app.height, 40n);
      await app.block();
      assert.equal(app.app.height, 41n);
    },
    { initialHeight: 40n },
  ));
