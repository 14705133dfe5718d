/** The block of an upgrade, in process: the release before it executes nothing, the next one migrates and runs nothing else. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { actionState } from '../../../app/client/index.js';
import { UpgradeNeeded, WrongRelease } from '../../../app/host/upgrade.js';
import type { Upgrade } from '../../../app/upgrade-handlers.js';
import { utf8Bytes } from '../../../chain/index.js';
import type { StepKind } from '../../../kernel/index.js';
import { actionIdsOf, invoke, openTestApp, startTestApp, type TestApp } from '../host/support.js';

const planHeight = 5n;
const plan = { name: 'two', height: String(planHeight), info: '{"binaries":{}}' };
const moreState = { upgrade: { plan } };
const two: Upgrade = {};

type Old = { readonly data: string; readonly waiting: bigint };

/** Data at height 4: an action waits, and the plan is for 5. */
async function beforeUpgrade(t: TestContext): Promise<Old> {
  const app = await startTestApp({ moreState });
  const data = mkdtempSync(join(tmpdir(), 'windlass-upgrade-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const [ann] = app.people;
  assert.ok(ann);
  for (let height = 1n; height < planHeight - 1n; height += 1n) await app.block();
  const { txResults } = await app.block([await ann.sign([invoke(ann, 'home.timer', 'now')])]);
  const waiting = txResults.flatMap(actionIdsOf)[0] as bigint;
  await assert.rejects(app.finalize(), error => error instanceof UpgradeNeeded && error.message === `UPGRADE "two" NEEDED at height: 5: ${plan.info}`);
  assert.equal(app.app.height, 4n);
  await app.close();
  cpSync(app.data, data, { recursive: true });
  rmSync(app.data, { recursive: true, force: true });
  return { data, waiting };
}

async function withApp(options: Parameters<typeof openTestApp>[0], work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await openTestApp(options);
  try {
    await work(app);
  } finally {
    await app.end();
  }
}

test('the next release executes the block: a migrate step and no run; then actions go on', async t => {
  const { data, waiting } = await beforeUpgrade(t);
  const steps: StepKind[] = [];
  const open = { dataFrom: data, upgrades: new Map([['two', two]]), onStep: ({ kind }: { kind: StepKind }) => void steps.push(kind) };
  await withApp(open, async app => {
    assert.deepEqual(steps, [], 'no run before the block');
    const first = await app.finalize();
    assert.deepEqual(steps, ['migrate']);
    const again = await app.finalize();
    assert.deepEqual(again.appHash, first.appHash, 'the same block again');
    assert.deepEqual(steps, ['migrate']);
    await app.app.application.commit();
    assert.equal((await app.action(waiting))?.state, actionState.queued);
    await app.block();
    assert.deepEqual(steps.slice(0, 3), ['migrate', 'inject', 'intake']);
    assert.equal((await app.action(waiting))?.state, actionState.fulfilled);
    await withApp({ ...open, onStep: () => undefined }, async other => {
      assert.deepEqual((await other.block()).appHash, first.appHash, 'another node');
    });
  });
});

test('stores and changes of the app state come with the block', async t => {
  const { data } = await beforeUpgrade(t);
  const upgrade: Upgrade = { addsStores: ['extra'], migrate: ctx => { ctx.store('extra').set(utf8Bytes('greeting'), utf8Bytes('hello')); } };
  await withApp({ dataFrom: data, upgrades: new Map([['two', upgrade]]) }, async app => {
    await app.block();
    const { value } = await app.query('/store/extra/key', utf8Bytes('greeting'));
    assert.equal(Buffer.from(value).toString(), 'hello');
    await app.block();
    const applied = await app.query('/cosmos.upgrade.v1beta1.Query/AppliedPlan', Uint8Array.of(0x0a, 3, 0x74, 0x77, 0x6f));
    assert.deepEqual([...applied.value], [8, 5]);
    await app.close();
    const old = openTestApp({ dataFrom: app.data });
    await assert.rejects(old, error => error instanceof WrongRelease && error.message === 'wrong app version 0, upgrade handler is missing for two upgrade plan' && /upgraded to "two" at height 5: run the release/.test(error.advice));
    const half = openTestApp({ dataFrom: app.data, upgrades: new Map([['two', two]]) });
    await assert.rejects(half, error => error instanceof WrongRelease && /stores extra, which this release does not know/.test(error.message));
  });
});

test('a release with another set of stores is refused before and after', async t => {
  const { data } = await beforeUpgrade(t);
  const other = new Map<string, Upgrade>([['two', two], ['elsewhere', { addsStores: ['extra'] }]]);
  await assert.rejects(openTestApp({ dataFrom: data, upgrades: other }), error => error instanceof WrongRelease && /has the stores extra, which the chain does not have/.test(error.message));
  await withApp({ dataFrom: data }, async app => {
    assert.equal(app.app.upgradeNeeded?.plan.name, 'two');
    assert.equal(app.app.height, 4n);
  });
});

test('the next release before its height stops, at the start and in a block', async t => {
  const upgrades = new Map([['two', two]]);
  const text = 'BINARY UPDATED BEFORE TRIGGER! UPGRADE "two" - in binary but not executed on chain. Downgrade your binary';
  const app = await startTestApp({ moreState, upgrades });
  t.after(() => app.end());
  await assert.rejects(app.finalize(), error => error instanceof WrongRelease && error.message === text);
  await withApp({}, async old => {
    assert.equal(old.app.height, 0n);
  });
  const older = await startTestApp({ moreState });
  t.after(() => older.end());
  await older.block();
  await older.close();
  await assert.rejects(openTestApp({ dataFrom: older.data, upgrades }), error => error instanceof WrongRelease && error.message === text && /for height 5: until then/.test(error.advice));
});

test('a plan is skipped where the operator says so, and the run goes on as ever', async t => {
  const { data, waiting } = await beforeUpgrade(t);
  await withApp({ dataFrom: data, skipUpgradeHeights: new Set([planHeight]) }, async app => {
    await app.block();
    assert.equal((await app.action(waiting))?.state, actionState.fulfilled, 'the run was not held');
    const { value } = await app.query('/cosmos.upgrade.v1beta1.Query/CurrentPlan', new Uint8Array(0));
    assert.equal(value.length, 0);
    await app.block();
  });
});
