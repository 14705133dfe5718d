import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { rollBackRows, RollbackRefused } from '../../../app/rollback-rows.js';
import { NodeDatabase, type DatabaseRow } from '../../../app/store.js';
import { decodeUndo, encodeUndo, undoKey } from '../../../app/undo.js';
import { openTestApp, startTestApp, type TestApp } from './support.js';
import { makeRandom, makeWorkload } from './workload.js';

async function withDatabase<T>(data: string, work: (database: NodeDatabase) => Promise<T>): Promise<T> {
  const database = await NodeDatabase.open(join(data, 'windlass.db'));
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

const rowsOf = (data: string): Promise<Map<string, string>> =>
  withDatabase(data, async database => {
    const keys = await database.keys('', '\xff', 1_000_000);
    return new Map(keys.map(key => [key, Buffer.from(database.get(key) as Uint8Array).toString('base64')]));
  });

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('undone blocks leave every row as it was, and executed again they give the same hashes', { timeout: 300_000 }, async () => {
  const kernelState = { params: { cleanup_budget: 3, reap_interval: 4, snapshot_initial: 1, snapshot_interval: 1, outcome_retention: '6' } };
  let app: TestApp = await startTestApp({ kernelState, pruning: 3 });
  const folders = [app.data];
  try {
    const blocks: Uint8Array[][] = [];
    const hashes: string[] = [];
    const run = async (count: number, work: ReturnType<typeof makeWorkload>) => {
      for (let left = count; left > 0; left -= 1) {
        blocks.push(await work.txs(6));
        hashes.push(hex((await app.block(blocks.at(-1))).appHash));
      }
    };
    await run(12, makeWorkload(app, 11));
    await app.close();
    const before = await rowsOf(app.data);

    app = await openTestApp({ dataFrom: folders[0] as string, pruning: 3 });
    folders.push(app.data);
    await run(13, makeWorkload(app, 12));
    await app.close();
    const after = await rowsOf(app.data);
    assert.notDeepEqual(after, before);
    for (const prefix of ['b/snap/', 'b/span/']) assert.ok([...after.keys()].some(key => key.startsWith(prefix)), 'heap snapshots come');

    assert.equal(await withDatabase(app.data, database => rollBackRows(database, 12n)), 13);
    const undone = await rowsOf(app.data);
    assert.deepEqual([...undone.keys()], [...before.keys()]);
    assert.deepEqual(undone, before);

    app = await openTestApp({ dataFrom: folders[1] as string, pruning: 3 });
    folders.push(app.data);
    assert.equal(app.app.height, 12n);
    const again: string[] = [];
    for (const txs of blocks.slice(12)) again.push(hex((await app.block(txs)).appHash));
    assert.deepEqual(again, hashes.slice(12));
    await app.close();
    assert.deepEqual(await rowsOf(app.data), after);

    assert.equal(await withDatabase(app.data, database => rollBackRows(database, 0n)), 25);
    const emptied = await rowsOf(app.data);
    assert.deepEqual([...emptied.keys()], ['b/undo-from'], 'nothing but where undo records begin');
  } finally {
    await app.close().catch(() => undefined); // it may be closed already
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});

test('undo records are freed when their blocks are agreed and old enough, and going back ends there', { timeout: 120_000 }, async () => {
  const app = await startTestApp({ undoBlocks: 3n });
  try {
    for (let block = 0; block < 5; block += 1) await app.block();
    // A proposal says that consensus is live: from now on each block confirms the one before.
    await app.app.application.processProposal({} as never);
    for (let block = 0; block < 5; block += 1) await app.block();
    await app.close();
    await withDatabase(app.data, async database => {
      const kept = (await database.keys('u/', 'u0', 100)).length;
      assert.equal(kept, 3, 'of blocks 8, 9 and 10');
      await assert.rejects(rollBackRows(database, 6n), RollbackRefused);
      await assert.rejects(rollBackRows(database, 11n), RollbackRefused);
      assert.equal(await rollBackRows(database, 10n), 0);
      assert.equal(await rollBackRows(database, 7n), 3);
      await assert.rejects(rollBackRows(database, 6n), RollbackRefused);
    });
  } finally {
    await app.close().catch(() => undefined); // it may be closed already
    rmSync(app.data, { recursive: true, force: true });
  }
});

test('a missing record is found before anything is changed', { timeout: 120_000 }, async () => {
  const app = await startTestApp();
  const copy = mkdtempSync(join(tmpdir(), 'windlass-undo-'));
  try {
    for (let block = 0; block < 4; block += 1) await app.block();
    await app.close();
    cpSync(app.data, copy, { recursive: true });
    await withDatabase(copy, database => database.write([{ key: undoKey(3n), value: undefined }]));
    const before = await rowsOf(copy);
    await withDatabase(copy, database => assert.rejects(rollBackRows(database, 1n), /undo record of block 3 is missing/));
    assert.deepEqual(await rowsOf(copy), before);
  } finally {
    await app.end();
    rmSync(copy, { recursive: true, force: true });
  }
});

test('an undo record comes back as it was written, and damage is a RangeError', () => {
  const random = makeRandom(7);
  const bytes = (most: number): Uint8Array => Uint8Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * 256));
  for (let round = 0; round < 300; round += 1) {
    const rows: DatabaseRow[] = Array.from({ length: Math.floor(random() * 8) }, () => ({
      key: Buffer.from(bytes(20)).toString('latin1'), value: random() < 0.3 ? undefined : bytes(40),
    }));
    const record = encodeUndo(rows);
    assert.deepEqual(decodeUndo(record), rows);
    if (record.length > 4) assert.throws(() => decodeUndo(record.slice(0, Math.floor(random() * record.length))), RangeError);
    assert.throws(() => decodeUndo(Buffer.concat([record, Uint8Array.of(0)])), RangeError);
    const damaged = Uint8Array.from(record);
    damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
    try {
      decodeUndo(damaged);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
    }
  }
});
