/** Two ladders side by side: which heights both have, and where they first differ. */
import type { Attempt } from '../read/attempt.js';
import { crankSpan, heightSpan, type Ladder, type Span } from '../read/ladder.js';

/** One height's stream on both sides. */
export type Pair = { readonly a: Attempt; readonly b: Attempt };

/** Of both streams, by height. */
export type Pairs = { readonly runs: readonly Pair[]; readonly blocks: readonly Pair[] };

/** Heights that both sides have, ascending. */
export function pairsOf(a: readonly Attempt[], b: readonly Attempt[]): Pair[] {
  const pairs: Pair[] = [];
  for (let left = 0, right = 0; left < a.length && right < b.length;) {
    const [one, other] = [a[left] as Attempt, b[right] as Attempt];
    if (one.height === other.height) pairs.push({ a: one, b: other });
    if (one.height <= other.height) left += 1;
    if (other.height <= one.height) right += 1;
  }
  return pairs;
}

/** True when the sides share cranks; by heights where one side has no cranks at all. */
export function overlaps(a: Ladder, b: Ladder): boolean {
  const cranks = [crankSpan(a), crankSpan(b)] as const;
  if (cranks[0] && cranks[1]) return meet(cranks[0], cranks[1]);
  const heights = [heightSpan(a), heightSpan(b)] as const;
  return heights[0] !== undefined && heights[1] !== undefined && meet(heights[0], heights[1]);
}

function meet<T>(a: Span<T>, b: Span<T>): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** What pairs of runs say without their lines. */
export type RunsCompared = {
  /** The pair in which the hashes part; undefined when all complete ones agree. */
  readonly different: Pair | undefined;
  /** The last pair before it that agrees. */
  readonly agreed: Pair | undefined;
  /** Pairs up to there of which one side is cut off: their hashes cannot be compared as they are. */
  readonly cutOff: readonly Pair[];
};

/** The activity hash is chained, so that the first difference is found by halving. */
export function compareRuns(runs: readonly Pair[]): RunsCompared {
  const whole = runs.filter(({ a, b }) => a.isComplete && b.isComplete);
  let [low, high] = [0, whole.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { a, b } = whole[middle] as Pair;
    if (a.activityHash === b.activityHash) low = middle + 1;
    else high = middle;
  }
  const different = whole[low];
  return {
    different, agreed: whole[low - 1],
    cutOff: runs.filter(pair => !(pair.a.isComplete && pair.b.isComplete) && (!different || pair.a.height < different.a.height)),
  };
}

/** True when the sides differ before the pair's first crank already. */
export function differsBefore({ a, b }: Pair): boolean {
  return a.activityBefore !== undefined && b.activityBefore !== undefined && a.activityBefore !== b.activityBefore;
}

/** The first block whose AppHash differs. */
export function firstDifferentBlock(blocks: readonly Pair[]): Pair | undefined {
  return blocks.find(({ a, b }) => a.appHash !== undefined && b.appHash !== undefined && a.appHash !== b.appHash);
}
