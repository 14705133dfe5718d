/** The control socket over a large store: one height whatever is written meanwhile, and a node that stays free for its blocks. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { askRows } from '../../../app/control/client.js';
import { startControl, type ControlServer } from '../../../app/control/server.js';
import { controlSocketPath } from '../../../app/control/socket-path.js';
import { NodeDatabase, numberRow, rowValue, type DatabaseRow } from '../../../app/store.js';
import { makeLog } from '../../../app/log.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-control-test-'));
const path = join(folder, 'windlass.sock');
const log = makeLog('error', 'plain', line => process.stderr.write(line));
const rowCount = 200_000;
const longBytes = 24 * 1024 * 1024;
let database: NodeDatabase;
let server: ControlServer;

before(async () => {
  database = await NodeDatabase.open(join(folder, 'db'));
  const rows: DatabaseRow[] = Array.from({ length: rowCount }, (_, at) => ({ key: `k/o.${String(at).padStart(8, '0')}`, value: rowValue(`v${at} 1 1`) }));
  rows.push({ key: 'b/height', value: numberRow(7n) }, { key: 'b/@t.a1.a0', value: new Uint8Array(longBytes).fill(97) });
  await database.write(rows);
  writeFileSync(path, 'left by a killed node');
  server = await startControl({ path, snapshot: () => database.snapshot(), save: () => '', workers: { report: () => ({ workers: [], usage: [], staleNotices: 0, orphansEnded: 0 }) }, log });
});
after(async () => {
  await server.close();
  assert.equal(existsSync(path), false);
  await database.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Reads an answer in a thread of its own, as another process would. */
function readElsewhere(ranges: readonly (readonly [string, string])[]): Promise<{ readonly height: string; readonly rows: number; readonly bytes: number }> {
  const client = new URL('../../../app/control/client.js', import.meta.url).href;
  const program = `
    const { parentPort, workerData: { client, path, ranges } } = require('node:worker_threads');
    import(client).then(async ({ askRows }) => {
      const { height, rows } = await askRows(path, ranges);
      let [count, bytes] = [0, 0];
      for await (const [, value] of rows) { count += 1; bytes += value.length; }
      parentPort.postMessage({ height: String(height), rows: count, bytes });
    });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, { eval: true, workerData: { client, path, ranges } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('while two hundred thousand rows and one of 24 MiB are read, the node is free, and the answer is of one height', async t => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const reading = readElsewhere([['k/', 'k0'], ['b/@t.', 'b/@t/']]);
  let next = 8n;
  let isReading = true;
  void reading.finally(() => { isReading = false; });
  while (isReading) {
    await database.write([{ key: 'b/height', value: numberRow(next) }, { key: `k/o.9${String(next)}`, value: rowValue('new') }]);
    next += 1n;
  }
  delay.disable();
  const { height, rows, bytes } = await reading;
  const [median, p99] = [50, 99].map(percentile => Math.round(delay.percentile(percentile) / 1e4) / 100) as [number, number];
  t.diagnostic(`event loop: median ${median} ms, p99 ${p99} ms, max ${Math.round(delay.max / 1e4) / 100} ms; ${next - 8n} commits meanwhile`);
  assert.ok(BigInt(height) < next, 'it is of the height at which it began');
  assert.equal(rows - rowCount - 1, Number(BigInt(height) - 7n), 'with the rows of that height and no others');
  assert.ok(bytes > longBytes);
  assert.ok(median < 10, `the node is held up for ${median} ms at a time`);
});

test('only its user may open the socket, and a long path has a short name', () => {
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(controlSocketPath(folder), join(folder, 'data', 'windlass.sock'));
  const long = controlSocketPath(join(folder, 'x'.repeat(120)));
  assert.match(long, /windlass-control-[0-9a-f]{24}\.sock$/);
  assert.ok(long.length <= 100);
});

/** What the node answers to a line, all of it. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => void socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => { answer += chunk; });
    socket.once('close', () => resolve(answer)).once('error', reject);
  });
}

test('what it does not understand, or does not serve, is refused in words', async () => {
  assert.match(await say('hello\n'), /"error":"the request is not JSON"/);
  assert.match(await say('{"version":2,"method":"rows","ranges":[]}\n'), /speaks version 1/);
  assert.match(await say('{"version":1,"method":"stop"}\n'), /no such method/);
  assert.match(await say('{"version":1,"method":"rows","ranges":[["a","z"]]}\n'), /ranges are pairs of keys of the kernel/);
  assert.equal(await askRows(join(folder, 'nobody.sock'), []), undefined);
});

test('a command that leaves in the middle holds nothing up', async () => {
  const socket = createConnection(path, () => void socket.write('{"version":1,"method":"rows","ranges":[["k/","k0"]]}\n'));
  await new Promise<void>(resolve => socket.once('data', () => {
    socket.destroy();
    resolve();
  }));
  assert.equal((await readElsewhere([['b/@t.', 'b/@t/']])).rows, 1);
});
