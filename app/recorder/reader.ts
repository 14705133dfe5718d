/**
 * Reading a recorder's folder, also while its node runs: without a lock, without writing, believing nothing that has no right checksum.
 * A segment may be taken anew while it is read; then it has fewer frames, or a file more or less, and nobody fails.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { frameAt, framesOf, headerBytes, type Frame, type Stream } from './frames.js';
import { readLine, splitLines, type ReadLine, type UnknownLine } from './lines/index.js';

export const segmentName = (index: number): string => `seg-${String(index).padStart(2, '0')}`;

/** The number of a segment by its file name; undefined for other files. */
export function segmentIndex(name: string): number | undefined {
  const digits = /^seg-(\d{2,})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Names of the segments in a folder, by number. Empty when there is no such folder. */
export function segmentsIn(folder: string): string[] {
  const names = whatIsThere(() => readdirSync(folder)) ?? [];
  return names.filter(name => segmentIndex(name) !== undefined).sort((a, b) => (segmentIndex(a) as number) - (segmentIndex(b) as number));
}

function whatIsThere<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // it went meanwhile
    throw error;
  }
}

/**
 * All frames of a folder in their sequence. Few segments are held at a time; bodies are views of them. Where two frames have one sequence (a thinned
 * copy beside its original), the one with all lines counts.
 */
export function* readFrames(folder: string): Iterable<Frame> {
  const runs: { readonly name: string; readonly first: bigint }[] = [];
  for (const name of segmentsIn(folder)) {
    const first = whatIsThere(() => firstSequence(join(folder, name)));
    if (first !== undefined) runs.push({ name, first });
  }
  runs.sort((a, b) => (a.first < b.first ? -1 : 1));
  yield* inSequence(runs.map(({ name, first }) => framesFrom(folder, name, first)));
}

/** Of the first frame in a segment; undefined when it has none. */
function firstSequence(path: string): bigint | undefined {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(headerBytes);
    if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return undefined;
    const length = Math.min(header.readUInt32LE(4), frameBytesMax);
    const bytes = Buffer.alloc(headerBytes + length);
    return frameAt(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)), 0)?.frame.sequence;
  } finally {
    closeSync(file);
  }
}

/** More than any segment has. */
const frameBytesMax = 64 * 1024 * 1024;

/** Nothing when the segment was taken anew since its first frame was seen: what is in it now is later than what this reader is about. */
function* framesFrom(folder: string, name: string, first: bigint): Iterable<Frame> {
  const bytes = whatIsThere(() => readFileSync(join(folder, name)));
  if (bytes && frameAt(bytes, 0)?.frame.sequence === first) yield* framesOf(bytes);
}

type OpenRun = { head: Frame; readonly rest: Iterator<Frame> };

/** Merges runs of frames, each rising, given by their first frames. They overlap only where some are thinned, so that few are open at a time. */
function* inSequence(runs: readonly Iterable<Frame>[]): Iterable<Frame> {
  const waiting = [...runs];
  const open: OpenRun[] = [];
  let next = openNext(waiting);
  for (;;) {
    let least = leastOf(open);
    while (next && (!least || next.head.sequence <= least.head.sequence)) {
      open.push(next);
      least = leastOf(open);
      next = openNext(waiting);
    }
    if (!least) return;
    const { head } = least;
    yield head;
    for (const run of [...open]) if (!passed(run, head.sequence)) open.splice(open.indexOf(run), 1);
  }
}

function leastOf(open: readonly OpenRun[]): OpenRun | undefined {
  return open.reduce<OpenRun | undefined>((low, run) => (low && !isBefore(run.head, low.head) ? low : run), undefined);
}

/** Goes on to the first frame after a sequence; false when there is none. */
function passed(run: OpenRun, sequence: bigint): boolean {
  while (run.head.sequence <= sequence) {
    const next = run.rest.next();
    if (next.done === true) return false;
    run.head = next.value;
  }
  return true;
}

function openNext(waiting: Iterable<Frame>[]): OpenRun | undefined {
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    const rest = run[Symbol.iterator]();
    const first = rest.next();
    if (first.done !== true) return { head: first.value, rest };
  }
  return undefined;
}

function isBefore(a: Frame, b: Frame): boolean {
  return a.sequence < b.sequence || (a.sequence === b.sequence && !a.isThinned && b.isThinned);
}

/** The lines of a frame. */
export function* linesOf({ body }: Pick<Frame, 'body'>): Iterable<ReadLine | UnknownLine> {
  for (const text of splitLines(body.toString('utf8'))) yield readLine(text);
}

/** One execution of a height's stream, as far as it is there. */
export type Attempt = {
  readonly height: bigint;
  readonly stream: Stream;
  readonly attempt: number;
  /** In their sequence; bodies are copies. */
  readonly frames: readonly Frame[];
  /** Its first and its last frame are there: it went to its end. */
  readonly isComplete: boolean;
  /** Lines that had no room. */
  readonly missing: number;
  /** First 16 bytes of the hash over lane D, hex: of all of it when complete. */
  readonly lane: string;
};

/** Every attempt in a folder that `wanted` asks for, in the order of their first frames. */
export function readAttempts(folder: string, wanted: (frame: Frame) => boolean = () => true): Attempt[] {
  const frames: Frame[] = [];
  for (const frame of readFrames(folder)) if (frame.stream !== 'local' && wanted(frame)) frames.push({ ...frame, body: Buffer.from(frame.body) });
  return attemptsOf(frames);
}

/** The attempts that frames, in their sequence, are of. */
export function attemptsOf(frames: readonly Frame[]): Attempt[] {
  const found = new Map<string, Frame[]>();
  for (const frame of frames) {
    const key = `${frame.height} ${frame.stream} ${frame.attempt}`;
    const ofOne = found.get(key) ?? [];
    found.set(key, ofOne);
    ofOne.push(frame);
  }
  return [...found.values()].map(attemptOf);
}

function attemptOf(frames: readonly Frame[]): Attempt {
  const [first] = frames as readonly [Frame];
  const last = frames[frames.length - 1] as Frame;
  const { height, stream, attempt } = first;
  return { height, stream, attempt, frames, isComplete: first.isFirst && last.isLast, missing: frames.reduce((sum, frame) => sum + missingIn(frame), 0), lane: last.lane };
}

/** Most frames have no gap: only they are looked through. */
function missingIn(frame: Frame): number {
  if (!frame.body.includes('{"type":"gap"')) return 0;
  let missing = 0;
  for (const read of linesOf(frame)) if (read.type === 'gap' && 'entries' in read.line) missing += read.line.entries;
  return missing;
}

/** Of one height and stream, the attempt that counts: the last complete one. */
export function lastComplete(attempts: readonly Attempt[], height: bigint, stream: Stream): Attempt | undefined {
  return attempts.filter(one => one.height === height && one.stream === stream && one.isComplete).reduce<Attempt | undefined>((high, one) => (high && high.attempt > one.attempt ? high : one), undefined);
}

/** The text of an attempt's lines. */
export function textOf({ frames }: Pick<Attempt, 'frames'>): string {
  return Buffer.concat(frames.map(({ body }) => body)).toString('utf8');
}
