import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeLog } from '../../../app/log.js';
import { laneOf, lastComplete, linesOf, readAttempts, type Attempt } from '../../../app/recorder/index.js';
import { Recorder } from '../../../app/recorder/recorder.js';
import { openTestApp, startTestApp, type TestApp, type TestAppOptions } from '../host/support.js';
import { makeWorkload } from '../host/workload.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const settings = { segments: 4, segmentBytes: 8 * 1024 * 1024, overflowBytes: 512 * 1024 * 1024, release: '0.0.0-test' };
const kernelState = { params: { cleanup_budget: 3, reap_interval: 4, snapshot_initial: 1, snapshot_interval: 1 } };
const laneDOf = (attempt: Attempt): string => attempt.frames.flatMap(frame => [...linesOf(frame)]).map(read => (read.type === undefined ? assert.fail(read.text) : read)).filter(({ type }) => laneOf(type) === 'D').map(({ d }) => d).join('\n');

/** Executes the blocks with a recorder; closed and opened again after each block if asked. */
async function record(name: string, blocks: readonly (readonly Uint8Array[])[], options: TestAppOptions, reopens = false): Promise<Attempt[]> {
  const home = join(folder, name);
  const open = (): Recorder => new Recorder({ ...settings, folder: home, onDifference: difference => assert.fail(JSON.stringify(difference, (_, value: unknown) => String(value))) });
  let recorder = open();
  let app: TestApp = await startTestApp({ ...options, kernelState, recorder });
  for (const txs of blocks) {
    await app.block(txs);
    if (!reopens) continue;
    await app.close();
    recorder.close('test');
    recorder = open();
    const before: TestApp = app;
    app = await openTestApp({ ...options, kernelState, recorder, dataFrom: before.data });
    rmSync(before.data, { recursive: true, force: true });
  }
  await app.end();
  recorder.close('test');
  assert.equal(recorder.status.errors, 0);
  return readAttempts(home);
}

test('vats online, restarts, the speed of workers, log level and time zone change no byte of lane D', { timeout: 600_000 }, async () => {
  const blocks: Uint8Array[][] = [];
  const maker = await startTestApp({ kernelState });
  const work = makeWorkload(maker, 21);
  for (let block = 0; block < 25; block += 1) {
    blocks.push(await work.txs(6));
    await maker.block(blocks.at(-1));
  }
  await maker.end();
  const first = await record('first', blocks, {});
  process.env['TZ'] = 'Asia/Kathmandu';
  const others = [
    await record('one-online', blocks, { maxVatsOnline: 1, log: makeLog('debug', 'json', () => undefined) }),
    await record('slow', blocks, { yields: 3 }),
    await record('restarts', blocks, { maxVatsOnline: 2 }, true),
  ];
  const types = new Set(first.flatMap(({ frames }) => frames.flatMap(frame => [...linesOf(frame)].map(({ type }) => type))));
  for (const type of ['run-begin', 'crank-start', 'deliver', 'syscall', 'deliver-result', 'clist', 'terminate', 'kv', 'crank-finish', 'run-end', 'block-begin', 'block-end'] as const) assert.ok(types.has(type), type);
  for (const attempts of others) {
    for (let height = 1n; height <= BigInt(blocks.length); height += 1n) {
      for (const stream of ['run', 'block'] as const) {
        const [ours, theirs] = [first, attempts].map(list => lastComplete(list, height, stream));
        assert.ok(ours && theirs, `${stream} of ${height}`);
        assert.equal(laneDOf(theirs), laneDOf(ours), `${stream} of ${height}`);
        assert.equal(theirs.lane, ours.lane);
      }
    }
  }
});
