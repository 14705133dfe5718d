/** `windlass rollback`: what it undoes, what it refuses, and that CometBFT goes back once. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { rollBackHome, type RollbackReport } from '../../../app/rollback.js';
import { RollbackRefused } from '../../../app/rollback-rows.js';
import type { Upgrades } from '../../../app/upgrade-handlers.js';
import { appProtoFolder } from '../../../app/client/codecs.js';
import { chainProtoFolder } from '../../../chain/index.js';
import { silentLog } from '../../support/chain-app.js';
import { callRpc, runCli, startTestNode } from '../../support/node.js';
import { openTestApp, type TestApp, type TestAppOptions } from '../host/support.js';

async function hashesOf(url: string, upTo: bigint): Promise<string[]> {
  const heights = Array.from({ length: Number(upTo) }, (_, index) => String(index + 1));
  return Promise.all(heights.map(async height => ((await callRpc(url, 'block', { height })) as { block: { header: { app_hash: string } } }).block.header.app_hash));
}

test('the command takes a stopped node back; it executes the same blocks again and goes on', { timeout: 240_000 }, async t => {
  const node = await startTestNode();
  t.after(() => node.dispose());
  await node.waitForHeight(6n);
  const cli = (to: string) => runCli(['rollback', '--to', to, '--home', node.home, '--output', 'json']);
  assert.match((await cli('3')).stderr, /Stop the node first/);
  const before = await hashesOf(node.rpcUrl, 6n);
  await node.stop();

  for (const [to, code, reason] of [['0', 2, /no height/], ['x', 2, /no height/], ['99999', 1, /there is no block 99999/]] as const) {
    const refused = await cli(to);
    assert.deepEqual([refused.code, reason.test(refused.stderr)], [code, true], refused.stderr);
  }
  const back = await cli('3');
  assert.equal(back.code, 0, back.stderr);
  const report = JSON.parse(back.stdout) as { from: string; to: string; blocks: number; cometbft: unknown };
  assert.deepEqual([report.to, report.blocks, report.cometbft], ['3', Number(report.from) - 3, null]);
  const again = JSON.parse((await cli('3')).stdout) as { blocks: number };
  assert.equal(again.blocks, 0, 'once more changes nothing');

  const next = await startTestNode({ home: node.home });
  t.after(() => next.dispose());
  await next.waitForHeight(BigInt(report.from) + 2n);
  assert.deepEqual(await hashesOf(next.rpcUrl, 6n), before);
  assert.deepEqual(JSON.parse((await runCli(['forensics', 'ls', '--home', node.home, '--output', 'json'])).stdout), { incidents: [] });
});

type Home = { readonly app: TestApp; readonly home: string; back(target: bigint, upgrades?: Upgrades): Promise<RollbackReport>; readonly engineCalls: () => number };

/** An application in a home of its own, closed after some blocks. */
async function stoppedHome(t: TestContext, blocks: number, options: TestAppOptions = {}): Promise<Home> {
  const app = await openTestApp(options);
  const home = mkdtempSync(join(tmpdir(), 'windlass-back-'));
  t.after(() => {
    for (const folder of [app.data, home]) rmSync(folder, { recursive: true, force: true });
  });
  symlinkSync(app.data, join(home, 'data'));
  if (options.dataFrom === undefined) await app.initChain();
  for (let made = 0; made < blocks; made += 1) await app.block();
  await app.close();
  let calls = 0;
  const rollBackEngine = (): Promise<string> => {
    calls += 1;
    return Promise.resolve('Rolled back');
  };
  return {
    app, home, engineCalls: () => calls,
    back: (target, upgrades = new Map()) => rollBackHome({ home, target, upgrades, protoFolders: [chainProtoFolder, appProtoFolder], withComet: true, log: silentLog, rollBackEngine }),
  };
}

test('CometBFT is taken back once, and only if blocks are undone; exports of undone blocks go', { timeout: 120_000 }, async t => {
  const { back, engineCalls, home } = await stoppedHome(t, 6, { undoBlocks: 3n });
  const refused = (target: bigint) => assert.rejects(back(target), RollbackRefused);
  await refused(7n);
  await back(6n);
  assert.equal(engineCalls(), 0);
  for (const height of ['4', '6']) {
    mkdirSync(join(home, 'data', 'snapshots', height), { recursive: true });
    writeFileSync(join(home, 'data', 'snapshots', height, 'snapshot.json'), JSON.stringify({ format: 1, height, appHash: '', chunkBytes: 1, chunks: [], heaps: {} }));
  }
  const report = await back(4n);
  assert.deepEqual([report.from, report.to, report.blocks, report.comet, engineCalls()], [6n, 4n, 2, 'Rolled back', 1]);
  assert.deepEqual(report.exportsRemoved, [6n]);
});

test('an application that was taken back below its undo records is refused, with nothing changed', { timeout: 120_000 }, async t => {
  const app = await openTestApp({ undoBlocks: 2n });
  await app.initChain();
  await app.app.application.processProposal({} as never); // consensus is live: each block confirms the one before
  for (let made = 0; made < 12; made += 1) await app.block();
  await app.close();
  const home = mkdtempSync(join(tmpdir(), 'windlass-back-'));
  t.after(() => {
    for (const folder of [app.data, home]) rmSync(folder, { recursive: true, force: true });
  });
  symlinkSync(app.data, join(home, 'data'));
  const options = { home, upgrades: new Map(), protoFolders: [chainProtoFolder, appProtoFolder], withComet: false, log: silentLog };
  await assert.rejects(rollBackHome({ ...options, target: 3n }), /undo records begin at block/);
  assert.equal((await rollBackHome({ ...options, target: 11n })).blocks, 1);
});

test('blocks before an upgrade are for the release before: that one goes back, this one is refused', { timeout: 120_000 }, async t => {
  const upgrades: Upgrades = new Map([['two', {}]]);
  const older = await stoppedHome(t, 2, { moreState: { upgrade: { plan: { name: 'two', height: '3', info: '' } } } });
  const { back, engineCalls } = await stoppedHome(t, 3, { upgrades, dataFrom: older.app.data });
  await assert.rejects(back(2n, upgrades), (error: Error) => error instanceof RollbackRefused && /block 3 is the upgrade "two".*the release that the chain began with/.test(error.message));
  assert.equal(engineCalls(), 0);
  assert.equal((await back(4n, upgrades)).blocks, 1);
  assert.equal((await back(2n)).blocks, 2, 'the release without that upgrade');
});

test('a home without a store is not given one', async t => {
  const home = mkdtempSync(join(tmpdir(), 'windlass-back-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const { code, stderr } = await runCli(['rollback', '--to', '3', '--home', home]);
  assert.equal(code, 1);
  assert.match(stderr, /no node has run there/);
  assert.ok(!existsSync(join(home, 'data')));
});
