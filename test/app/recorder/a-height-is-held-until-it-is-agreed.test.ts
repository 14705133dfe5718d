import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Attempts, type Difference } from '../../../app/recorder/attempts.js';
import { lastComplete, linesOf, readAttempts, type Frame } from '../../../app/recorder/index.js';
import { Recorder } from '../../../app/recorder/recorder.js';
import { playHeight } from '../../support/recorder-drive.js';
import { openTestApp, startTestApp, type TestApp } from '../host/support.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const proposal = (app: TestApp) => app.app.application.processProposal({
  txs: [], proposedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height: app.request().height, time: { seconds: 0n, nanos: 0 }, nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
});

test('killed after Commit, a height is held: the first block of a handshake does not free it, live consensus does', { timeout: 120_000 }, async () => {
  const home = join(folder, 'held');
  const open = (): Recorder => new Recorder({ folder: home, release: '1', segments: 2, segmentBytes: 512 * 1024 });
  const first = open();
  const before = await startTestApp({ recorder: first });
  for (let height = 1n; height <= 6n; height += 1n) {
    await proposal(before);
    await before.block();
    assert.equal(first.status.confirmed, height - 1n, 'each block proves the one before it');
  }
  // Killed: nothing is closed or told. The database has 5 as confirmed.
  const again = open();
  const app = await openTestApp({ recorder: again, dataFrom: before.data });
  try {
    assert.equal(again.status.confirmed, 5n);
    await app.block();
    assert.equal(again.status.confirmed, 5n, 'a block without a proposal proves nothing yet');
    assert.ok(lastComplete(readAttempts(home), 6n, 'block'), 'height 6 is held');
    const runs = readAttempts(home, frame => frame.height === 7n && frame.stream === 'run').map(({ frames: [first] }) => [...linesOf(first as Frame)][0]);
    const states = runs.map(read => (read?.type === 'run-begin' ? read.local.chain : undefined));
    assert.equal(states.length, 2, 'the run after the last commit is done again');
    assert.match(states[0] ?? '', /^\S+ [0-9a-f]{64}$/);
    assert.equal(states[0], states[1], 'over the same state, so that they are compared');
    await proposal(app);
    await app.block();
    assert.equal(again.status.confirmed, 7n);
    again.close('test');
  } finally {
    await app.end();
    await before.end();
  }
});

test('a height that is executed again is attempt 2; another result is told, the same is not, nor is that of another release', () => {
  const home = join(folder, 'again');
  const seen: Difference[] = [];
  const start = (release: string): Recorder => {
    const recorder = new Recorder({ folder: home, release, segments: 2, segmentBytes: 256 * 1024, onDifference: difference => { seen.push(difference); } });
    recorder.open({ height: 4n, confirmed: 3n });
    return recorder;
  };
  const height = { height: 5n, firstCrank: 10, cranks: 4 };
  playHeight(start('1'), { ...height, until: 'block' });
  playHeight(start('1'), height);
  assert.equal(seen.length, 0);
  playHeight(start('1'), { ...height, sizeOf: () => 201, until: 'run' });
  assert.equal(seen.length, 0, 'an attempt that did not end says nothing');
  playHeight(start('1'), { ...height, sizeOf: () => 201 });
  assert.deepEqual(seen.map(({ stream, before, after: later }) => [stream, before.attempt, later.attempt]), [['run', 2, 4]]);
  playHeight(start('2'), height);
  assert.equal(seen.length, 1, 'a later release may execute otherwise');
  const attempts = readAttempts(home, frame => frame.height === 5n && frame.stream === 'run');
  assert.deepEqual(attempts.map(({ attempt, isComplete }) => [attempt, isComplete]), [[1, true], [2, true], [3, false], [4, true], [5, true]]);
});

test('executions over different states are not compared: what was recorded outlived the data of its chain', () => {
  const home = join(folder, 'outlived');
  const seen: Difference[] = [];
  const start = (chain: string): Recorder => {
    const recorder = new Recorder({ folder: home, release: '1', segments: 2, segmentBytes: 256 * 1024, onDifference: difference => { seen.push(difference); } });
    recorder.open({ height: 4n, confirmed: 3n, chain: () => chain });
    return recorder;
  };
  const height = { height: 5n, firstCrank: 10, cranks: 4 };
  playHeight(start('one aa'), height);
  playHeight(start('one bb'), { ...height, sizeOf: () => 201 });
  assert.equal(seen.length, 0);
  playHeight(start('one bb'), { ...height, sizeOf: () => 202 });
  assert.deepEqual(seen.map(({ stream, before, after: later }) => [stream, before.attempt, later.attempt]), [['run', 2, 3]]);
});

test('frames of a later attempt that are seen first say nothing of an earlier one', () => {
  const attempts = new Attempts();
  const frame = { sequence: 1n, stream: 'run', height: 5n, crankNum: 0n, entries: 1, lane: 'aa', isThinned: false } as const;
  attempts.saw({ ...frame, attempt: 2, isFirst: true, isLast: false }, 'second release');
  attempts.saw({ ...frame, attempt: 1, isFirst: true, isLast: false }, 'first release');
  attempts.saw({ ...frame, attempt: 1, isFirst: false, isLast: true }, undefined);
  const next = attempts.next(5n, 'run', 'second release');
  assert.equal(next, 3);
  assert.equal(attempts.completed(5n, 'run', next, 'bb'), undefined);
});
