/** `slog diff`, steps 1 to 5: where two sources first differ, or why that cannot be said. */
import type { Ladder } from '../read/ladder.js';
import { firstDifferentCrank, type CrankPair } from './cranks.js';
import { laneDOf } from './lane-hash.js';
import { compareRuns, differsBefore, firstDifferentBlock, overlaps, type Pair, type Pairs } from './pairs.js';

export type Found =
  | { readonly kind: 'same' }
  | { readonly kind: 'no-overlap' }
  /** They differ already where the overlap begins, at this pair. */
  | { readonly kind: 'earlier-needed'; readonly pair: Pair }
  /** Something else was done in this run: first in this crank. A side without it ended its run before. */
  | { readonly kind: 'crank'; readonly pair: Pair; readonly cranks: CrankPair }
  /** The run is the same, and the block is not. */
  | { readonly kind: 'block'; readonly pair: Pair }
  /** Every hash is the same, and the lines are not: one of the files is not what its node recorded. */
  | { readonly kind: 'lines'; readonly pair: Pair };

/** `everyLine`: lane D of every height is compared too, not only what is hashed by the chain. */
export async function findDifference(a: Ladder, b: Ladder, { runs, blocks }: Pairs, everyLine: boolean): Promise<Found> {
  if (!overlaps(a, b)) return { kind: 'no-overlap' };
  const [first] = runs;
  if (!first && blocks.length === 0) return { kind: 'no-overlap' };
  if (first && differsBefore(first)) return { kind: 'earlier-needed', pair: first };
  const run = await firstInRuns(runs);
  const block = firstDifferentBlock(blocks);
  // Block H holds what R(H) did: of the two the run says more.
  if (run && (!block || run.pair.a.height <= block.a.height)) return run;
  if (block) return { kind: 'block', pair: block };
  if (everyLine) {
    for (const pair of [...runs, ...blocks]) if (await hasOtherLines(pair)) return { kind: 'lines', pair };
  }
  return { kind: 'same' };
}

async function firstInRuns(runs: readonly Pair[]): Promise<(Found & { readonly pair: Pair }) | undefined> {
  const { different, cutOff } = compareRuns(runs);
  for (const pair of cutOff) {
    const cranks = await firstDifferentCrank(pair.a, pair.b);
    if (cranks?.a && cranks.b) return { kind: 'crank', pair, cranks }; // what the shorter one lacks is no difference
  }
  if (!different) return undefined;
  if (differsBefore(different)) return { kind: 'earlier-needed', pair: different }; // heights between are missing on a side
  const cranks = await firstDifferentCrank(different.a, different.b);
  return { kind: cranks ? 'crank' : 'lines', pair: different, ...(cranks ? { cranks } : {}) } as Found & { readonly pair: Pair };
}

async function hasOtherLines({ a, b }: Pair): Promise<boolean> {
  if (!a.isComplete || !b.isComplete) return false;
  return (await laneDOf(a)) !== (await laneDOf(b));
}
