/** What a node takes from a snapshot is the state that the others have: every row of it, every hash after it, and the snapshot it makes itself. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestApp, type Person, type TestApp } from '../host/support.js';
import { accept, chunkBytes, chunksOf, collect, filesBelow, give, lastSnapshot, nextTurns, startSource, work, type Chain } from './support.js';

const snapshots = { interval: 1, keepRecent: 1, chunkBytes };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

let source: Chain;
let chunks: Uint8Array[];
before(async () => {
  source = await startSource();
  chunks = await chunksOf(source);
});
after(() => source.app.end());

async function restored(options: Parameters<typeof openTestApp>[0] = {}): Promise<TestApp> {
  const target = await openTestApp({ snapshots, ...options });
  assert.deepEqual(await give(target.app.application, source.snapshot, source.appHash, chunks), { offer: accept, apply: accept, index: chunks.length - 1 });
  return target;
}

/** All rows but those that say which versions and files this node has beside the state. */
async function consensusRows(app: TestApp): Promise<Map<string, string>> {
  const snapshot = app.app.readSnapshot();
  try {
    return await collect(snapshot, ['k/', 'b/digest', 'b/height']);
  } finally {
    await snapshot.close();
  }
}

test('rows, answers and hashes are those of the others, and stay so', { timeout: 60_000 }, async () => {
  assert.ok(chunks.length > 4, `${chunks.length} chunks`);
  const target = await restored({ maxVatsOnline: 1, pruning: 2 });
  try {
    assert.equal(target.app.height, source.height);
    const info = await target.app.application.info({ version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' });
    assert.deepEqual([info.lastBlockHeight, hex(info.lastBlockAppHash)], [source.height, hex(source.appHash)]);
    assert.deepEqual(await consensusRows(target), await consensusRows(source.app));

    for (const { app } of [source, { app: target }]) app.people.forEach((person, index) => { person.sequence = (source.app.people[index] as Person).sequence; });
    for (let at = 100; at < 112; at += 1) {
      const tx = await work(source.app.people[0] as Person, at);
      const [ours, theirs] = [await target.block([tx]), await source.app.block([tx])];
      assert.equal(hex(ours.appHash), hex(theirs.appHash), `block ${at}`);
    }
    const again = [await lastSnapshot(target), await lastSnapshot(source.app)] as const;
    assert.deepEqual(again[0], again[1], 'it offers the very snapshot that the others offer');
    assert.deepEqual(filesBelow(join(target.data, 'snapshots')), filesBelow(join(source.app.data, 'snapshots')));
  } finally {
    await target.end();
  }
});

test('a node with other settings, which was restarted and pages its vats, makes the same bytes', { timeout: 60_000 }, async () => {
  const made = await Promise.all([
    startSource({ pruning: 1, maxVatsOnline: 1, undoBlocks: 1n }, 12),
    startSource({ pruning: Infinity, maxVatsOnline: 50, undoBlocks: 100n }, 12),
  ]);
  const folders = made.map(({ app }) => filesBelow(join(app.data, 'snapshots')));
  await Promise.all(made.map(({ app }) => app.close()));
  assert.ok((folders[0] as Map<string, string>).size > 3);
  assert.deepEqual(folders[0], folders[1]);

  const again = await openTestApp({ dataFrom: made[1].app.data, snapshots, pruning: 3 });
  const other = await openTestApp({ dataFrom: made[0].app.data, snapshots, pruning: 5 });
  try {
    await nextTurns();
    assert.deepEqual(await lastSnapshot(again), await lastSnapshot(other));
  } finally {
    await Promise.all([again.end(), other.end(), ...made.map(({ app }) => app.end())]);
  }
});

test('a restored node that was killed before it saw a block goes on, and takes the same snapshot again if it is offered', { timeout: 60_000 }, async () => {
  const first = await restored();
  await first.close();
  const again = await openTestApp({ dataFrom: first.data, snapshots });
  try {
    assert.equal(again.app.height, source.height);
    assert.deepEqual(await give(again.app.application, source.snapshot, source.appHash, chunks), { offer: accept, apply: accept, index: chunks.length - 1 });
    assert.equal(again.app.height, source.height);
    const other = { ...source.snapshot, height: source.height + 1n };
    await assert.rejects(again.app.application.offerSnapshot({ snapshot: other, appHash: source.appHash }), /a snapshot of height \d+ is offered now: start again/);
    await again.close();
    const empty = await openTestApp({ dataFrom: again.data, snapshots });
    assert.equal(empty.app.height, 0n);
    await empty.end();
  } finally {
    await again.end();
    await first.end();
  }
});

test('a node that has blocks takes no snapshot', async () => {
  assert.equal((await source.app.app.application.offerSnapshot({ snapshot: source.snapshot, appHash: source.appHash })).result, 2);
});
