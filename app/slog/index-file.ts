/**
 * The index beside a slog file: a JSON line for each attempt, in the order of the file. It saves reading the file, and is never needed:
 * what it does not cover is scanned.
 */
import type { AttemptFacts, Stream } from './read/attempt.js';
import type { Range } from './read/blocks.js';

export type IndexEntry = AttemptFacts & {
  /** Where its lines stand on the disk, from the end of the attempt before: of a compressed file, a gzip member. */
  readonly range: Range;
  /** Sequence of its last frame in the ring: where a sender goes on. */
  readonly sequence: bigint;
};

/** One line with its line feed. */
export function writeEntry({ height, stream, attempt, isComplete, cranks, activityBefore, activityHash, appHash, range, laneD, sequence }: IndexEntry): string {
  const entry = {
    height: String(height), stream, attempt, complete: isComplete, offset: range.offset, length: range.length, first: cranks?.first, last: cranks?.last,
    before: activityBefore, activity: activityHash, app: appHash, d: laneD, seq: String(sequence),
  };
  return `${JSON.stringify(entry)}\n`;
}

type Written = {
  readonly height: string; readonly stream: Stream; readonly attempt: number; readonly complete: boolean; readonly offset: number; readonly length: number;
  readonly first?: number; readonly last?: number; readonly before?: string; readonly activity?: string; readonly app?: string; readonly d?: string; readonly seq: string;
};

/** The entries up to the first that is torn or does not follow from the one before: a crash may cut the file anywhere. */
export function readEntries(text: string): IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = readEntry(line);
    const last = entries.at(-1);
    if (!entry || (last && entry.range.offset < last.range.offset + last.range.length)) break;
    entries.push(entry);
  }
  return entries;
}

function readEntry(line: string): IndexEntry | undefined {
  let entry: Written;
  try {
    entry = JSON.parse(line) as Written;
    return {
      height: BigInt(entry.height), stream: entry.stream, attempt: entry.attempt, isComplete: entry.complete,
      cranks: entry.first === undefined || entry.last === undefined ? undefined : { first: entry.first, last: entry.last },
      activityBefore: entry.before, activityHash: entry.activity, appHash: entry.app,
      range: { offset: entry.offset, length: entry.length }, laneD: entry.d, sequence: BigInt(entry.seq),
    };
  } catch {
    return undefined; // torn, or of a later release: the file itself says the same
  }
}

/** Where the last entry ends. */
export function endOfEntries(entries: readonly IndexEntry[]): number {
  const last = entries.at(-1);
  return last ? last.range.offset + last.range.length : 0;
}
