/** `windlass slog ls|cat|tail|diff`: exit codes, filters, standard input, bundles, and following what is written (forensics 6.11). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { runCli } from '../../../app/cli/program.js';
import { makeRecorderFolder, syntheticChain } from '../../support/recorder-folder.js';
import { flippedResult, withFault, writeSlogFolder } from '../../support/slogs.js';
import { scriptedIo } from '../cli/support.js';
import { chainFrom, tempFolder } from './support.js';

const boundMs = 120_000;
const mainFile = fileURLToPath(new URL('../../../app/cli/main.js', import.meta.url));

async function slog(t: TestContext, args: readonly string[], stdin = ''): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const io = scriptedIo(stdin, { WINDLASS_HOME: tempFolder(t) });
  const code = await runCli(['slog', ...args], io);
  return { code, ...io.shown };
}

async function sources(t: TestContext): Promise<{ readonly a: string; readonly b: string; readonly later: string; readonly longer: string }> {
  const folder = tempFolder(t);
  const at = (name: string): string => join(folder, name);
  await writeSlogFolder(at('a'), syntheticChain(6, 8), { fileBytes: 20_000 });
  await writeSlogFolder(at('b'), syntheticChain(6, 8, withFault(flippedResult(20))), { fileBytes: 30_000, isCompressed: true });
  await writeSlogFolder(at('later'), chainFrom(5n, 4, 8, withFault(flippedResult(20))), { fileBytes: 30_000 });
  await writeSlogFolder(at('longer'), chainFrom(7n, 3, 8), { fileBytes: 30_000 });
  return { a: at('a'), b: at('b'), later: at('later'), longer: at('longer') };
}

test('diff exits 0 same, 1 different, 2 error, 3 nothing in common, 4 earlier files needed', async t => {
  const { a, b, later, longer } = await sources(t);
  const exits: [readonly string[], number, RegExp][] = [
    [[a, a], 0, /SAME in 6 heights/], [[a, b], 1, /DIFFERENT at height 3, crank 20/], [[a, longer], 3, /NO OVERLAP/], [[a, later], 4, /DIFFERENT already before the run of height 5/],
  ];
  for (const [args, expected, text] of exits) {
    const { code, out } = await slog(t, ['diff', ...args]);
    assert.equal(code, expected, out);
    assert.match(out, text);
  }
  for (const wrong of [join(a, 'nothing'), tempFolder(t), mainFile]) {
    const { code, out, err } = await slog(t, ['diff', a, wrong]);
    assert.deepEqual([code, out], [2, ''], err);
  }
  assert.equal((await slog(t, ['diff', '-', '-'])).code, 2);
});

test('diff --json has the place, the entry and its fields; --healthy compares every line', async t => {
  const { a, b } = await sources(t);
  const { code, out } = await slog(t, ['diff', '--json', a, b]);
  const report = JSON.parse(out) as { outcome: string; at: object; inCrank: { crank: number; difference: { verdict: string; fields: { path: string }[] } } };
  assert.equal(code, 1);
  assert.deepEqual([report.outcome, report.at, report.inCrank.crank], ['different', { height: '3', stream: 'run' }, 20]);
  assert.deepEqual([report.inCrank.difference.verdict, report.inCrank.difference.fields[0]?.path], ['result', 'vsr[1].balance.body']);
  const file = join(a, 'test-1-20261120T07-h1.jsonl');
  const copy = join(tempFolder(t), 'copy.jsonl');
  writeFileSync(copy, readFileSync(file, 'utf8').replace('"status":"ok"', '"status":"no"'));
  assert.deepEqual([(await slog(t, ['diff', file, copy])).code, (await slog(t, ['diff', '--healthy', file, copy])).code], [0, 1]);
});

test('standard input and a bundle are sources too', async t => {
  const { a, b } = await sources(t);
  const text = readFileSync(join(a, 'test-1-20261120T07-h1.jsonl'), 'utf8');
  assert.equal((await slog(t, ['diff', '-', a], text)).code, 0);
  assert.equal((await slog(t, ['diff', a, '-'], text)).code, 0);
  const bundle = join(tempFolder(t), '3-0123456789abcdef');
  mkdirSync(bundle);
  const [, , third] = syntheticChain(6, 8, withFault(flippedResult(20)));
  assert.ok(third);
  const [file = ''] = await writeSlogFolder(join(bundle, 'made'), [third], { fileBytes: 1e9, isCompressed: true });
  renameSync(file, join(bundle, 'block.full.jsonl.gz'));
  writeFileSync(join(bundle, 'summary.json'), '{}');
  assert.match((await slog(t, ['diff', bundle, a])).out, /DIFFERENT at height 3, crank 20/);
  assert.equal((await slog(t, ['diff', bundle, b])).code, 0);
  // What is left of it in lane D alone says the same.
  const full = gunzipSync(readFileSync(join(bundle, 'block.full.jsonl.gz'))).toString();
  renameSync(join(bundle, 'block.full.jsonl.gz'), join(bundle, 'kept'));
  writeFileSync(join(bundle, 'block.d.jsonl.gz'), gzipSync(full.replaceAll(/,"~":\{.*?\}\}$/gm, '}')));
  assert.match((await slog(t, ['diff', bundle, a])).out, /DIFFERENT at height 3, crank 20/);
});

test('ls says what each file holds', async t => {
  const { b } = await sources(t);
  const { out } = await slog(t, ['ls', b, '--output', 'json']);
  const { kind, parts } = JSON.parse(out) as { kind: string; parts: Record<string, unknown>[] };
  assert.equal(kind, 'folder');
  assert.deepEqual(parts.map(({ heights, cranks, attempts, cut_off: cutOff }) => [heights, cranks, attempts, cutOff])[0], ['1-3', '1-24', 6, 0]);
});

test('cat shows what is asked for: heights, cranks, a vat, a lane, a time', async t => {
  const { a, b } = await sources(t);
  const ring = join(tempFolder(t), 'recorder');
  makeRecorderFolder(ring, syntheticChain(6, 8));
  const lines = async (...args: string[]): Promise<Record<string, unknown>[]> => {
    const { code, out, err } = await slog(t, ['cat', ...args]);
    assert.equal(code, 0, err);
    return out.split('\n').slice(0, -1).map(line => JSON.parse(line) as Record<string, unknown>);
  };
  for (const source of [a, b, ring]) {
    const begins = (shown: Record<string, unknown>[]): unknown[] => shown.filter(({ type }) => type === 'run-begin' || type === 'block-begin').map(({ type, height }) => `${String(type)} ${String(height)}`);
    assert.deepEqual(begins(await lines(source, '--height', '2-3')), ['run-begin 2', 'block-begin 2', 'run-begin 3', 'block-begin 3']);
    const crank = await lines(source, '--crank', '20', '--lane', 'd');
    assert.deepEqual(crank.map(({ type }) => type), ['crank-start', 'deliver', 'syscall', 'syscall-result', 'syscall', 'syscall', 'deliver-result', 'crank-finish']);
    assert.ok(crank.every(line => !('~' in line)));
    assert.ok((await lines(source, '--vat', 'v3')).every(({ vat }) => vat === 'v3'));
    assert.deepEqual(await lines(source, '--since', '2099-01-01T00:00:00Z'), []);
    assert.equal((await lines(source, '--lane', 'k')).length, source === ring ? 48 : 0);
  }
  for (const bad of [['--height', '3-2'], ['--crank', 'x'], ['--vat', '3'], ['--since', 'yesterday'], ['--lane', 'q']]) assert.equal((await slog(t, ['cat', a, ...bad])).code, 2, bad.join(' '));
});

test('tail shows the last lines, and follows a file into the next one', async t => {
  const { a } = await sources(t);
  const last = join(a, readdirSync(a).filter(name => name.endsWith('.jsonl')).sort().at(-1) ?? '');
  const { out } = await slog(t, ['tail', a, '-n', '3']);
  assert.deepEqual(out.split('\n').slice(0, -1).map(line => (JSON.parse(line) as { type: string }).type), ['run-end', 'block-begin', 'block-end']);
  const child = spawn(process.execPath, [mainFile, 'slog', 'tail', '--follow', '-n', '1', '--lane', 'd', a], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let shown = '';
  child.stdout.on('data', (text: Buffer) => { shown += text.toString(); });
  const until = async (text: string): Promise<void> => {
    for (const end = performance.now() + boundMs; !shown.includes(text); await new Promise(resolve => setTimeout(resolve, 20))) assert.ok(performance.now() < end, `${text} did not come: ${shown}`);
  };
  await until('"type":"block-end"');
  const line = (height: number): string => `{"type":"run-begin","height":"${height}","step":1,"activity":"00","~":{"t":1,"m":1}}\n`;
  appendFileSync(last, line(100));
  await until('"height":"100"');
  writeFileSync(join(a, 'test-1-20261120T08-h200.jsonl'), line(200));
  await until('"height":"200"');
  const ended = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGINT');
  assert.equal(await ended, 0);
});
