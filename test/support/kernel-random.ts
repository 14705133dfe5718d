/** Numbers that look random and are the same for the same seed. */
import { createHash } from 'node:crypto';

export type Random = {
  /** 0 to n - 1. */
  below(n: number): number;
  /** True once in `n` times. */
  once(n: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
  /** Each with a chance of one half. */
  some<T>(from: readonly T[]): T[];
};

/** xorshift32 over a hash of the seed. */
export function makeRandom(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const below = (n: number): number => next() % n;
  return {
    below,
    once: n => below(n) === 0,
    pick: from => (from.length === 0 ? undefined : from[below(from.length)]),
    some: from => from.filter(() => below(2) === 0),
  };
}
