/**
 * What a delivery has read from the vat's store or written to it: the host is not asked for it again, and no such read is
 * recorded. Nothing is kept from one delivery to the next, so that a heap at rest holds nothing of it.
 */

/** UTF-16 units of keys and values that are kept; beyond, all of them are forgotten. */
const keptMax = 4 * 1024 * 1024;

const known = new Map<string, string | undefined>();
let size = 0;

/** Only for a key of which `isKnown`. undefined: there is no such row. */
export const recall = (key: string): string | undefined => known.get(key);
export const isKnown = (key: string): boolean => known.has(key);

/** Takes a value that was read, or that replaces what was there. With the meter off. */
export function remember(key: string, value: string | undefined): void {
  size += key.length + (value === undefined ? 0 : value.length);
  if (size > keptMax) forgetReads();
  else known.set(key, value);
}

/** At the end of a delivery. */
export function forgetReads(): void {
  known.clear();
  size = 0;
}
