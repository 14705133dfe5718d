import type { CapData } from '../capdata.js';

/**
 * The slot, if the data is nothing but one reference, to an object or a promise: `#"$0.Alleged: purse"`, `#"&0"`. A promise
 * fulfilled to such data stands for the object (design 5.2). Anything else, malformed data too, has none.
 */
export function loneSlot({ body, slots }: CapData): string | undefined {
  const found = /^#"[$&](0|[1-9]\d{0,8})(?:\.(?:[^"\\]|\\[^])*)?"$/.exec(body);
  return found === null ? undefined : slots[Number(found[1])];
}
