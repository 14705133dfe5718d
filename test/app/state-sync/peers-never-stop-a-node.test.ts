/** What peers ask, and what they send, costs a node an answer: a bad disk under their question does not stop it, and trees that they made up end. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeDispatch } from '../../../chain/abci/dispatch.js';
import type { AbciApplication } from '../../../chain/abci/types.js';
import { hashNode, sealedLink, type Link, type TreeNode } from '../../../chain/store/node.js';
import { encodeNode, encodeRoots, nodeKey, rootsKey } from '../../../chain/store/rows.js';
import { blobQueryPath } from '../../../app/snapshots/blob-query.js';
import { checkChain } from '../../../app/state-sync/checks.js';
import { recordHead } from '../../../app/state-sync/format.js';
import { RecordReader, SnapshotRefused } from '../../../app/state-sync/record-reader.js';
import { startSource, type Chain } from './support.js';

let source: Chain;
before(async () => {
  source = await startSource();
});
after(() => source.app.end());

/** As an engine sees it: after one rejection it would answer nothing more. */
const asEngine = (): AbciApplication => makeDispatch(source.app.app.application);

async function answersOn(application: AbciApplication): Promise<void> {
  assert.equal((await application.info({ version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' })).lastBlockHeight, source.height);
}

/** A folder in the place of a file: it opens, and cannot be read. */
function spoil(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

test('a heap file that cannot be read is an answer to who asks for it', { timeout: 60_000 }, async () => {
  const application = asEngine();
  const blobs = join(source.app.data, 'blobs');
  const folder = readdirSync(blobs).find(name => /^[0-9a-f]{2}$/.test(name)) as string;
  const [heap] = readdirSync(join(blobs, folder)) as [string];
  const ask = async (): Promise<number> => (await application.query({ path: blobQueryPath(heap, 0), data: new Uint8Array(0), height: 0n, prove: false })).code;
  assert.equal(await ask(), 0);
  spoil(join(blobs, folder, heap));
  assert.notEqual(await ask(), 0);
  await answersOn(application);
});

test('an export that cannot be read is not offered, and its chunks are not there', { timeout: 60_000 }, async () => {
  const application = asEngine();
  const folder = join(source.app.data, 'snapshots', String(source.height));
  spoil(join(folder, '0'));
  assert.equal((await application.loadSnapshotChunk({ height: source.height, format: 1, chunk: 0 })).chunk.length, 0);
  writeFileSync(join(folder, 'snapshot.json'), '{"format":');
  assert.deepEqual(await application.listSnapshots(), { snapshots: [] });
  await answersOn(application);
});

/** Rows as a liar makes them: nodes whose hashes are right. */
class MadeUpTree {
  readonly rows = new Map<string, Uint8Array>();
  reads = 0;
  #nonce = 0;

  add(node: TreeNode): Link {
    const link = sealedLink(1n, (this.#nonce += 1), hashNode(node, 1n));
    this.rows.set(nodeKey('kernel', link), encodeNode(node));
    return link;
  }

  /** Sound: 2^height leaves with keys of their own. */
  subtree(height: number, from: number): Link {
    if (height === 0) return this.add({ height: 0, size: 1, key: keyOf(from), value: new Uint8Array(0) });
    const half = 2 ** (height - 1);
    return this.add({ height, size: 2 * half, key: keyOf(from + half), left: this.subtree(height - 1, from), right: this.subtree(height - 1, from + half) });
  }

  check(root: Link): Promise<unknown> {
    this.rows.set(rootsKey(1n), encodeRoots(new Map([['kernel', root]])));
    const get = (key: string): Uint8Array | undefined => {
      this.reads += 1;
      return this.rows.get(key);
    };
    return checkChain({ database: { chainRows: { get } }, height: 1n, appHash: new Uint8Array(32), rows: this.rows.size });
  }
}

const keyOf = (number: number): string => String(number).padStart(8, '0');

test('a made-up tree in which one subtree hangs at many places is left after as many nodes as came', { timeout: 60_000 }, async () => {
  const tree = new MadeUpTree();
  const shared = tree.subtree(6, 0);
  let root = tree.subtree(1, 1000);
  for (let height = 10; height < 110; height += 1) root = tree.add({ height, size: 2, key: keyOf(999), left: shared, right: root });
  await assert.rejects(tree.check(root), SnapshotRefused);
  assert.ok(tree.reads < 3 * tree.rows.size, `${tree.reads} reads of ${tree.rows.size} rows`);
});

test('a made-up tree that is deeper than its heights allow is refused where it begins to be', { timeout: 60_000 }, async () => {
  const tree = new MadeUpTree();
  let root = tree.subtree(1, 1000);
  for (let at = 0; at < 2000; at += 1) root = tree.add({ height: 9, size: 2, key: keyOf(999), left: tree.subtree(0, 1), right: root });
  await assert.rejects(tree.check(root), SnapshotRefused);
  assert.ok(tree.reads < 10, `${tree.reads} reads`);
});

test('a row that no string could hold is refused before it is read', () => {
  const reader = new RecordReader();
  assert.throws(() => [...reader.push(recordHead('kernel', 'x', 512 * 1024 * 1024))], SnapshotRefused);
});
