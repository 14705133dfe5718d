/** The repair of a leaked store is the same history for a node that goes straight on, starts again, goes back, joins in the middle of it, or meets the next upgrade at once. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { WrongRelease } from '../../../app/host/upgrade.js';
import { rollBackRows } from '../../../app/rollback-rows.js';
import { Exporter } from '../../../app/state-sync/exporter.js';
import { SnapshotFolder, snapshotOf } from '../../../app/state-sync/store-folder.js';
import { NodeDatabase } from '../../../app/store.js';
import { auditReport, findLeakedPromises, KernelStorage, readSchema } from '../../../kernel/index.js';
import { behaveAsSchema } from '../../../scripts/bench/old-schema.js';
import { silentLog } from '../../support/chain-app.js';
import { script } from '../host/puppet.js';
import { invoke, openTestApp, startTestApp, type TestApp } from '../host/support.js';
import { accept, chunkBytes, collect, give, rowsIn } from '../state-sync/support.js';

const upgrades = new Map([['two', {}], ['three', {}]]);
const leaks = 12;
const planHeight = 8n;
const blocksAfter = 4;

/** The data of schema 2 at the height before the plan; an action waits. */
let old: string;
let rowsBefore: Map<string, string>;
let straight: readonly string[];

before(async () => {
  old = mkdtempSync(join(tmpdir(), 'windlass-history-'));
  const { open } = KernelStorage;
  KernelStorage.open = async backing => {
    const rows = await open.call(KernelStorage, backing);
    behaveAsSchema(2, rows);
    return rows;
  };
  try {
    await leak();
  } finally {
    KernelStorage.open = open;
  }
  rowsBefore = await rowsIn(old, ['b/', 'c/', 'k/', 'u/']);
  straight = await hashes(await openTestApp({ dataFrom: old, upgrades }));
});
after(() => { rmSync(old, { recursive: true, force: true, maxRetries: 5 }); });

async function leak(): Promise<void> {
  const app = await startTestApp({ moreState: { upgrade: { plan: { name: 'two', height: String(planHeight), info: '' } } } });
  const [ann] = app.people;
  assert.ok(ann);
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'giver', saveAs: 'giver' }));
  const opened = Array.from({ length: leaks }, (_, at) => `p+${5 + at}`);
  const say = async (syscalls: readonly unknown[]): Promise<void> => {
    const { txResults } = await app.block([await ann.sign([invoke(ann, 'giver', 'do', script(syscalls, ['home.timer']))])]);
    assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
  };
  await say(opened.map(vpid => ['send', '@0', { methargs: { body: '#["now",["&0"]]', slots: [vpid] }, result: null }]));
  await app.block();
  await say([['resolve', opened.map(vpid => [vpid, false, { body: '#1', slots: [] }])]]);
  while (app.app.height < planHeight - 2n) await app.block();
  await say([['vatstoreSet', 'a', 'waits']]);
  assert.equal(app.app.height, planHeight - 1n);
  await app.close();
  cpSync(app.data, old, { recursive: true });
  rmSync(app.data, { recursive: true, force: true });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** AppHashes from the block of the upgrade on; the application is ended. */
async function hashes(app: TestApp, count = 1 + blocksAfter): Promise<string[]> {
  const found: string[] = [];
  try {
    for (let left = count; left > 0; left -= 1) found.push(hex((await app.block()).appHash));
    return found;
  } finally {
    await app.close();
    await isSound(app.data);
    rmSync(app.data, { recursive: true, force: true });
  }
}

async function isSound(data: string): Promise<void> {
  const database = await NodeDatabase.open(join(data, 'windlass.db'));
  try {
    const rows = await KernelStorage.open(database.kernelBacking);
    assert.equal(readSchema(rows), 4);
    assert.deepEqual(findLeakedPromises(rows), []);
  } finally {
    await database.close();
  }
}

const copyOf = (t: TestContext, data: string): string => {
  const copy = mkdtempSync(join(tmpdir(), 'windlass-history-'));
  t.after(() => { rmSync(copy, { recursive: true, force: true, maxRetries: 5 }); });
  cpSync(data, copy, { recursive: true });
  return copy;
};

test('a node that starts again after every block', async t => {
  let data = old;
  const found: string[] = [];
  for (let left = straight.length; left > 0; left -= 1) {
    const app = await openTestApp({ dataFrom: data, upgrades });
    await app.finalize(); // a block that is executed and not committed
    found.push(hex((await app.block()).appHash));
    await app.close();
    data = copyOf(t, app.data);
    rmSync(app.data, { recursive: true, force: true });
  }
  assert.deepEqual(found, straight);
});

for (let forward = 1; forward <= 3; forward += 1) {
  test(`a node that goes back before the upgrade, ${forward} blocks`, async t => {
    const app = await openTestApp({ dataFrom: old, upgrades });
    for (let left = forward; left > 0; left -= 1) await app.block();
    await app.close();
    const data = copyOf(t, app.data);
    rmSync(app.data, { recursive: true, force: true });
    const database = await NodeDatabase.open(join(data, 'windlass.db'));
    await rollBackRows(database, planHeight - 1n);
    await database.close();
    assert.deepEqual(await rowsIn(data, ['b/', 'c/', 'k/', 'u/']), rowsBefore);
    assert.deepEqual(await hashes(await openTestApp({ dataFrom: data, upgrades })), straight);
  });
}

/** A snapshot of the chain at a height, in the folder that is answered; and its AppHash. */
async function snapshotAt(t: TestContext, height: bigint): Promise<{ readonly folder: SnapshotFolder; readonly appHash: Uint8Array }> {
  const data = copyOf(t, old);
  if (height >= planHeight) {
    const source = await openTestApp({ dataFrom: data, upgrades });
    while (source.app.height < height) await source.block();
    await source.close();
    rmSync(data, { recursive: true });
    cpSync(source.data, data, { recursive: true });
    rmSync(source.data, { recursive: true, force: true });
  }
  const database = await NodeDatabase.open(join(data, 'windlass.db'));
  const folder = new SnapshotFolder(join(data, 'snapshots'));
  await new Exporter({ settings: { interval: 0, keepRecent: 0, chunkBytes }, database, folder, blobFolder: join(data, 'blobs'), log: silentLog }).exportNow(height);
  await database.close();
  const [{ appHash } = { appHash: '' }] = await folder.list();
  return { folder, appHash: Uint8Array.from(Buffer.from(appHash, 'hex')) };
}

async function joinBy(t: TestContext, height: bigint, target: TestApp): Promise<TestApp> {
  const { folder, appHash } = await snapshotAt(t, height);
  const [manifest] = await folder.list();
  assert.ok(manifest);
  const chunks = await Promise.all(manifest.chunks.map(async (_, index) => (await folder.chunk(height, index)) as Uint8Array));
  assert.equal((await give(target.app.application, snapshotOf(manifest), appHash, chunks)).apply, accept);
  assert.equal(target.app.height, height);
  return target;
}

for (const done of [0, 1, 2]) {
  test(`a node that joins ${done} blocks after the last one of the old release`, async t => {
    const target = await joinBy(t, planHeight - 1n + BigInt(done), await openTestApp({ upgrades }));
    assert.deepEqual(await hashes(target, straight.length - done), straight.slice(done));
  });
}

test('a node that joins with a release that cannot go on from there says so, and the right one goes on', async t => {
  const target = await openTestApp();
  await assert.rejects(joinBy(t, planHeight - 1n, target), WrongRelease);
  await target.close();
  assert.deepEqual(await hashes(await openTestApp({ dataFrom: target.data, upgrades })), straight);
  rmSync(target.data, { recursive: true, force: true });
});

test('the next upgrade one block later, before what the first left is done', async () => {
  const first = await openTestApp({ dataFrom: old, upgrades });
  assert.equal(hex((await first.block()).appHash), straight[0]);
  await first.close();
  const second = await openTestApp({ dataFrom: first.data, upgrades, rehearsedPlan: { name: 'three', height: planHeight + 1n, info: '' } });
  rmSync(first.data, { recursive: true, force: true });
  for (let left = blocksAfter; left > 0; left -= 1) await second.block();
  const snapshot = second.app.readSnapshot();
  const rows = await collect(snapshot, ['k/']);
  await snapshot.close();
  assert.deepEqual([...rows.keys()].filter(key => key.includes('drain')), []);
  await second.close();
  await isSound(second.data);
  const database = await NodeDatabase.open(join(second.data, 'windlass.db'));
  const faults = auditReport(await KernelStorage.open(database.kernelBacking)).filter(({ faults: found }) => found.length > 0);
  await database.close();
  assert.deepEqual(faults.map(({ invariant, faults: found }) => `${invariant}: ${found[0]}`), []);
  rmSync(second.data, { recursive: true, force: true });
});
