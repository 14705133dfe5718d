import type { CapData } from '../capdata.js';

/** Longest beginning of a lone reference: `#"$`, nine digits, and what follows them. */
const headMax = 13;

/**
 * The slot, if the data is nothing but one reference, to an object or a promise: `#"$0.Alleged: purse"`, `#"&0"`. A promise
 * fulfilled to such data stands for the object (design 5.2). Anything else, malformed data too, has none.
 */
export function loneSlot({ body, slots }: CapData): string | undefined {
  const head = /^#"[$&](0|[1-9]\d{0,8})([."])/.exec(body.slice(0, headMax));
  if (head === null) return undefined;
  const [{ length }, digits, next] = head;
  const end = next === '"' ? length - 1 : endOfString(body, length);
  return end === body.length - 1 ? slots[Number(digits)] : undefined;
}

/**
 * Where the string of JSON that `from` lies in ends: the index of its closing quote, or -1. A loop, because an interface
 * may have megabytes, and a pattern that looks at each character runs out of stack there.
 */
export function endOfString(json: string, from: number): number {
  for (let at = from; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at += 1;
  }
  return -1;
}
