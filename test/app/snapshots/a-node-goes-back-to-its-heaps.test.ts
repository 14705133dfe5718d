/** Heap snapshots in a whole application: few files, nothing of closed spans that is agreed, and a rollback that finds all it needs. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rollBackRows } from '../../../app/rollback-rows.js';
import { NodeDatabase } from '../../../app/store.js';
import { script } from '../host/puppet.js';
import { invoke, openTestApp, startTestApp, type Person, type TestApp } from '../host/support.js';

const kernelState = { params: { snapshot_initial: 3, snapshot_interval: 4 } };
const undoBlocks = 3n;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function heapFiles(data: string): string[] {
  const blobs = join(data, 'blobs');
  return readdirSync(blobs).filter(name => /^[0-9a-f]{2}$/.test(name)).flatMap(folder => readdirSync(join(blobs, folder)));
}

test('undone blocks find the heaps and spans that they began with, and give the same hashes again', { timeout: 120_000 }, async () => {
  let app: TestApp = await startTestApp({ kernelState, undoBlocks });
  const folders = [app.data];
  try {
    const [ann] = app.people as [Person];
    for (const name of ['one', 'two']) {
      await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: name, saveAs: name }));
    }
    await app.app.application.processProposal({} as never); // consensus is live: each block confirms the one before
    const blocks: Uint8Array[][] = [];
    const hashes: string[] = [];
    const first = app.app.height;
    for (let at = 0; at < 40; at += 1) {
      const txs = [await ann.sign([invoke(ann, at % 3 ? 'one' : 'two', 'go', script([['vatstoreSet', 'k', String(at)]]))])];
      blocks.push(txs);
      hashes.push(hex((await app.block(txs)).appHash));
      assert.ok(heapFiles(app.data).length <= 2 + Number(undoBlocks) + 1, heapFiles(app.data).join());
    }
    await app.close();
    const database = await NodeDatabase.open(join(app.data, 'windlass.db'));
    const entries = (await database.keysBelow('b/@t.', 10_000)).length;
    assert.ok(entries < 30, `${entries} entries of transcripts are kept, of spans of five and of the last blocks`);
    assert.equal(await rollBackRows(database, first + 37n), 3);
    await database.close();

    app = await openTestApp({ dataFrom: app.data, undoBlocks, maxVatsOnline: 1 });
    folders.push(app.data);
    assert.equal(app.app.height, first + 37n);
    const again: string[] = [];
    for (const txs of blocks.slice(37)) again.push(hex((await app.block(txs)).appHash));
    assert.deepEqual(again, hashes.slice(37));
  } finally {
    await app.close().catch(() => undefined); // it may be closed already
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
});
