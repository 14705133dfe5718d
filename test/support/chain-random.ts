/** Numbers from a seed (mulberry32): the same in every run. */
export type Random = { below(bound: number): number; bytes(length: number): Uint8Array };

export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number): number => next() % bound;
  return { below, bytes: length => Uint8Array.from({ length }, () => below(256)) };
}
