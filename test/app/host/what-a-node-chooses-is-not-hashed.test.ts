import assert from 'node:assert/strict';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { confirmedKey, digestStateKey } from '../../../app/commit.js';
import { BundleUnusable } from '../../../app/installed-bundles.js';
import { makeLog } from '../../../app/log.js';
import { databaseKeyOfKernelRow, NodeDatabase, rowValue } from '../../../app/store.js';
import { addressText, moduleAddress } from '../../../chain/index.js';
import { invoke, openTestApp, startTestApp, type TestApp, type TestAppOptions } from './support.js';
import { script } from './puppet.js';
import { makeWorkload } from './workload.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The hashes of 25 blocks of the same txs on a node with these options; reopened after every block if asked. */
async function hashesOf(blocks: readonly (readonly Uint8Array[])[], options: TestAppOptions, reopens = false): Promise<string[]> {
  const folders: string[] = [];
  let app: TestApp = await startTestApp(options);
  folders.push(app.data);
  const hashes: string[] = [];
  try {
    for (const txs of blocks) {
      hashes.push(hex((await app.block(txs)).appHash));
      if (!reopens) continue;
      await app.close();
      app = await openTestApp({ ...options, dataFrom: app.data });
      folders.push(app.data);
    }
    return hashes;
  } finally {
    await app.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}

test('minimum gas prices, vats online, undo, log level, pruning, restarts and the speed of workers change no hash', { timeout: 600_000 }, async () => {
  const kernelState = { params: { cleanup_budget: 3, reap_interval: 4, snapshot_initial: 1, snapshot_interval: 1 } };
  const blocks: Uint8Array[][] = [];
  const first = await startTestApp({ kernelState });
  const hashes: string[] = [];
  try {
    const work = makeWorkload(first, 21);
    for (let block = 0; block < 25; block += 1) {
      blocks.push(await work.txs(6));
      hashes.push(hex((await first.block(blocks.at(-1))).appHash));
    }
  } finally {
    await first.end();
  }
  const log = makeLog('debug', 'json', () => undefined);
  const other = { minGasPrices: [{ denom: 'uwind', amount: '1000000000' }], maxVatsOnline: 1, undoBlocks: 1n, pruning: 1, log };
  assert.deepEqual(await hashesOf(blocks, { kernelState, ...other }), hashes);
  assert.deepEqual(await hashesOf(blocks, { kernelState, yields: 3 }), hashes);
  assert.deepEqual(await hashesOf(blocks, { kernelState, maxVatsOnline: 2 }, true), hashes);
});

test('while a run is half done, blocks, CheckTx and queries see the last block only', { timeout: 120_000 }, async () => {
  const app = await startTestApp({ yields: 200 });
  try {
    const [ann, ben] = [app.people[0]!, app.people[1]!];
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
    await app.act(ann, 'MsgGrantCapability', { sender: ann.address, name: 'p', recipient: ben.address, saveAs: 'p' });
    await app.act(ann, 'MsgInvoke', { sender: ann.address, target: 'home.directory', method: 'publish', args: { body: '#["pub","$0"]', slots: ['p'] }, saveAs: '', funds: [] });
    // Now the run that publishes is under way: it waits for the vat in between.
    await app.act(ann, 'MsgInvoke', { sender: ann.address, target: 'p', method: 'go', args: script([]), saveAs: '', funds: [] });
    const before = await app.status();
    const names = async () => (await app.ask<{ capabilities: { name: string }[] }>('Capabilities', { address: ben.address })).capabilities.map(({ name }) => name);
    const known = await names();
    const tx = await ben.sign([invoke(ben, '@nowhere', 'go')]);
    ben.sequence -= 1;
    const seen = new Set<string>();
    for (let turn = 0; turn < 60; turn += 1) {
      await new Promise(resolve => setImmediate(resolve));
      seen.add((await app.status()).activityHash);
      assert.deepEqual(await names(), known);
      assert.equal((await app.app.application.checkTx({ tx, type: 0 })).code, 2);
    }
    assert.deepEqual([...seen], [before.activityHash]);
  } finally {
    await app.end();
  }
});

test('a node does not start on rows that contradict each other', { timeout: 120_000 }, async () => {
  const app = await startTestApp();
  try {
    for (let block = 0; block < 3; block += 1) await app.block();
    await app.close();
    const change = async (key: string, value: Uint8Array | undefined) => {
      const database = await NodeDatabase.open(join(app.data, 'windlass.db'));
      const old = database.get(key);
      await database.write([{ key, value }]);
      await database.close();
      return old;
    };
    const digest = await change(digestStateKey, undefined);
    await assert.rejects(openTestApp({ dataFrom: app.data }), /kernel digest/);
    await change(digestStateKey, digest);
    const activityKey = databaseKeyOfKernelRow('meta.activity');
    const activity = await change(activityKey, rowValue('00'.repeat(32)));
    await assert.rejects(openTestApp({ dataFrom: app.data }), /kernel rows/);
    await change(activityKey, activity);
    await change(confirmedKey, undefined);
    const again = await openTestApp({ dataFrom: app.data });
    assert.equal(again.app.height, 3n);
    await again.end();
  } finally {
    await app.end();
  }
});

test('a bundle that is missing or damaged on disk is named, and no vat runs on other bytes', { timeout: 120_000 }, async () => {
  const app = await startTestApp();
  try {
    const ann = app.people[0]!;
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
    await app.close();
    const file = join(app.data, 'blobs', app.bundleId);
    writeFileSync(`${file}.new`, 'left by a crash');
    const same = await openTestApp({ dataFrom: app.data });
    await same.end();
    const stopsWith = async (problem: string): Promise<void> => {
      const broken = await openTestApp({ dataFrom: app.data });
      await broken.app.preloaded;
      await assert.rejects(broken.block(), (error: Error) => error instanceof BundleUnusable && error.message.includes(app.bundleId) && error.message.includes(problem));
      await broken.end();
    };
    truncateSync(file, 1000);
    await stopsWith('damaged');
    rmSync(file);
    await stopsWith('missing');
  } finally {
    await app.end();
  }
});

test('genesis gives the kernel no coins', async () => {
  const address = addressText(moduleAddress('kernel'));
  const app = await openTestApp({ balances: [{ address, coins: [{ denom: 'uwind', amount: '5' }] }] });
  try {
    await assert.rejects(app.initChain(), /kernel's own account/);
  } finally {
    await app.end();
  }
});
