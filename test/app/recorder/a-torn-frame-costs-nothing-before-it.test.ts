import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeFrame, framesOf, LaneHash, lastComplete, linesOf, readAttempts, readFrames, segmentsIn, type Frame } from '../../../app/recorder/index.js';
import { makeRecorderFolder, syntheticChain } from '../../support/recorder-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const segmentBytes = 64 * 1024;
const sequences = (frames: Iterable<Frame>): bigint[] => [...frames].map(({ sequence }) => sequence);

test('frames of many segments are read in their sequence, and an attempt has all its lines', () => {
  const home = join(folder, 'whole');
  makeRecorderFolder(home, syntheticChain(12, 20), { segmentBytes });
  assert.ok(segmentsIn(home).length > 5);
  const frames = sequences(readFrames(home));
  assert.deepEqual(frames, Array.from({ length: 12 * 24 }, (_, index) => BigInt(index + 1)), 'run-begin, 20 cranks, run-end, block-begin, block-end');
  const attempts = readAttempts(home);
  assert.equal(attempts.length, 24);
  for (const { frames: own, lane, isComplete, missing } of attempts) {
    assert.equal(isComplete, true);
    assert.equal(missing, 0);
    const hash = new LaneHash();
    for (const frame of own) for (const read of linesOf(frame)) if (read.type !== undefined) hash.add(read.type, read.d);
    assert.equal(hash.hex.slice(0, 32), lane, 'the running hash follows from the lines');
  }
});

test('the last complete attempt of a height is the one that counts', () => {
  const home = join(folder, 'attempts');
  const [first, second] = syntheticChain(2, 5);
  assert.ok(first && second);
  makeRecorderFolder(home, [first, { ...second, cutAfter: 2 }, { ...second, attempt: 2 }, { ...second, attempt: 3, cutAfter: 1 }], { segmentBytes });
  const attempts = readAttempts(home);
  assert.deepEqual(attempts.filter(({ stream, height }) => stream === 'run' && height === 2n).map(({ attempt, isComplete }) => [attempt, isComplete]), [[1, false], [2, true], [3, false]]);
  assert.equal(lastComplete(attempts, 2n, 'run')?.attempt, 2);
});

test('at every byte of the last frame, whatever is torn or flipped there, all frames before it are read', () => {
  const home = join(folder, 'torn');
  makeRecorderFolder(home, syntheticChain(1, 2), { segmentBytes });
  const [name] = segmentsIn(home);
  assert.ok(name !== undefined);
  const path = join(home, name);
  const whole = readFileSync(path);
  const all = [...framesOf(whole)];
  const last = all[all.length - 1] as Frame;
  const end = whole.indexOf(last.body) + last.body.length;
  const start = end - last.body.length - 64;
  const before = sequences(all.slice(0, -1));
  for (let at = start; at < end; at += 1) {
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 0x20, at);
    assert.deepEqual(sequences(framesOf(flipped)), before, `bit 5 of byte ${at - start}`);
    assert.deepEqual(sequences(framesOf(whole.subarray(0, at))), before, `cut after ${at - start} bytes`);
    const zeros = Buffer.from(whole).fill(0, at, end);
    assert.deepEqual(sequences(framesOf(zeros)).slice(0, before.length), before, `zeros from byte ${at - start}`);
  }
  writeFileSync(path, whole.subarray(0, end - 1));
  assert.deepEqual(sequences(readFrames(home)), before, 'through the folder too');
});

test('a frame of an earlier life behind the last one is not read', () => {
  const frame = (sequence: bigint): Buffer => encodeFrame({ sequence, stream: 'run', height: 1n, attempt: 1, crankNum: 1n, entries: 0, lane: '00'.repeat(16), isFirst: false, isLast: false, isThinned: false }, Buffer.from('x'));
  assert.deepEqual(sequences(framesOf(Buffer.concat([frame(7n), frame(8n), frame(3n), frame(9n)]))), [7n, 8n]);
});
