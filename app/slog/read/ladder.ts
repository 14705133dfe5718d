/** The ladder of a source: of each height the attempts that count, which are the last complete ones. */
import type { Attempt, Part, Stream } from './attempt.js';

export type Ladder = {
  /** By height, ascending; one a height. */
  readonly runs: readonly Attempt[];
  readonly blocks: readonly Attempt[];
  /** Those that do not count: earlier attempts, and those cut off where there is a complete one. */
  readonly others: readonly Attempt[];
  /** Those that count though they are cut off: there is none better. */
  readonly cutOff: readonly Attempt[];
};

/** Takes the last complete attempt of each height and stream; the last incomplete one where there is none. */
export function ladderOf(parts: readonly Part[]): Ladder {
  const attempts = parts.flatMap(part => part.attempts);
  const others: Attempt[] = [];
  const runs = pick(attempts, 'run', others);
  const blocks = pick(attempts, 'block', others);
  return { runs, blocks, others, cutOff: [...runs, ...blocks].filter(({ isComplete }) => !isComplete) };
}

function pick(attempts: readonly Attempt[], stream: Stream, others: Attempt[]): Attempt[] {
  const chosen = new Map<bigint, Attempt>();
  for (const attempt of attempts) {
    if (attempt.stream !== stream) continue;
    const before = chosen.get(attempt.height);
    const better = before === undefined || isBetter(attempt, before) ? attempt : before;
    chosen.set(attempt.height, better);
    if (before === undefined) continue;
    const worse = better === attempt ? before : attempt;
    if (!isSame(better, worse)) others.push(worse);
  }
  return [...chosen.values()].sort((a, b) => (a.height < b.height ? -1 : 1));
}

/** Of two that are equal the later one is taken: a ring and a file may both have it. */
function isBetter(one: Attempt, than: Attempt): boolean {
  if (one.isComplete !== than.isComplete) return one.isComplete;
  return one.attempt >= than.attempt;
}

/** The same attempt, found twice. */
function isSame(a: Attempt, b: Attempt): boolean {
  return a.attempt === b.attempt && a.isComplete === b.isComplete;
}

export type Span<T> = { readonly first: T; readonly last: T };

/** First and last crank of all runs; undefined when none settled. */
export function crankSpan({ runs }: Pick<Ladder, 'runs'>): Span<number> | undefined {
  const first = runs.find(run => run.cranks)?.cranks?.first;
  const last = runs.findLast(run => run.cranks)?.cranks?.last;
  return first === undefined || last === undefined ? undefined : { first, last };
}

/** First and last height of either stream. */
export function heightSpan({ runs, blocks }: Pick<Ladder, 'runs' | 'blocks'>): Span<bigint> | undefined {
  const heights = [runs[0], runs.at(-1), blocks[0], blocks.at(-1)].flatMap(attempt => (attempt ? [attempt.height] : []));
  const [first] = heights;
  return first === undefined ? undefined : heights.reduce((span, height) => ({ first: height < span.first ? height : span.first, last: height > span.last ? height : span.last }), { first, last: first });
}
