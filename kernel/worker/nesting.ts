/** How deep data may be that leaves the vat: deeper bodies overflow the stack of whoever receives them (design 5.8). */

/** The same bound as the kernel's, which treats a deeper body as an illegal syscall. */
export const nestingMax = 32;

const encoder = new TextEncoder();
const quote = 0x22;
const backslash = 0x5c;

/**
 * Throws when the JSON of `body` has more than 32 brackets open at once; brackets within strings do not count. The vat pays
 * for the look, by the bytes outside of strings: over bytes, because an index into text costs its length in this engine.
 */
export function insistShallow({ body }: { readonly body: string }): void {
  if (body.length <= 2 * nestingMax) return; // no room for more
  const bytes = encoder.encode(body);
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = endOfString(bytes, at);
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (depth > nestingMax) throw RangeError(`data that leaves the vat is nested deeper than ${nestingMax}`);
  }
}

/** Where the string that opens at `start` is closed. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end >= 0; end = bytes.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return bytes.length;
}
