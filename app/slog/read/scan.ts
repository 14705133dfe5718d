/**
 * The attempts of a file, found by one scan over its bytes: only the lines that begin and end them are read, and the last crank of one
 * that was cut off.
 */
import type { AttemptFacts, Stream } from './attempt.js';
import type { LineBlock, Range } from './blocks.js';

/** `range`: where its lines stand from the end of the attempt before, in the file or in what it inflates to. */
export type ScannedAttempt = AttemptFacts & { readonly range: Range };

type Mark = { readonly at: number; readonly type: string; readonly stream: Stream };

const needles: readonly { readonly bytes: Buffer; readonly stream: Stream }[] = [
  { bytes: Buffer.from('{"type":"run-'), stream: 'run' },
  { bytes: Buffer.from('{"type":"block-'), stream: 'block' },
];
const crankEnd = Buffer.from('{"type":"crank-finish"');
const lineFeed = 10;

/** What is known of an attempt whose end has not been seen. */
type Open = {
  readonly stream: Stream; readonly offset: number; readonly height: bigint; readonly attempt: number;
  /** The last step before it, and the activity hash there. */
  readonly step: number | undefined; readonly activity: string | undefined;
  /** The last crank of it that has been seen, and the hash there. */
  last: { readonly crank: number; readonly activity: string } | undefined;
};

/** Takes blocks of whole lines in their order. */
export class AttemptScanner {
  /** In the order in which they lie there; the one that is open is missing until `finish`. */
  readonly attempts: ScannedAttempt[] = [];
  #open: Open | undefined;
  /** Of the attempt before, and of all that was added. */
  #before: number | undefined;
  #end = 0;

  add({ bytes, offset }: LineBlock): void {
    this.#before ??= offset;
    let from = 0;
    for (const mark of marksOf(bytes)) {
      const line = lineAt(bytes, mark.at);
      if (mark.type.endsWith('-begin')) {
        if (this.#open) this.#close(cutOff(this.#open, bytes, from, mark.at, offset));
        this.#open = opened(mark, line, this.#before);
        from = mark.at;
      } else if (mark.type === `${this.#open?.stream ?? ''}-end`) {
        const stop = mark.at + line.length + 1;
        this.#close(complete(this.#open as Open, line, offset + stop));
        from = stop;
      }
    }
    if (this.#open) this.#open.last = lastCrank(bytes, from, bytes.length) ?? this.#open.last;
    this.#end = offset + bytes.length;
  }

  /** All attempts. One whose end did not come is cut off. */
  finish(): readonly ScannedAttempt[] {
    if (this.#open) this.#close(closed(this.#open, this.#end));
    return this.attempts;
  }

  #close(attempt: ScannedAttempt): void {
    this.attempts.push(attempt);
    this.#before = attempt.range.offset + attempt.range.length;
    this.#open = undefined;
  }
}

/** Resolves with the attempts in the order in which they lie there. */
export async function scanAttempts(blocks: AsyncIterable<LineBlock>): Promise<readonly ScannedAttempt[]> {
  const scanner = new AttemptScanner();
  for await (const block of blocks) scanner.add(block);
  return scanner.finish();
}

/** The lines of a block that begin or end an attempt, in order. */
function marksOf(bytes: Buffer): Mark[] {
  const marks: Mark[] = [];
  for (const { bytes: needle, stream } of needles) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
      if (at > 0 && bytes[at - 1] !== lineFeed) continue; // within a text
      const typeEnd = bytes.indexOf(0x22, at + needle.length);
      const type = bytes.toString('latin1', at + 9, typeEnd);
      if (type === `${stream}-begin` || type === `${stream}-end`) marks.push({ at, type, stream });
    }
  }
  return marks.sort((a, b) => a.at - b.at);
}

function lineAt(bytes: Buffer, at: number): Buffer {
  return bytes.subarray(at, bytes.indexOf(lineFeed, at));
}

type MarkLine = { readonly height: string; readonly step?: number; readonly activity?: string; readonly appHash?: string; readonly '~'?: { readonly attempt?: number } };

const readMark = (line: Buffer): MarkLine => JSON.parse(line.toString()) as MarkLine;

function opened({ stream }: Mark, line: Buffer, offset: number): Open {
  const { height, step, activity, '~': local } = readMark(line);
  return { stream, offset, height: BigInt(height), attempt: local?.attempt ?? 1, step, activity, last: undefined };
}

function complete({ stream, offset, height, attempt, step, activity: activityBefore }: Open, line: Buffer, end: number): ScannedAttempt {
  const { step: last, activity, appHash } = readMark(line);
  const cranks = step === undefined || last === undefined || last <= step ? undefined : { first: step + 1, last };
  return { height, stream, attempt, isComplete: true, cranks, activityBefore, activityHash: activity, appHash, laneD: undefined, range: { offset, length: end - offset } };
}

function cutOff(open: Open, bytes: Buffer, from: number, to: number, offset: number): ScannedAttempt {
  open.last = lastCrank(bytes, from, to) ?? open.last;
  return closed(open, offset + to);
}

function closed({ stream, offset, height, attempt, step, activity: activityBefore, last }: Open, end: number): ScannedAttempt {
  const cranks = step === undefined || last === undefined ? undefined : { first: step + 1, last: last.crank };
  const activityHash = stream === 'run' ? (last?.activity ?? activityBefore) : undefined;
  return { height, stream, attempt, isComplete: false, cranks, activityBefore, activityHash, appHash: undefined, laneD: undefined, range: { offset, length: end - offset } };
}

function lastCrank(bytes: Buffer, from: number, to: number): { readonly crank: number; readonly activity: string } | undefined {
  for (let at = bytes.lastIndexOf(crankEnd, to - 1); at >= from && at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(crankEnd, at - 1)) {
    if (at > 0 && bytes[at - 1] !== lineFeed) continue;
    const { crank, activityhash } = JSON.parse(lineAt(bytes, at).toString()) as { crank: number; activityhash: string };
    return { crank, activity: activityhash };
  }
  return undefined;
}
