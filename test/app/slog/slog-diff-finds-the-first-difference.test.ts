/** `slog diff` names the height, the crank and the entry in which two nodes first differ, whatever their slogs look like (forensics 6.11). */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Line } from '../../../app/recorder/index.js';
import { reportLines } from '../../../app/slog/diff/text.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { makeRecorderFolder, syntheticChain, type SyntheticBlock } from '../../support/recorder-folder.js';
import { flippedResult, withFault, writeSlogFolder, type Fault, type FolderShape } from '../../support/slogs.js';
import { chainFrom, compare, placeOf, tempFolder } from './support.js';

const [heights, cranks] = [14, 20];
/** The eleventh height, its ninth crank. */
const faultAt = 209;
const healthy = (): SyntheticBlock[] => syntheticChain(heights, cranks);
const faulty = (fault: Fault = flippedResult(faultAt)): SyntheticBlock[] => syntheticChain(heights, cranks, withFault(fault));

async function pair(t: TestContext, a: Iterable<SyntheticBlock>, b: Iterable<SyntheticBlock>, shape: Partial<FolderShape> = {}): Promise<readonly [string, string]> {
  const folder = tempFolder(t);
  const [pathA, pathB] = [join(folder, 'a'), join(folder, 'b')];
  await writeSlogFolder(pathA, a, { fileBytes: 60_000, ...shape });
  await writeSlogFolder(pathB, b, { fileBytes: 41_000, ...shape });
  return [pathA, pathB];
}

for (const [name, shape] of Object.entries({
  'plain, with indexes': {}, 'plain, without': { isIndexed: false }, 'compressed, with indexes': { isCompressed: true }, 'compressed, without': { isCompressed: true, isIndexed: false },
})) {
  test(`files that were rotated differently: ${name}`, async t => {
    const [a, b] = await pair(t, healthy(), faulty(), shape);
    const report = await compare(a, b);
    assert.deepEqual(placeOf(report), ['different', 11n, 'run', faultAt, 'result']);
    assert.equal(report.inCrank?.place, 9);
    assert.equal(report.inCrank?.difference?.syscall, 0);
    assert.deepEqual(report.inCrank?.difference?.fields.map(({ path }) => path), ['vsr[1].balance.body']);
    assert.deepEqual(placeOf(await compare(b, a)), placeOf(report), 'the sides may be exchanged');
    assert.equal((await compare(a, a)).outcome, 'same');
  });
}

test('every kind of source against every other: ring, file, folder, compressed and plain', async t => {
  const folder = tempFolder(t);
  const sources: Record<'a' | 'b', string[]> = { a: [], b: [] };
  for (const [side, blocks] of [['a', healthy()], ['b', faulty()]] as const) {
    const at = (name: string): string => join(folder, `${name}-${side}`);
    makeRecorderFolder(at('ring'), blocks, { segmentBytes: 64 * 1024 });
    const [file = ''] = await writeSlogFolder(at('one'), blocks, { fileBytes: 1e9, isCompressed: true });
    await writeSlogFolder(at('rolled'), blocks, { fileBytes: 50_000, isIndexed: false });
    writeFileSync(at('renamed'), readFileSync(file)); // its format is told by its bytes
    sources[side].push(at('ring'), file, at('rolled'), at('renamed'));
  }
  for (const a of sources.a) {
    for (const b of sources.b) assert.deepEqual(placeOf(await compare(a, b)), ['different', 11n, 'run', faultAt, 'result'], `${a} ${b}`);
    for (const same of sources.a) assert.equal((await compare(a, same)).outcome, 'same', `${a} ${same}`);
  }
});

test('the first crank, the last crank, and every crank of a block are found', async t => {
  const folder = tempFolder(t);
  await writeSlogFolder(join(folder, 'a'), healthy(), { fileBytes: 30_000 });
  for (const crank of [1, heights * cranks, ...Array.from({ length: cranks }, (_, index) => 101 + index)]) {
    await writeSlogFolder(join(folder, `b${crank}`), faulty(flippedResult(crank)), { fileBytes: 70_000 });
    assert.deepEqual(placeOf(await compare(join(folder, 'a'), join(folder, `b${crank}`))), ['different', BigInt(Math.ceil(crank / cranks)), 'run', crank, 'result']);
  }
});

const changes: Readonly<Record<string, (line: Line) => Line | undefined>> = {
  'syscall': line => (line.type === 'syscall' && line.syscall === 1 ? { ...line, vsc: ['vatstoreDelete', 'vom.o+d6/1'] } : line),
  'meter': line => (line.type === 'deliver-result' ? { ...line, compute: 1 } : line),
  'input': line => (line.type === 'deliver' ? { ...line, vd: ['message', 'o+1', {}] } : line),
  'kv-only': line => line,
};

for (const [verdict, change] of Object.entries(changes)) {
  test(`what kind of difference it is: ${verdict}`, async t => {
    const [a, b] = await pair(t, healthy(), faulty({ crank: faultAt, change }));
    assert.deepEqual(placeOf(await compare(a, b)), ['different', 11n, 'run', faultAt, verdict]);
  });
}

test('a run that ended before the other is told by the crank that only one side has', async t => {
  const short = syntheticChain(heights, cranks, block => (block.height < 11n ? block : { ...block, firstCrank: block.firstCrank - (block.height > 11n ? 1 : 0), cranks: block.height === 11n ? cranks - 1 : cranks }));
  const [a, b] = await pair(t, healthy(), short);
  assert.deepEqual(placeOf(await compare(a, b)), ['different', 11n, 'run', 220, 'only A']);
});

test('the rows that differ are shown where they were recorded: in rings', async t => {
  const folder = tempFolder(t);
  const change = (line: Line): Line => (line.type === 'kv' ? { ...line, rows: '[["set","ko20.refCount","2,2"]]' } : line);
  makeRecorderFolder(join(folder, 'a'), healthy());
  makeRecorderFolder(join(folder, 'b'), faulty({ crank: faultAt, change }));
  const report = await compare(join(folder, 'a'), join(folder, 'b'));
  assert.deepEqual(placeOf(report), ['different', 11n, 'run', faultAt, 'kv-only']);
  assert.ok(report.inCrank?.difference?.rows.some(({ key, ours, theirs }) => key === 'ko20.refCount' && ours === undefined && theirs === '2,2'));
});

test('a block that differs while its run does not: which store it is', async t => {
  const other = syntheticChain(heights, cranks, block => ({
    ...block, change: line => (line.type === 'block-end' && block.height >= 9n ? { ...line, appHash: 'ab'.repeat(32), roots: { ...(line.roots as object), bank: 'cd'.repeat(32) } } : line),
  }));
  const [a, b] = await pair(t, healthy(), other);
  const report = await compare(a, b);
  assert.deepEqual(placeOf(report).slice(0, 3), ['different', 9n, 'block']);
  assert.deepEqual(report.inLines?.fields.map(({ path }) => path), ['appHash', 'roots.bank']);
});

test('the last complete attempt counts: a run that was killed and executed again is no difference', async t => {
  const killed = healthy().flatMap(block => (block.height === 6n ? [{ ...block, cutAfter: 3 }, { ...block, attempt: 2 }] : [block]));
  for (const shape of [{}, { isIndexed: false }, { isCompressed: true, isIndexed: false }]) {
    const [a, b] = await pair(t, killed, healthy(), shape);
    const report = await compare(a, b);
    assert.equal(report.outcome, 'same');
    assert.deepEqual([report.a.notCounted, report.b.notCounted], [['run of height 6, attempt 1', 'block of height 6, attempt 1'], []]);
  }
});

test('what was cut off at the end is compared as far as it goes', async t => {
  const cut = (blocks: SyntheticBlock[]): SyntheticBlock[] => blocks.slice(0, 12).map(block => (block.height === 12n ? { ...block, cutAfter: 10 } : block));
  const [a, b] = await pair(t, cut(healthy()), healthy());
  const same = await compare(a, b);
  assert.equal(same.outcome, 'same');
  assert.deepEqual(same.a.cutOff, ['run of height 12, attempt 1', 'block of height 12, attempt 1']);
  const [c, d] = await pair(t, cut(faulty(flippedResult(225))), healthy());
  assert.deepEqual(placeOf(await compare(c, d)), ['different', 12n, 'run', 225, 'result']);
});

test('slogs that share nothing, and slogs that differ before they begin', async t => {
  const [a, b] = await pair(t, chainFrom(1n, 5, cranks), chainFrom(6n, 5, cranks));
  assert.equal((await compare(a, b)).outcome, 'no-overlap');
  const [c, d] = await pair(t, chainFrom(5n, 8, cranks), chainFrom(3n, 8, cranks, withFault(flippedResult(30))));
  const report = await compare(c, d);
  assert.deepEqual(placeOf(report).slice(0, 2), ['earlier-needed', 5n]);
  assert.deepEqual([report.a.heights, report.b.heights], [{ first: 5n, last: 12n }, { first: 3n, last: 10n }]);
});

test('a line that was changed in a file is found when every line is compared', async t => {
  const [a, b] = await pair(t, healthy(), healthy(), { isIndexed: false });
  const file = join(b, 'test-1-20261120T07-h1.jsonl');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"compute":30007', '"compute":30008'));
  assert.equal((await compare(a, b)).outcome, 'same', 'no hash that is chained covers it');
  const report = await compare(a, b, { everyLine: true });
  assert.deepEqual(placeOf(report).slice(0, 3), ['different', 1n, 'run']);
  assert.deepEqual(report.inLines?.fields, [{ path: 'compute', ours: 30007, theirs: 30008 }]);
});

test('what is soft and differed earlier is shown, and how the worker came to be', async t => {
  const soft = (slots: number) => (line: Line) => (line.type === 'deliver-result' ? { slots: line.crank < 150 ? 1 : slots } : undefined);
  const folder = tempFolder(t);
  await writeSlogFolder(join(folder, 'a'), healthy(), { fileBytes: 60_000, soft: soft(7) });
  await writeSlogFolder(join(folder, 'b'), faulty(), { fileBytes: 60_000, soft: soft(8) });
  const file = join(folder, 'b', 'test-1-20261120T07-h1.jsonl');
  const local = '{"type":"local/worker-start","vat":"v7","origin":"heap","heap":"9e91","replayed":3,"delivery":20,"~":{"t":1,"m":1}}';
  writeFileSync(file, readFileSync(file, 'utf8').replace('\n{"type":"run-begin","height":"2"', `\n${local}\n{"type":"run-begin","height":"2"`));
  const { inCrank } = await compare(join(folder, 'a'), join(folder, 'b'), { withIndex: false });
  assert.deepEqual(inCrank?.before.soft, { crank: 150, vat: 'v4', name: 'slots', a: 7, b: 8 });
  assert.equal(inCrank?.difference?.vat, 'v7');
  assert.deepEqual(inCrank?.before.local, { a: [], b: [local] });
});

test('the screen, as it was agreed on', async t => {
  const [a, b] = await pair(t, healthy(), faulty());
  const shown = `${reportLines(await compare(a, b)).join('\n')}\n`;
  assert.equal(shown, readFileSync(join(packageRoot, 'test', 'golden', 'slog', 'diff.txt'), 'utf8'));
});

test('a file that is damaged is an error, not a difference', async t => {
  const [a] = await pair(t, healthy(), []);
  const whole = gzipSync(readFileSync(join(a, 'test-1-20261120T07-h1.jsonl')));
  const damaged = join(a, 'damaged.gz');
  writeFileSync(damaged, whole.subarray(0, whole.length / 2));
  await assert.rejects(compare(a, damaged), /damaged\.gz: unexpected end of file/);
  writeFileSync(damaged, 'nothing of the kind');
  await assert.rejects(compare(a, damaged), /is no slog/);
});
