/** Whoever offers a snapshot may lie in any byte of it: nothing that the AppHash does not vouch for becomes a state. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endOf } from '../../../kernel/index.js';
import { openTestApp, type TestApp } from '../host/support.js';
import { accept, chunksOf, collect, filesBelow, give, recordsIn, snapshotFrom, startSource, type Chain, type Record } from './support.js';

const rejectSnapshot = 5;

let source: Chain;
let records: Record[];
let target: TestApp;
before(async () => {
  source = await startSource();
  records = recordsIn(await chunksOf(source));
  target = await openTestApp();
});
after(async () => {
  await target.end();
  await source.app.end();
});

/** Nothing is left of a refused snapshot, and a good one can follow. */
async function isEmpty(): Promise<void> {
  const snapshot = target.app.readSnapshot();
  assert.deepEqual([...(await collect(snapshot, ['b/', 'c/', 'k/', 'u/'])).keys()], []);
  await snapshot.close();
  assert.deepEqual([...filesBelow(target.data).keys()].filter(name => name.startsWith('blobs/')), []);
  assert.equal(target.app.height, 0n);
}

async function refuses(what: string, changed: readonly Record[], appHash = source.appHash, height = source.height): Promise<void> {
  const { snapshot, chunks } = snapshotFrom(height, changed);
  const { offer, apply } = await give(target.app.application, snapshot, appHash, chunks);
  assert.deepEqual([offer, apply], [accept, rejectSnapshot], what);
  await isEmpty();
}

const indexOf = (kind: Record['kind'], nth = 0): number => records.findIndex(record => record.kind === kind) + nth;
const flipped = (value: Uint8Array): Uint8Array => Uint8Array.from(value, (byte, at) => (at === value.length - 1 ? byte ^ 1 : byte));
const without = (at: number): Record[] => records.filter((_, index) => index !== at);
const twice = (at: number, times = 2): Record[] => records.flatMap((record, index) => (index === at ? Array.from({ length: times }, () => record) : [record]));

for (const kind of ['header', 'chain', 'kernel', 'entry', 'bundle', 'heap'] as const) {
  test(`one changed, missing, repeated or added record of kind ${kind} is refused`, { timeout: 60_000 }, async () => {
    const at = indexOf(kind, kind === 'header' || kind === 'bundle' ? 0 : 1);
    const record = records[at] as Record;
    await refuses('changed', records.map((each, index) => (index === at ? { ...record, value: flipped(record.value) } : each)));
    await refuses('another key', records.map((each, index) => (index === at ? { ...record, key: endOf(record.key) } : each)));
    await refuses('missing', without(at));
    await refuses('twice', twice(at));
    await refuses('one more', records.flatMap((each, index) => (index === at ? [each, { ...each, key: `${each.key}0` }] : [each])));
  });
}

test('a row so often that its sum is nothing is refused all the same', { timeout: 60_000 }, async () => {
  const at = indexOf('kernel', 3);
  const added = { ...(records[at] as Record), key: `${(records[at] as Record).key}x` };
  await refuses('65,536 times', [...records.slice(0, at + 1), ...Array.from({ length: 65_536 }, () => added), ...records.slice(at + 1)]);
});

test('kinds out of order, a missing end, something after it, and what is no stream, are refused', { timeout: 60_000 }, async () => {
  const [kernel, entry] = [indexOf('kernel'), indexOf('entry')];
  await refuses('the kernel before the chain', [...records.slice(0, 1), ...records.slice(kernel, entry), ...records.slice(1, kernel), ...records.slice(entry)]);
  await refuses('without end', records.slice(0, -1));
  await refuses('two ends', [...records, records[records.length - 1] as Record]);
  await refuses('nothing but an end', records.slice(-1));
  await refuses('header and end', [records[0] as Record, records[records.length - 1] as Record]);
  await refuses('nothing of the chain', records.filter(({ kind }) => kind !== 'chain'));
  await refuses('a local row as the kernel\'s', records.flatMap(record => (record === records[kernel] ? [{ ...record, key: '@x' }, record] : [record])));
});

test('the right state for another AppHash or height is refused', { timeout: 60_000 }, async () => {
  await refuses('another AppHash', records, new Uint8Array(32).fill(7));
  await refuses('another height', records, source.appHash, source.height + 1n);
});

test('an offer that contradicts itself, or is of another format, is refused at once', async () => {
  const { application } = target.app;
  const { snapshot, appHash } = source;
  const offered = async (change: object): Promise<number> => (await application.offerSnapshot({ snapshot: { ...snapshot, ...change }, appHash })).result;
  assert.equal(await offered({ format: 3 }), 4);
  assert.equal(await offered({ chunks: snapshot.chunks + 1 }), 3);
  assert.equal(await offered({ chunks: 0, metadata: new Uint8Array(0) }), 3);
  assert.equal(await offered({ hash: new Uint8Array(32) }), 3);
  assert.equal(await offered({ height: 0n }), 3);
  assert.equal((await application.offerSnapshot({ snapshot: undefined, appHash })).result, 3);
  assert.equal((await application.offerSnapshot({ snapshot, appHash: new Uint8Array(0) })).result, 3);
  assert.equal((await application.applySnapshotChunk({ index: 0, chunk: new Uint8Array(0), sender: '' })).result, 2);
  await isEmpty();
});

test('a chunk that is not what was promised is fetched from somebody else; the others are kept', { timeout: 60_000 }, async () => {
  const { application } = target.app;
  const chunks = await chunksOf(source);
  assert.equal((await application.offerSnapshot({ snapshot: source.snapshot, appHash: source.appHash })).result, accept);
  assert.equal((await application.applySnapshotChunk({ index: 0, chunk: chunks[0] as Uint8Array, sender: 'good' })).result, accept);
  const retry = { result: 3, refetchChunks: [1], rejectSenders: ['bad'] };
  const bad = [chunks[0] as Uint8Array, flipped(chunks[1] as Uint8Array), new Uint8Array(0), (chunks[1] as Uint8Array).subarray(0, 100), Buffer.from('not compressed at all')];
  for (const chunk of bad) assert.deepEqual(await application.applySnapshotChunk({ index: 1, chunk, sender: 'bad' }), retry);
  assert.equal((await application.applySnapshotChunk({ index: 2, chunk: chunks[2] as Uint8Array, sender: 'good' })).result, 4, 'one is missing before it');
  for (let index = 1; index < chunks.length; index += 1) assert.equal((await application.applySnapshotChunk({ index, chunk: chunks[index] as Uint8Array, sender: 'good' })).result, accept);
  assert.equal(target.app.height, source.height);
});

test('nobody who gave a chunk of a refused snapshot is asked for anything more', { timeout: 60_000 }, async () => {
  const liar = await openTestApp();
  try {
    const { application } = liar.app;
    const at = indexOf('heap', 1); // late
    const { snapshot, chunks } = snapshotFrom(source.height, records.map((record, index) => (index === at ? { ...record, value: flipped(record.value) } : record)));
    assert.equal((await application.offerSnapshot({ snapshot, appHash: source.appHash })).result, accept);
    const given: string[] = [];
    for (const [index, chunk] of chunks.entries()) {
      const sender = ['one', 'two', ''][index % 3] as string;
      given.push(sender);
      const { result, rejectSenders } = await application.applySnapshotChunk({ index, chunk, sender });
      if (result === accept) continue;
      assert.equal(result, rejectSnapshot);
      assert.deepEqual([...rejectSenders].sort(), [...new Set(given)].filter(name => name !== '').sort());
      assert.ok(rejectSenders.length === 2, 'more than one gave a chunk');
      return;
    }
    assert.fail('it was not refused');
  } finally {
    await liar.end();
  }
});
