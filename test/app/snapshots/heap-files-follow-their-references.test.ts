/** Which heap files there are: those that something refers to, and those that a rollback may need; nothing else, and never less. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { rollBackRows } from '../../../app/rollback-rows.js';
import { SnapshotUnusable } from '../../../kernel/index.js';
import { Blocks, crashSteps, hashOf, playRandomBlocks, saveInRounds } from './support.js';

async function open(t: TestContext, options: Parameters<typeof Blocks.open>[0] = {}): Promise<Blocks> {
  const blocks = await Blocks.open(options);
  t.after(() => blocks.end());
  return blocks;
}

const vats = (count: number, heap: (index: number) => string | null): Record<string, string | null> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index + 1}`, heap(index)]));

test('a vat that saves sixty times keeps one file, and never three beside those of the block that is not agreed', async t => {
  const blocks = await open(t);
  for (let at = 1; at <= 60; at += 1) { // 12,000 deliveries
    await blocks.block({ heaps: { v1: `heap ${at} `.repeat(500) }, entries: 200 });
    assert.ok(blocks.files().length <= 3, blocks.files().join());
    await blocks.everyVatLoads();
  }
  await blocks.block();
  await blocks.block();
  assert.deepEqual(blocks.files(), [hashOf('heap 60 '.repeat(500))]);
  assert.equal((await blocks.rows('b/@t.')).length, 200, 'entries of the current span alone');
  assert.deepEqual(await blocks.rows('b/gc/'), []);
  assert.deepEqual(await blocks.rows('b/span/'), []);
});

test('36 vats that all save in each of ten blocks leave 36 files', async t => {
  await saveInRounds(await open(t), 36, 10);
});

test('vats share one base until they grow; it goes with the release and the last vat, when that is agreed, never earlier', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bases-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const baseOf = (text: string): { path: string; sha256: string } => {
    const path = join(folder, text);
    writeFileSync(path, text);
    return { path, sha256: hashOf(text) };
  };
  const [first, second] = [baseOf('first'), baseOf('second')];
  const young = await open(t, { base: first });
  await young.block({ heaps: vats(1000, () => first.sha256) });
  assert.deepEqual(young.files(), [first.sha256]);
  assert.equal((await young.rows('b/ref/')).length, 1001, 'each vat, and the release');
  assert.equal((await young.rows('b/snap/')).length, 1);
  await young.database.close();

  const later = await open(t, { base: second, dataFrom: young.data });
  await young.reopen();
  assert.equal(hashOf(await later.load(first.sha256)), first.sha256, 'an old vat comes back with the base of its release');
  await later.block({ heaps: vats(500, index => `grown ${index}`) });
  await later.block();
  await later.block();
  assert.ok(later.hasFile(first.sha256) && later.hasFile(second.sha256));
  await later.block({ heaps: Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`v${index + 501}`, null])) });
  assert.ok(later.hasFile(first.sha256), 'the block that dropped it is not agreed');
  await later.block();
  assert.equal(later.hasFile(first.sha256), false);
  for (let left = 5; left > 0; left -= 1) await later.block();
  assert.equal(later.files().length, 501);
  assert.deepEqual((await later.rows('b/@s.')).length, 500, 'nothing is left of vats that ended');
});

test('an equal snapshot changes no reference and removes nothing', async t => {
  const blocks = await open(t);
  for (let times = 0; times < 4; times += 1) {
    await blocks.block({ heaps: { v1: 'unchanged' } });
    assert.deepEqual(blocks.files(), [hashOf('unchanged')]);
    assert.equal((await blocks.rows('b/ref/')).length, 1);
    assert.deepEqual(await blocks.rows('b/gc/'), []);
  }
});

test('of two vats with the same heap one may end', async t => {
  const blocks = await open(t);
  await blocks.block({ heaps: { v1: 'same', v2: 'same' } });
  await blocks.block({ heaps: { v2: null } });
  for (let left = 3; left > 0; left -= 1) await blocks.block();
  assert.deepEqual(blocks.files(), [hashOf('same')]);
  assert.deepEqual(await blocks.rows('b/gc/'), []);
});

test('a heap that comes back while it is listed to be removed stays: in the same block, in the next, and after its file went', async t => {
  for (const between of [0, 1, 2, 3, 4]) {
    const blocks = await open(t);
    await blocks.block({ heaps: { v1: 'A' } });
    await blocks.block({ heaps: { v1: 'B' }, inVain: between === 0 ? ['A'] : [] });
    for (let left = between; left > 0; left -= 1) await blocks.block();
    await blocks.block({ heaps: { v1: 'A' } });
    for (let left = 4; left > 0; left -= 1) {
      await blocks.everyVatLoads();
      await blocks.block();
    }
    assert.deepEqual(blocks.files(), [hashOf('A')], `${between} blocks between`);
    assert.deepEqual(await blocks.rows('b/ref/'), [`b/ref/${hashOf('A')}/vat:v1`]);
    assert.deepEqual(await blocks.rows('b/gc/'), []);
    assert.deepEqual(await blocks.rows('b/snap/'), [`b/snap/${hashOf('A')}`]);
  }
});

test('at most sixteen files go in one block, and the rest is counted', async t => {
  const blocks = await open(t);
  await blocks.block({ heaps: vats(40, index => `heap ${index}`) });
  await blocks.block({ heaps: vats(40, () => null) });
  const gone = [await blocks.block(), await blocks.block(), await blocks.block(), await blocks.block()];
  assert.deepEqual(gone.map(({ unlinked, left }) => [unlinked, left]), [[16, 24], [16, 8], [8, 0], [0, 0]]);
  assert.deepEqual(blocks.files(), []);
});

test('a file that is gone already is no error', async t => {
  const blocks = await open(t);
  await blocks.block({ heaps: { v1: 'A' } });
  await blocks.block({ heaps: { v1: 'B' } });
  rmSync(blocks.heaps.pathOf(hashOf('A')));
  assert.deepEqual(await blocks.block(), { unlinked: 0, missing: 1, left: 0 });
});

for (const step of crashSteps) {
  test(`a crash at ${step} loses no heap, and what it leaves is gone after the start`, async t => {
    const blocks = await open(t);
    const work = [{ v1: 'A', v2: 'A', v3: 'C' }, { v1: 'B', v2: 'B' }, { v1: 'D', v3: null }, { v1: 'A', v4: 'B' }] as const;
    for (const heaps of work) {
      const before = blocks.height;
      await blocks.crash(step, { heaps, inVain: ['in vain'] });
      const isDurable = blocks.height > before;
      assert.equal(isDurable, step.startsWith('after-') && step !== 'after-save', step);
      assert.equal(blocks.files().filter(name => name.endsWith('.tmp')).length, 0);
      const known = new Set((await blocks.rows('b/snap/')).map(key => key.slice('b/snap/'.length)));
      assert.deepEqual(blocks.files().filter(name => !known.has(name)), []);
      await blocks.everyVatLoads();
      if (!isDurable) await blocks.block({ heaps });
      await blocks.everyVatLoads();
    }
    for (let left = 5; left > 0; left -= 1) await blocks.block();
    assert.deepEqual(blocks.files(), [...new Set((await blocks.inUse()).values())].sort());
  });
}

test('a flipped bit is refused, with the file and what to do', async t => {
  const blocks = await open(t);
  await blocks.block({ heaps: { v1: 'a heap with some text in it, '.repeat(100) } });
  const path = blocks.heaps.pathOf(hashOf('a heap with some text in it, '.repeat(100)));
  const sound = readFileSync(path);
  for (let bit = 0; bit < sound.length * 8; bit += 7) {
    const damaged = Buffer.from(sound);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    writeFileSync(path, damaged);
    const found = await blocks.everyVatLoads().then(() => undefined, (error: unknown) => error);
    if (found === undefined) continue; // the bytes are the same nevertheless: some bits of the format mean nothing
    assert.ok(found instanceof SnapshotUnusable);
    assert.ok(found.message.startsWith(`${path} is damaged`) && found.message.endsWith('its name says what it holds'), found.message);
  }
  rmSync(path);
  await assert.rejects(blocks.everyVatLoads(), new RegExp(`^SnapshotUnusable: ${path} is missing; restore it from a backup`));
  assert.deepEqual(blocks.files().filter(name => name.endsWith('.tmp')), []);
});

test('blocks can be undone as far as they are kept, and then every vat of that state loads', async t => {
  const blocks = await open(t, { undoBlocks: 3n });
  const history: (readonly [string, string])[][] = [];
  for (let at = 1; at <= 12; at += 1) {
    await blocks.block({ heaps: { v1: `one ${at}`, ...(at % 2 ? { v2: `two ${at % 4}` } : {}), ...(at === 9 ? { v3: 'three' } : {}), ...(at === 11 ? { v3: null } : {}) } }, BigInt(at - 1));
    history[at] = [...(await blocks.inUse())];
  }
  for (const back of [1n, 2n, 3n]) {
    const copy = await (async () => {
      await blocks.restart();
      await blocks.database.close();
      const made = await open(t, { undoBlocks: 3n, dataFrom: blocks.data });
      await blocks.reopen();
      return made;
    })();
    await rollBackRows(copy.database, 12n - back);
    await copy.restart();
    assert.deepEqual([...(await copy.inUse())], history[Number(12n - back)]);
    await copy.everyVatLoads();
    for (const [key, hash] of await copy.inUse()) {
      const { start, length } = JSON.parse(Buffer.from(copy.row(key) as Uint8Array).toString()) as { start: number; length: number };
      for (let at = start; at < start + length; at += 1) assert.ok(copy.row(`b/@t.${key.slice('b/@s.'.length)}.${String.fromCharCode(96 + String(at).length)}${at}`), `${key} ${hash} lacks entry ${at}`);
    }
    for (let left = 6; left > 0; left -= 1) await copy.block({ heaps: { v1: `again ${left}` } });
    await copy.everyVatLoads();
  }
});

test('whatever happens, every heap in use can be read: random blocks and crashes against a model', { timeout: 120_000 }, async t => {
  await playRandomBlocks(await open(t, { undoBlocks: 2n }), 'heaps', 100);
});
