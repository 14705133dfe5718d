/** Small values of the state that are read far more often than they change: each form is decoded once. */
import { binaryText } from './bytes.js';
import { makeBoundedCache } from './crypto/bounded-cache.js';

/**
 * A decoder that remembers the last `entriesMax` results by their bytes. What it returns is shared: its type must be
 * readonly, and nobody may change it. A pure function of the bytes, so that what is remembered decides nothing but how long
 * a read takes; gas is charged by the store, before this.
 */
export function decodedOnce<T extends object>(decode: (bytes: Uint8Array) => T, entriesMax: number): (bytes: Uint8Array) => T {
  const known = makeBoundedCache<T>(entriesMax);
  return bytes => {
    const key = binaryText(bytes);
    const found = known.get(key);
    if (found) return found;
    const made = decode(bytes);
    known.set(key, made);
    return made;
  };
}
