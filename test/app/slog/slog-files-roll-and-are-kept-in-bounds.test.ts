/** The sender `file`: hourly files with an index, compressed when finished, gone on with after a crash, kept within bounds (forensics 6.10). */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Feeder } from '../../../app/slog/feeder.js';
import { indexName } from '../../../app/slog/file-names.js';
import { readEntries } from '../../../app/slog/index-file.js';
import { FileSender, type FileSenderOptions } from '../../../app/slog/senders/file-sender.js';
import { pinnedHeights, removeOldFiles, type KeptFor, type Limits } from '../../../app/slog/senders/retention.js';
import { makeRecorderFolder, syntheticChain, syntheticStreams, type SyntheticBlock } from '../../support/recorder-folder.js';
import { syntheticPiece } from '../../support/slogs.js';
import { compare, tempFolder } from './support.js';

const hourMs = 3_600_000;
const begin = Date.parse('2026-11-20T07:00:00Z');
const limits: Limits = { hoursMax: 48, bytesMax: 1e9, freeShareMin: 0 };

function optionsFor(folder: string, more: Partial<FileSenderOptions> = {}): FileSenderOptions {
  return {
    folder: join(folder, 'slog'), forensics: join(folder, 'forensics'), chain: 'test-1', release: '1.0.0', boot: 'b007', fileBytesMax: 1e9, limits,
    now: () => begin, confirmed: () => 1_000n, warn: message => { assert.fail(message); }, freeShare: () => 1, ...more,
  };
}

/** Blocks that come one after another, each at its time. */
async function send(sender: FileSender, blocks: readonly SyntheticBlock[], before?: (block: SyntheticBlock) => void): Promise<void> {
  for (const block of blocks) {
    before?.(block);
    const { run, block: lines } = syntheticStreams(block);
    await sender.take(syntheticPiece(block, 'run', run, block.height * 2n, 1));
    await sender.take(syntheticPiece(block, 'block', lines, block.height * 2n + 1n, 1));
  }
}

const slogsIn = (folder: string): string[] => readdirSync(join(folder, 'slog')).sort();

test('a file is finished by the first block after the hour, and by its size; then it is compressed', async t => {
  const folder = tempFolder(t);
  let now = begin;
  const sender = new FileSender(optionsFor(folder, { now: () => now, fileBytesMax: 60_000 }));
  await send(sender, syntheticChain(12, 10), ({ height }) => {
    if (height === 3n) now = begin + hourMs; // blocks 1 to 3 are the first file: the third is the boundary
  });
  await sender.close();
  const names = slogsIn(folder);
  assert.ok(names.includes('test-1-20261120T07-h1.jsonl.gz') && names.includes('test-1-20261120T07-h1.jsonl.gz.idx'), names.join());
  assert.ok(names.includes('test-1-20261120T08-h4.jsonl.gz'), names.join());
  assert.equal(names.filter(name => name.endsWith('.jsonl')).length, 1, 'only the file that is written is plain');
  assert.deepEqual(names.filter(name => name.endsWith('.tmp')), []);
});

test('each attempt is a gzip member that its index names, and the whole is what was plain', async t => {
  const folder = tempFolder(t);
  const chain = syntheticChain(6, 10);
  const plain = new FileSender(optionsFor(join(folder, 'plain')));
  await send(plain, chain);
  await plain.close();
  let now = begin;
  const compressed = new FileSender(optionsFor(join(folder, 'gz'), { now: () => now }));
  await send(compressed, chain, ({ height }) => { now += height === 6n ? hourMs : 0; });
  await compressed.close();
  const path = join(folder, 'gz', 'slog', 'test-1-20261120T07-h1.jsonl.gz');
  const bytes = readFileSync(path);
  const text = readFileSync(join(folder, 'plain', 'slog', 'test-1-20261120T07-h1.jsonl'), 'utf8');
  const withoutNotes = (slog: string): string => slog.replaceAll(/^\{"type":"local\/.*\n/gm, '');
  assert.equal(withoutNotes(gunzipSync(bytes).toString()), withoutNotes(text));
  const entries = readEntries(readFileSync(indexName(path), 'utf8'));
  assert.deepEqual(entries.map(({ height, stream }) => `${height} ${stream}`), chain.flatMap(({ height }) => [`${height} run`, `${height} block`]));
  for (const { range: { offset, length }, height, stream } of entries) {
    assert.match(gunzipSync(bytes.subarray(offset, offset + length)).toString(), new RegExp(`^\\{"type":"${stream}-begin","height":"${height}"`, 'm'));
  }
});

test('every file begins with chain, release, boot id and activity hash; rows of the kernel are not in it', async t => {
  const folder = tempFolder(t);
  makeRecorderFolder(join(folder, 'recorder'), syntheticChain(3, 10));
  const sender = new FileSender(optionsFor(folder));
  const feeder = new Feeder({ ring: join(folder, 'recorder'), sender, earlier: undefined, onCounts: () => undefined, onLost: (_, reason) => { assert.fail(reason); } });
  await feeder.poll();
  await feeder.close();
  const text = readFileSync(join(folder, 'slog', 'test-1-20261120T07-h1.jsonl'), 'utf8');
  assert.match(text, /^\{"type":"local\/note","about":"slog","data":\{"chain":"test-1","release":"1\.0\.0","boot":"b007","activity":null\},"~":/);
  assert.match(readFileSync(join(folder, 'recorder', 'seg-00'), 'latin1'), /\{"type":"kv"/);
  assert.doesNotMatch(text, /^\{"type":"kv"/m);
  assert.equal((await compare(join(folder, 'recorder'), join(folder, 'slog'), { everyLine: true })).outcome, 'same');
});

test('a sender goes on with the file of a process that was killed, wherever it was cut', async t => {
  const folder = tempFolder(t);
  const chain = syntheticChain(4, 6);
  const whole = new FileSender(optionsFor(join(folder, 'whole')));
  await send(whole, chain);
  await whole.close();
  makeRecorderFolder(join(folder, 'recorder'), chain);
  const name = 'test-1-20261120T07-h1.jsonl';
  const [bytes, index] = [name, indexName(name)].map(file => readFileSync(join(folder, 'whole', 'slog', file)));
  assert.ok(bytes && index);
  for (const [cutFile, cutIndex] of [[bytes.length - 1, index.length], [bytes.length, index.length - 3], [Math.floor(bytes.length / 2), index.length / 2], [10, 0], [bytes.length, 0]] as const) {
    const at = join(folder, `cut-${cutFile}-${cutIndex}`);
    mkdirSync(join(at, 'slog'), { recursive: true });
    writeFileSync(join(at, 'slog', name), bytes.subarray(0, cutFile));
    writeFileSync(join(at, 'slog', indexName(name)), index.subarray(0, cutIndex));
    const sender = new FileSender(optionsFor(at));
    const feeder = new Feeder({ ring: join(folder, 'recorder'), sender, earlier: undefined, onCounts: () => undefined, onLost: (_, reason) => { assert.fail(reason); } });
    await feeder.poll();
    await feeder.close();
    for (const withIndex of [true, false]) {
      const report = await compare(join(folder, 'whole', 'slog'), join(at, 'slog'), { withIndex, everyLine: true });
      assert.deepEqual([report.outcome, report.b.heights], ['same', { first: 1n, last: 4n }], at);
    }
  }
});

test('a ring that was begun anew is followed from its beginning', async t => {
  const folder = tempFolder(t);
  const sendAll = async (): Promise<void> => {
    const sender = new FileSender(optionsFor(folder));
    const feeder = new Feeder({ ring: join(folder, 'recorder'), sender, earlier: undefined, onCounts: () => undefined, onLost: (_, reason) => { assert.fail(reason); } });
    await feeder.poll();
    await feeder.close();
  };
  makeRecorderFolder(join(folder, 'recorder'), syntheticChain(3, 5), { sequence: 5_000n });
  await sendAll();
  renameSync(join(folder, 'recorder'), join(folder, 'old'));
  makeRecorderFolder(join(folder, 'recorder'), syntheticChain(6, 5).slice(3));
  await sendAll();
  assert.deepEqual((await compare(join(folder, 'slog'), join(folder, 'slog'))).a.heights, { first: 1n, last: 6n });
});

test('what an interrupted compression left is done over', async t => {
  const folder = tempFolder(t);
  const first = new FileSender(optionsFor(folder));
  await send(first, syntheticChain(2, 5));
  await first.close();
  const path = join(folder, 'slog', 'test-1-20261120T07-h1.jsonl');
  writeFileSync(`${path}.gz.tmp`, 'half');
  writeFileSync(`${path}.gz.idx.tmp`, 'half');
  const second = new FileSender(optionsFor(folder, { now: () => begin + hourMs }));
  await send(second, syntheticChain(3, 5).slice(2));
  await second.close();
  assert.deepEqual(slogsIn(folder), ['test-1-20261120T07-h1.jsonl.gz', 'test-1-20261120T07-h1.jsonl.gz.idx']);
});

/** Files of one height each, an hour apart. */
function oldFiles(folder: string, count: number, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < count; n += 1) {
    const hour = new Date(begin + n * hourMs).toISOString().slice(0, 13).replaceAll('-', '');
    writeFileSync(join(folder, `test-1-${hour}-h${n + 1}.jsonl.gz`), Buffer.alloc(bytes));
  }
}

const nothingKept: KeptFor = { confirmed: 1_000n, pinned: new Set(), current: undefined };

test('files go by age, by size and for the disk, the oldest first', t => {
  const at = (name: string): string => join(tempFolder(t), name);
  const now = begin + 9 * hourMs;
  const byAge = at('age');
  oldFiles(byAge, 10, 10);
  assert.deepEqual(removeOldFiles(byAge, { ...limits, hoursMax: 4 }, nothingKept, now, () => 1).map(({ file, because }) => `${because} ${file.slice(7, 18)}`), [7, 8, 9, 10].map(hour => `age 20261120T${String(hour).padStart(2, '0')}`));
  const bySize = at('size');
  oldFiles(bySize, 10, 100);
  assert.equal(removeOldFiles(bySize, { ...limits, bytesMax: 450 }, nothingKept, now, () => 1).length, 6);
  assert.equal(readdirSync(bySize).sort()[0], 'test-1-20261120T13-h7.jsonl.gz');
  const forDisk = at('disk');
  oldFiles(forDisk, 10, 100);
  let free = 0.03;
  const removed = removeOldFiles(forDisk, { ...limits, freeShareMin: 0.05 }, nothingKept, now, () => (free += 0.01));
  assert.deepEqual(removed.map(({ because }) => because), ['disk'], 'no more than are needed');
});

test('a file with a height that is not confirmed, or pinned by a bundle, or that is written now, stays', t => {
  const folder = tempFolder(t);
  oldFiles(folder, 10, 100);
  mkdirSync(join(folder, 'forensics', '3-0123456789abcdef'), { recursive: true });
  mkdirSync(join(folder, 'forensics', 'notes'));
  const kept: KeptFor = { confirmed: 8n, pinned: pinnedHeights(join(folder, 'forensics')), current: 'test-1-20261120T08-h2.jsonl.gz' };
  removeOldFiles(folder, { ...limits, bytesMax: 0 }, kept, begin, () => 0);
  assert.deepEqual(readdirSync(folder).filter(name => name.endsWith('.gz')).map(name => name.slice(19)).sort(), ['h10.jsonl.gz', 'h2.jsonl.gz', 'h3.jsonl.gz', 'h9.jsonl.gz']);
});

test('a nearly full disk is told once an hour', async t => {
  const folder = tempFolder(t);
  oldFiles(join(folder, 'slog'), 3, 10);
  const warnings: string[] = [];
  let now = begin;
  const sender = new FileSender(optionsFor(folder, { now: () => now, warn: message => { warnings.push(message); }, freeShare: () => 0, limits: { ...limits, freeShareMin: 0.05 } }));
  await sender.idle();
  oldFiles(join(folder, 'slog'), 3, 10);
  now += hourMs / 2;
  await sender.idle();
  assert.equal(warnings.length, 1);
  oldFiles(join(folder, 'slog'), 3, 10);
  now += hourMs;
  await sender.idle();
  await sender.close();
  assert.equal(warnings.length, 2);
});

test('an index that does not fit its file is not believed', async t => {
  const folder = tempFolder(t);
  const sender = new FileSender(optionsFor(folder));
  await send(sender, syntheticChain(4, 6));
  await sender.close();
  const path = join(folder, 'slog', 'test-1-20261120T07-h1.jsonl');
  const good = readFileSync(path);
  const other = join(folder, 'other');
  mkdirSync(other);
  for (const spoil of [() => { truncateSync(path, Math.floor(good.length / 2)); }, () => { writeFileSync(path, good.subarray(good.indexOf(10) + 1)); }, () => { appendFileSync(indexName(path), '{"height":"9"'); }]) {
    writeFileSync(join(other, 'good.jsonl'), good);
    writeFileSync(path, good);
    spoil();
    assert.ok(existsSync(path));
    assert.equal((await compare(join(folder, 'slog'), other)).outcome, 'same');
  }
});
