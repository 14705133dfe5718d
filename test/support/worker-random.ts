/** A small seeded generator, for tests that try many inputs and must try the same ones again. */
export type Random = {
  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number;
  pick<Item>(items: readonly Item[]): Item;
};

/** mulberry32: 32 bits of state, the same sequence for the same seed everywhere. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number): number => next() % bound;
  return { below, pick: items => items[below(items.length)]! };
}
