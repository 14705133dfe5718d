import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lastComplete, linesOf, readAttempts, readFrames, segmentsIn, type Frame } from '../../../app/recorder/index.js';
import { Recorder, type RecorderOptions } from '../../../app/recorder/recorder.js';
import { fillableFiles, playHeight } from '../../support/recorder-drive.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const segmentBytes = 64 * 1024;
function start(name: string, state = { height: 0n, confirmed: 0n }, options: Partial<RecorderOptions> = {}): Recorder {
  const recorder = new Recorder({ folder: join(folder, name), release: '1', segments: 4, segmentBytes, overflowBytes: 0, onTrouble: error => { throw error; }, ...options });
  recorder.open(state);
  return recorder;
}
const framesIn = (name: string): Frame[] => [...readFrames(join(folder, name))].map(frame => ({ ...frame, body: Buffer.from(frame.body) }));
/** Numbers of the cranks that are there whole, in order. */
const cranksIn = (name: string): number[] => framesIn(name).flatMap(frame => [...linesOf(frame)].flatMap(read => (read.type === 'crank-finish' && 'crank' in read.line ? [read.line.crank] : [])));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);

test('over ten turns of the ring, with frames of any size, what is readable never falls below what the other segments hold', () => {
  const recorder = start('ring');
  let [crank, height, least] = [1, 1n, Infinity];
  const room = segmentBytes;
  while (recorder.status.errors === 0 && height < 260n) {
    const sizes = range(0, 9).map(n => (height * 7919n + BigInt(n) * 104_729n) % 3000n);
    playHeight(recorder, { height, firstCrank: crank, cranks: 10, sizeOf: at => Number(sizes[(at - crank + 10) % 10]) });
    crank += 10;
    recorder.confirm(height - 1n);
    const frames = framesIn('ring');
    frames.forEach((frame, index) => { assert.ok(index === 0 || frame.sequence === (frames[index - 1] as Frame).sequence + 1n, 'no frame is missing between two'); });
    if (height > 40n) least = Math.min(least, frames.reduce((sum, { body }) => sum + body.length + 64, 0));
    assert.equal(frames.at(-1)?.height, height);
    height += 1n;
  }
  assert.equal(recorder.status.errors, 0);
  assert.equal(segmentsIn(join(folder, 'ring')).length, 4);
  assert.ok(least > 3 * room - 3 * 8192, `${least} bytes were readable at the least`);
  recorder.close('test');
});

test('a frame that fills its segment to the last byte is read, and the next one goes into another', () => {
  const probe = start('exact');
  // Of a height with one crank, how much longer a message must be so that its frame ends where the segment does.
  playHeight(probe, { height: 1n, firstCrank: 1, cranks: 1, sizeOf: () => 10, until: 'run' });
  const used = framesIn('exact').reduce((sum, { body }) => sum + body.length + 64, 0);
  probe.close('test');
  for (const short of [0, 1, 2, 63, 64, 65]) {
    const name = `exact-${short}`;
    const clock = { wall: () => 1_780_000_000_000, process: () => 1000 };
    const measure = start(`${name}-measure`, undefined, { clocks: clock });
    playHeight(measure, { height: 1n, firstCrank: 1, cranks: 1, sizeOf: () => 10, until: 'run' });
    const length = framesIn(`${name}-measure`).reduce((sum, { body }) => sum + body.length + 64, 0);
    measure.close('test');
    assert.ok(Math.abs(length - used) < 400);
    const recorder = start(name, undefined, { clocks: clock, segmentBytes: length + 1000 });
    playHeight(recorder, { height: 1n, firstCrank: 1, cranks: 1, sizeOf: () => 1010 - short, until: 'run' });
    playHeight(recorder, { height: 2n, firstCrank: 2, cranks: 2, until: 'commit' });
    recorder.close('test');
    assert.deepEqual(cranksIn(name), [1, 2, 3], `${short} bytes short of the end`);
  }
});

test('heights that are not confirmed make the folder grow, and confirmed it shrinks to its size again', () => {
  const recorder = start('grows', undefined, { overflowBytes: 100 * segmentBytes });
  const cranks = 60;
  for (let height = 1n; height <= 12n; height += 1n) playHeight(recorder, { height, firstCrank: 1 + Number(height - 1n) * cranks, cranks, sizeOf: () => 800 });
  assert.ok(segmentsIn(join(folder, 'grows')).length > 10);
  assert.deepEqual(cranksIn('grows'), range(1, 12 * cranks), 'nothing is lost');
  recorder.confirm(11n);
  assert.equal(segmentsIn(join(folder, 'grows')).length, 4);
  assert.deepEqual(cranksIn('grows').filter(crank => crank > 11 * cranks), range(11 * cranks + 1, 12 * cranks), 'what is not confirmed is there');
  recorder.close('test');
});

test('a height that is larger than all the room there is keeps its ladder, its beginning and its end, and says what is missing', () => {
  const recorder = start('large', undefined, { overflowBytes: 8 * segmentBytes });
  const cranks = 2000;
  playHeight(recorder, { height: 1n, firstCrank: 1, cranks, sizeOf: () => 800 });
  recorder.close('test');
  assert.equal(recorder.status.errors, 0);
  assert.deepEqual(cranksIn('large'), range(1, cranks), 'the hash of every crank');
  const attempt = lastComplete(readAttempts(join(folder, 'large')), 1n, 'run');
  assert.ok(attempt);
  const lines = attempt.frames.flatMap(frame => [...linesOf(frame)]);
  const entries = attempt.frames.reduce((sum, frame) => sum + frame.entries, 0);
  const [gaps, others] = [lines.filter(({ type }) => type === 'gap'), lines.filter(({ type }) => type !== 'gap')];
  assert.ok(attempt.missing > 1000);
  assert.equal(others.length + attempt.missing, entries, 'each line is there or counted');
  assert.equal(gaps.length, attempt.frames.filter(({ isThinned }) => isThinned).length);
  const thinned = attempt.frames.map(({ isThinned }) => isThinned);
  assert.deepEqual([thinned[0], thinned.at(-1)], [false, false]);
  const bytes = segmentsIn(join(folder, 'large')).reduce((sum, name) => sum + statSync(join(folder, 'large', name)).size, 0);
  assert.ok(bytes <= (4 + 8 + 20) * segmentBytes, `${bytes} bytes`);
});

test('a restart goes on in the sequence; what it may write over is what the database says is confirmed', () => {
  const first = start('restart', undefined, { overflowBytes: 100 * segmentBytes });
  for (let height = 1n; height <= 8n; height += 1n) playHeight(first, { height, firstCrank: 1 + Number(height - 1n) * 60, cranks: 60, sizeOf: () => 800 });
  // Killed: nothing is closed. The database has 2 as confirmed.
  const last = framesIn('restart').at(-1)?.sequence as bigint;
  const second = start('restart', { height: 8n, confirmed: 2n }, { overflowBytes: 100 * segmentBytes });
  playHeight(second, { height: 9n, firstCrank: 481, cranks: 60, sizeOf: () => 800 });
  const frames = framesIn('restart');
  assert.deepEqual(frames.slice(-100).map(({ sequence }) => sequence), Array.from({ length: 100 }, (_, n) => (frames.at(-1) as Frame).sequence - 99n + BigInt(n)));
  assert.ok((frames.at(-1) as Frame).sequence > last);
  assert.deepEqual(cranksIn('restart').filter(crank => crank > 120), range(121, 540), 'heights 3 to 9');
  second.close('test');
});

test('opened again over the state of a restore, what that state confirms is free at once', () => {
  const recorder = start('restored', undefined, { overflowBytes: 100 * segmentBytes });
  for (let height = 1n; height <= 12n; height += 1n) playHeight(recorder, { height, firstCrank: 1 + Number(height - 1n) * 60, cranks: 60, sizeOf: () => 800 });
  assert.ok(recorder.status.segments > 10);
  recorder.open({ height: 100n, confirmed: 99n });
  assert.equal(recorder.status.segments, 4);
  recorder.close('test');
});

test('with another size of the pool, nothing that is not confirmed goes', () => {
  const first = start('pool', undefined, { segments: 12 });
  for (let height = 1n; height <= 8n; height += 1n) playHeight(first, { height, firstCrank: 1 + Number(height - 1n) * 60, cranks: 60, sizeOf: () => 800 });
  first.close('test');
  const before = segmentsIn(join(folder, 'pool')).length;
  assert.ok(before > 6);
  const smaller = start('pool', { height: 8n, confirmed: 5n }, { segments: 2, overflowBytes: 100 * segmentBytes });
  assert.ok(segmentsIn(join(folder, 'pool')).length < before);
  assert.deepEqual(cranksIn('pool').filter(crank => crank > 300), range(301, 480));
  playHeight(smaller, { height: 9n, firstCrank: 481, cranks: 10 });
  smaller.confirm(8n);
  assert.equal(segmentsIn(join(folder, 'pool')).length, 2);
  smaller.close('test');
  const larger = start('pool', { height: 9n, confirmed: 8n }, { segments: 6 });
  for (let height = 10n; height <= 12n; height += 1n) playHeight(larger, { height, firstCrank: 491 + Number(height - 10n) * 40, cranks: 40, sizeOf: () => 800 });
  assert.ok(segmentsIn(join(folder, 'pool')).length > 2);
  assert.deepEqual(cranksIn('pool').filter(crank => crank > 480), range(481, 610));
  larger.close('test');
});

test('a disk that is full while a segment is thinned loses what comes meanwhile, and nothing of the ladder before', () => {
  const home = join(folder, 'thin-full');
  const disk = fillableFiles(home);
  const recorder = new Recorder({ folder: home, files: disk, release: '1', segments: 4, segmentBytes, overflowBytes: 4 * segmentBytes });
  recorder.open({ height: 0n, confirmed: 0n });
  let crank = 1;
  const lost = new Set<number>();
  for (let height = 1n; height <= 60n; height += 1n) {
    // Full after some writes more, at another place each time: in a frame, a new segment, or the copy of a thinned one.
    disk.fullAfter = disk.writes + 7 + Number(height);
    const before = recorder.status.lost;
    playHeight(recorder, { height, firstCrank: crank, cranks: 12, sizeOf: () => 900 });
    disk.fullAfter = Infinity;
    for (let n = 0; n < 12; n += 1, crank += 1) if (recorder.status.lost > before) lost.add(crank);
  }
  recorder.close('test');
  const there = new Set(cranksIn('thin-full'));
  assert.ok(lost.size > 0 && there.size < crank - 1 && there.size > crank / 2);
  for (let n = 1; n < crank; n += 1) assert.ok(there.has(n) || lost.has(n), `crank ${n}`);
  const sequences = framesIn('thin-full').map(({ sequence }) => sequence);
  assert.equal(new Set(sequences).size, sequences.length);
  assert.ok(framesIn('thin-full').some(({ isThinned }) => isThinned));
});

test('with fsync, what a commit covers is synced, in every segment that it is in', () => {
  const home = join(folder, 'synced');
  const disk = fillableFiles(home);
  const recorder = new Recorder({ folder: home, files: disk, release: '1', segments: 12, segmentBytes, fsync: 'commit' });
  recorder.open({ height: 0n, confirmed: 0n });
  playHeight(recorder, { height: 1n, firstCrank: 1, cranks: 150, sizeOf: () => 900 });
  const used = new Set(disk.written);
  assert.ok(used.size > 3);
  assert.deepEqual(new Set(disk.synced), used);
  recorder.close('test');
});
