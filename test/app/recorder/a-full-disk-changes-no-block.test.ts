import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lastComplete, linesOf, readAttempts, readFrames } from '../../../app/recorder/index.js';
import { Recorder } from '../../../app/recorder/recorder.js';
import { fillableFiles, playHeight } from '../../support/recorder-drive.js';
import { startTestApp } from '../host/support.js';
import { makeWorkload } from '../host/workload.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a chain whose recorder has no room gives the same hashes; what is lost is counted, and it goes on when there is room', { timeout: 300_000 }, async () => {
  const blocks: Uint8Array[][] = [];
  const expected: string[] = [];
  const plain = await startTestApp();
  const work = makeWorkload(plain, 5);
  for (let block = 0; block < 12; block += 1) {
    blocks.push(await work.txs(4));
    expected.push(hex((await plain.block(blocks.at(-1))).appHash));
  }
  await plain.end();

  const home = join(folder, 'chain');
  const disk = fillableFiles(home);
  const events: string[] = [];
  const recorder = new Recorder({
    folder: home, files: disk, release: '1', segments: 3, segmentBytes: 128 * 1024, overflowBytes: 64 * 1024 * 1024,
    onTrouble: ({ message }) => { events.push(message); throw new Error('whoever is told may fail'); },
    onRecovered: ({ entries }) => { events.push(`again, without ${entries > 0 ? 'some' : 'no'} lines`); },
  });
  const app = await startTestApp({ recorder });
  for (const [index, txs] of blocks.entries()) {
    disk.isFull = index >= 4 && index < 8;
    assert.equal(hex((await app.block(txs)).appHash), expected[index], `block ${index + 1}`);
    if (disk.isFull) assert.ok(recorder.status.errors > 0 && recorder.status.trouble !== undefined);
  }
  await app.end();
  assert.deepEqual(events, ['ENOSPC: no space left on device, write', 'again, without some lines']);
  const { errors, lost, trouble } = recorder.status;
  assert.ok(errors > 4 && lost > 20, 'tried again with each height');
  assert.equal(trouble, undefined);
  recorder.close('test');
  const attempts = readAttempts(home);
  for (const height of [4n, 11n, 12n]) assert.equal(lastComplete(attempts, height, 'block')?.missing, 0, `height ${height} is whole`);
  assert.equal(lastComplete(attempts, 6n, 'run'), undefined);
  const gaps = [...readFrames(home)].flatMap(frame => [...linesOf(frame)]).flatMap(read => (read.type === 'gap' && 'entries' in read.line ? [read.line.entries] : []));
  assert.ok(gaps.some(entries => entries >= lost), 'the file says how many lines are missing');
});

test('a disk that is full from the start is tried again, and a folder that cannot be made is no reason not to run', () => {
  const disk = fillableFiles(join(folder, 'late'));
  disk.isFull = true;
  const recorder = new Recorder({ folder: join(folder, 'late'), files: disk, release: '1', segments: 2, segmentBytes: 64 * 1024 });
  recorder.open({ height: 0n, confirmed: 0n });
  playHeight(recorder, { height: 1n, firstCrank: 1, cranks: 5 });
  disk.isFull = false;
  playHeight(recorder, { height: 2n, firstCrank: 6, cranks: 5 });
  recorder.close('test');
  assert.equal(lastComplete(readAttempts(join(folder, 'late')), 2n, 'run')?.missing, 0);

  const nowhere = new Recorder({ folder: '/dev/null/recorder', release: '1' });
  nowhere.open({ height: 0n, confirmed: 0n });
  playHeight(nowhere, { height: 1n, firstCrank: 1, cranks: 5 });
  assert.ok(nowhere.status.errors > 0 && nowhere.status.trouble !== undefined);
  nowhere.close('test');
});
