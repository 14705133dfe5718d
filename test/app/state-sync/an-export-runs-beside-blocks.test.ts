/** A snapshot is of one height, whatever happens while it is made; and nothing of it stays when it is done, or given up. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExportOptions } from '../../../app/state-sync/exporter.js';
import { script } from '../host/puppet.js';
import { invoke, openTestApp, startTestApp, type Person, type TestApp } from '../host/support.js';
import { accept, chunkBytes, chunksOf, give, kernelState, nextTurns, type Chain } from './support.js';

const vats = 12;
const dying = 10;

type Gate = { readonly settings: { interval: number } & Omit<ExportOptions, 'interval'>; open(): void; readonly reached: Promise<void> };

/** The export waits when its files are kept, until it is let through. */
function gate(link?: ExportOptions['link']): Gate {
  let open = (): void => undefined;
  let arrive = (): void => undefined;
  const opened = new Promise<void>(resolve => { open = resolve; });
  const reached = new Promise<void>(resolve => { arrive = resolve; });
  const beforeWriting = (): Promise<void> => {
    arrive();
    return opened;
  };
  return { settings: { interval: 0, keepRecent: 2, chunkBytes, beforeWriting, ...(link ? { link } : {}) }, open, reached };
}

async function withVats(settings: ExportOptions): Promise<{ readonly app: TestApp; readonly ids: readonly string[] }> {
  const app = await startTestApp({ kernelState, undoBlocks: 1n, snapshots: settings });
  const [ann] = app.people as [Person];
  await app.app.application.processProposal({} as never); // consensus is live: each block confirms the one before
  const created: bigint[] = [];
  for (let at = 0; at < vats; at += 1) created.push(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: `vat${at}`, saveAs: `vat${at}` }));
  for (const id of created) await app.outcome(id);
  for (let round = 0; round < 4; round += 1) await callAll(app, vats);
  const { vats: known } = await app.ask<{ vats: { vatId: string; snapshotHash: string }[] }>('Vats', { owner: ann.address });
  assert.ok(known.every(({ snapshotHash }) => snapshotHash !== ''), 'each vat has a heap of its own');
  return { app, ids: known.map(({ vatId }) => vatId) };
}

/** Each of the last `count` vats has a delivery. */
async function callAll(app: TestApp, count: number): Promise<void> {
  const [ann] = app.people as [Person];
  const messages = Array.from({ length: count }, (_, index) => invoke(ann, `vat${vats - 1 - index}`, 'go', script([['vatstoreSet', 'k', String(app.app.height)]])));
  await app.block([await ann.sign(messages)]);
}

/** A block that is exported, and what the network has agreed on for it. */
async function exportedBlock(app: TestApp, { settings, reached }: Gate): Promise<{ readonly height: bigint; readonly appHash: Uint8Array; readonly heaps: readonly string[] }> {
  settings.interval = 1;
  const { appHash } = await app.block();
  const { height } = app.app;
  await nextTurns();
  await reached;
  settings.interval = 0;
  return { height, appHash, heaps: heapFiles(app) };
}

function heapFiles({ data }: TestApp): string[] {
  const blobs = join(data, 'blobs');
  return readdirSync(blobs).filter(name => /^[0-9a-f]{2}$/.test(name)).flatMap(folder => readdirSync(join(blobs, folder)));
}

async function replaceAndEnd(app: TestApp, ids: readonly string[]): Promise<void> {
  const [ann] = app.people as [Person];
  for (const vatId of ids.slice(0, dying)) await app.act(ann, 'MsgTerminateVat', { owner: ann.address, vatId, reason: 'done' });
  const saved = new Set<string>();
  for (let round = 0; saved.size < 50; round += 1) {
    assert.ok(round < 200, `${saved.size} heaps after ${round} blocks`);
    await callAll(app, vats - dying);
    for (const hash of heapFiles(app)) saved.add(hash);
  }
  for (let left = 8; left > 0; left -= 1) await app.block();
}

async function restores({ app, height, appHash }: Omit<Chain, 'snapshot'>): Promise<void> {
  const { snapshots } = await app.app.application.listSnapshots();
  const snapshot = snapshots.find(each => each.height === height);
  assert.ok(snapshot, `there is a snapshot of height ${height}`);
  const chunks = await chunksOf({ app, height, appHash, snapshot });
  const target = await openTestApp();
  assert.deepEqual(await give(target.app.application, snapshot, appHash, chunks), { offer: accept, apply: accept, index: chunks.length - 1 });
  await target.block();
  await target.end();
}

const making = ({ data }: TestApp): string[] => readdirSync(join(data, 'snapshots')).filter(name => name.endsWith('.tmp'));

test('an export that runs while fifty heaps are replaced and ten vats end is complete, and its links are gone afterwards', { timeout: 120_000 }, async () => {
  const door = gate();
  const { app, ids } = await withVats(door.settings);
  try {
    const { height, appHash, heaps } = await exportedBlock(app, door);
    const links = join(app.data, 'snapshots', `${height}.tmp`, 'links');
    assert.equal(readdirSync(links).length, vats + 1, 'heaps and the bundle');
    await replaceAndEnd(app, ids);
    assert.ok(heaps.every(hash => !heapFiles(app).includes(hash)), 'the node has removed its own names of all of them');
    for (const hash of heaps) assert.equal(statSync(join(links, hash)).nlink, 1);
    door.open();
    await app.app.exported();
    assert.deepEqual(making(app), []);
    assert.deepEqual(readdirSync(join(app.data, 'snapshots', String(height))).filter(name => !/^(\d+|snapshot\.json)$/.test(name)), []);
    await restores({ app, height, appHash });
  } finally {
    await app.end();
  }
});

test('where the file system has no links, the heaps stay until the export is done', { timeout: 120_000 }, async () => {
  const door = gate(() => { throw Object.assign(new Error('no links here'), { code: 'EPERM' }); });
  const { app, ids } = await withVats(door.settings);
  try {
    const { height, appHash, heaps } = await exportedBlock(app, door);
    await replaceAndEnd(app, ids);
    assert.ok(heaps.every(hash => heapFiles(app).includes(hash)), 'none of them was removed');
    door.open();
    await app.app.exported();
    for (let left = 4; left > 0; left -= 1) {
      await app.block();
      await nextTurns();
    }
    assert.ok(heaps.every(hash => !heapFiles(app).includes(hash)), 'all of them are gone');
    await restores({ app, height, appHash });
  } finally {
    await app.end();
  }
});

test('an export that was killed leaves nothing after the restart; one that is cut off by the stop leaves nothing at once', { timeout: 120_000 }, async () => {
  const door = gate();
  const { app } = await withVats(door.settings);
  try {
    await exportedBlock(app, door);
    assert.equal(making(app).length, 1);
    const again = await openTestApp({ dataFrom: app.data }).catch((error: unknown) => error); // a copy, as a kill would leave it
    assert.ok(!(again instanceof Error), String(again));
    const restarted = again as TestApp;
    assert.deepEqual(making(restarted), []);
    assert.deepEqual((await restarted.app.application.listSnapshots()).snapshots, []);
    await restarted.end();
    const closed = app.close();
    door.open();
    await closed;
    assert.deepEqual(making(app), []);
  } finally {
    await app.end();
  }
});

test('the newest are kept, the others go; a chunk that is gone is answered with nothing', { timeout: 120_000 }, async () => {
  const settings = { interval: 2, keepRecent: 2, chunkBytes };
  const app = await startTestApp({ kernelState, snapshots: settings });
  try {
    for (let at = 0; at < 9; at += 1) {
      await app.block();
      await nextTurns();
      await app.app.exported();
    }
    const { snapshots } = await app.app.application.listSnapshots();
    assert.deepEqual(snapshots.map(({ height }) => height), [8n, 6n]);
    assert.ok(!existsSync(join(app.data, 'snapshots', '4')));
    assert.equal((await app.app.application.loadSnapshotChunk({ height: 4n, format: 1, chunk: 0 })).chunk.length, 0);
    assert.equal((await app.app.application.loadSnapshotChunk({ height: 8n, format: 2, chunk: 0 })).chunk.length, 0);
    const manifest = JSON.parse(readFileSync(join(app.data, 'snapshots', '8', 'snapshot.json'), 'utf8')) as { appHash: string };
    assert.match(manifest.appHash, /^[0-9A-F]{64}$/);
  } finally {
    await app.end();
  }
});
