/** What strangers may ask of a node, and what each block costs it, does not grow with what is kept: counted in reads, not in time. */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { makeCrankReader } from '../../../app/forensics/crank-reader.js';
import { encodeLadder, type Ladder } from '../../../app/forensics/ladder.js';
import { LadderStore } from '../../../app/forensics/ladder-store.js';
import { makeForensicsQuery } from '../../../app/forensics/query.js';
import { StepCollector } from '../../../app/forensics/steps.js';
import type { StepRecord } from '../../../kernel/index.js';
import { silentLog } from '../../support/chain-app.js';
import { makeRecorderFolder, syntheticChain } from '../../support/recorder-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-questions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const hash = (text: string): string => text.padStart(64, '0');
const ladderOf = (height: bigint, appHash = 'a'): Ladder => ({
  height, blockHash: hash('b'), appHash: hash(appHash), nextValidators: hash('d'), activityBefore: hash('1'), activity: hash('2'), firstStep: 7,
  steps: Array.from({ length: 50 }, () => ({ kind: 'crank', hash: hash('4') })), stores: [], proof: new Uint8Array(0),
});

/** Bytes that are read from files from now on. */
function countReads(t: TestContext): { bytes: number } {
  const count = { bytes: 0 };
  const { readFileSync, readSync } = fs;
  t.mock.method(fs, 'readSync', (...given: Parameters<typeof readSync>) => {
    const read = readSync(...given);
    count.bytes += read;
    return read;
  });
  t.mock.method(fs, 'readFileSync', (...given: Parameters<typeof readFileSync>) => {
    const read = readFileSync(...given);
    count.bytes += read.length;
    return read;
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return count;
}

test('a ladder is one read of its own length, once the heads of its file were read', t => {
  const path = join(folder, 'ladders');
  const first = new LadderStore(path, silentLog);
  for (let height = 1n; height <= 200n; height += 1n) first.put(ladderOf(height));
  const length = encodeLadder(ladderOf(1n)).length + 8;
  const store = new LadderStore(path, silentLog);
  const count = countReads(t);
  assert.equal(store.get(77n)?.height, 77n);
  assert.ok(count.bytes <= length + 200 * 32, `${count.bytes} bytes for the first one`);
  for (const height of [1n, 200n, 77n]) {
    count.bytes = 0;
    assert.equal(store.get(height)?.height, height);
    assert.equal(count.bytes, length);
  }
  count.bytes = 0;
  assert.equal(store.get(201n), undefined);
  assert.equal(count.bytes, 0);
});

test('what is put after a file was asked for is found; a damaged record is not answered, and others are', () => {
  const path = join(folder, 'put');
  const store = new LadderStore(path, silentLog);
  store.put(ladderOf(1n));
  assert.equal(store.get(2n), undefined);
  store.put(ladderOf(2n));
  store.put(ladderOf(1n, 'c'));
  assert.deepEqual([store.get(1n)?.appHash, store.get(2n)?.appHash], [hash('c'), hash('a')]);
  const file = join(path, '000000000.bin');
  const bytes = fs.readFileSync(file);
  bytes[bytes.length / 3 + 100] = 0xff; // within the second of three
  writeFileSync(file, bytes);
  const again = new LadderStore(path, silentLog);
  assert.equal(again.get(2n), undefined);
  assert.equal(again.get(1n)?.appHash, hash('c'));
});

test('a step that is added looks at one other, and a run that begins anew counts again', () => {
  const collector = new StepCollector();
  let looks = 0;
  const step = (number: number): StepRecord => ({ kind: 'crank', hash: hash(String(number)), activity: hash('0'), get number() { looks += 1; return number; } });
  for (let number = 1; number <= 1000; number += 1) collector.add(step(number));
  assert.ok(looks <= 2000, `${looks} looks`);
  collector.add(step(11));
  collector.add(step(12));
  assert.deepEqual(collector.steps.map(({ number }) => number).slice(-3), [10, 11, 12]);
});

test('five ladders a second are answered', async () => {
  let now = 0;
  const ask = makeForensicsQuery({ ladder: height => ladderOf(height), crank: () => Promise.resolve(undefined), confirmed: () => 9n, status: () => ({}), now: () => now, log: silentLog });
  const codes = async (): Promise<number[]> => Promise.all(Array.from({ length: 7 }, async () => (await ask('/forensics/ladder/5')).code));
  assert.deepEqual(await codes(), [0, 0, 0, 0, 0, 18, 18]);
  now = 1000;
  assert.deepEqual(await codes(), [0, 0, 0, 0, 0, 18, 18]);
});

test('while one step is read for, another question is refused at once; the last answer is kept; the end of the node ends the reading', async () => {
  const path = join(folder, 'recorder');
  makeRecorderFolder(path, syntheticChain(2, 5), { segmentBytes: 64 * 1024 });
  const reader = makeCrankReader(path);
  const first = reader.read(2n, 7);
  await assert.rejects(reader.read(2n, 8), /too many questions at once/);
  const lines = await first;
  assert.ok(lines && lines.length > 5);
  rmSync(path, { recursive: true });
  assert.equal(await reader.read(2n, 7), lines, 'nothing is read again');
  const cut = assert.rejects(reader.read(1n, 1), /the node stops|ended without an answer/);
  reader.close();
  await cut;
});
