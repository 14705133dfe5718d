/** The benchmarks run, in their smallest size, and print rows that a program can read (design 12). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { quantile, rowOf, rowOfQuantile, rowOverFloor } from '../../scripts/bench/row.js';

const bench = fileURLToPath(new URL('../../scripts/bench.js', import.meta.url));
/** The machine may be doing other things. */
const boundMs = 400_000;

type Printed = { readonly code: number | null; readonly rows: readonly Record<string, unknown>[]; readonly stderr: string };

function runBench(...args: readonly string[]): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bench, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), boundMs);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => { stdout += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    child.once('error', reject);
    child.once('close', code => {
      clearTimeout(timer);
      resolve({ code, stderr, rows: stdout.split('\n').filter(line => line !== '').map(line => JSON.parse(line) as Record<string, unknown>) });
    });
  });
}

function assertRow(row: Record<string, unknown>, group: string): void {
  const text = JSON.stringify(row);
  assert.equal(row['group'], group, text);
  for (const name of ['name', 'unit']) assert.ok(typeof row[name] === 'string' && row[name] !== '', text);
  for (const name of ['median', 'min', 'max', 'samples']) assert.ok(Number.isFinite(row[name]) && (row[name] as number) > 0, text);
  assert.ok((row['min'] as number) <= (row['median'] as number) && (row['median'] as number) <= (row['max'] as number), text);
  assert.equal('floor' in row, 'ratioToFloor' in row, text);
}

async function rowsOf(group: string): Promise<readonly Record<string, unknown>[]> {
  const { code, rows, stderr } = await runBench(group, '--size', 'tiny');
  assert.equal(code, 0, stderr);
  for (const row of rows) assertRow(row, group);
  assert.equal(new Set(rows.map(row => row['name'])).size, rows.length, 'names do not repeat');
  return rows;
}

const names = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map(row => row['name']);

test('host: from a killed node to a clean ledger', { timeout: boundMs }, async () => {
  assert.deepEqual(names(await rowsOf('host')), ['kill -9 of a node with 2 workers, to a clean ledger']);
});

test('signatures: the check and the bare verification', { timeout: boundMs }, async () => {
  assert.equal((await rowsOf('signatures')).length, 3);
});

test('kernel: every row stands beside its floor, and the pings have the names that are agreed', { timeout: boundMs }, async () => {
  const rows = await rowsOf('kernel');
  assert.equal(rows.length, 9);
  for (const which of ['no snapshots', 'default snapshots']) assert.ok(names(rows).includes(`ping, ${which}`));
  for (const row of rows) {
    assert.ok((row['floor'] as number) > 0 && (row['ratioToFloor'] as number) > 0, JSON.stringify(row));
    const ratio = (row['median'] as number) / (row['floor'] as number);
    assert.ok(Math.abs((row['ratioToFloor'] as number) / ratio - 1) < 0.01, JSON.stringify(row));
  }
});

test('upgrade: from the call until the last holder was told', { timeout: boundMs }, async () => {
  assert.deepEqual(names(await rowsOf('upgrade')), ['upgrade-40']);
});

test('repair: from the migration until no promise is leaked', { timeout: boundMs }, async () => {
  assert.deepEqual(names(await rowsOf('repair')), ['repair-40']);
});

test('scale: the same delivery in a small kernel and in a full one', { timeout: boundMs }, async () => {
  assert.deepEqual(names(await rowsOf('scale')), ['ping with 12 vats, over 4', 'ping with 40 objects, over 10', 'call with 40 promises outstanding, over none']);
});

test('block: usual ones, those with a heap snapshot, and commits alone', { timeout: boundMs }, async () => {
  const rows = await rowsOf('block');
  assert.equal(rows.length, 5);
  assert.ok(names(rows).includes('block of 10 invokes with a heap snapshot, p99') && names(rows).includes('commit without the disk, p99'));
});

test('recorder: blocks with it over blocks without, and its own share', { timeout: boundMs }, async () => {
  const rows = await rowsOf('recorder');
  assert.deepEqual(rows.map(row => row['unit']), ['ms', '%']);
});

test('slog: each form of two slogs that differ, and the memory', { timeout: boundMs }, async () => {
  assert.equal((await rowsOf('slog')).length, 5);
});

test('ledger: operations, a charge and an audit', { timeout: boundMs }, async () => {
  assert.equal((await rowsOf('ledger')).length, 3);
});

test('app: CheckTx, blocks and calls in process', { timeout: boundMs }, async () => {
  assert.equal((await rowsOf('app')).length, 8);
});

test('node-embedded: starts, latency and throughput of a whole node', { timeout: boundMs }, async () => {
  const rows = await rowsOf('node-embedded');
  assert.equal(rows.length, 7);
  assert.ok(names(rows).includes('bank sends, committed') && names(rows).includes('invokes, committed'));
});

test('a group or size that there is not is a usage error, and measures nothing', async () => {
  for (const args of [['nonsense'], ['--size', 'huge'], ['--size']]) {
    const { code, rows, stderr } = await runBench(...args);
    assert.deepEqual([code, rows], [2, []]);
    assert.match(stderr, /usage: npm run bench/);
  }
});

test('quantiles, and rows made of them', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([1, 2], 0.5), 1.5);
  assert.equal(quantile([5], 0.99), 5);
  assert.throws(() => quantile([], 0.5), RangeError);
  assert.deepEqual(rowOf('g', 'n', 'ms', [2, 1, 9]), { name: 'n', unit: 'ms', median: 2, min: 1, max: 9, samples: 3, group: 'g' });
  assert.deepEqual(rowOverFloor('g', 'n', 'ms', [4], [2]), { name: 'n', unit: 'ms', median: 4, min: 4, max: 4, samples: 1, group: 'g', floor: 2, ratioToFloor: 2 });
  assert.equal(rowOfQuantile('g', 'n, p99', 'ms', [1, 101], 0.99).median, 100);
});
