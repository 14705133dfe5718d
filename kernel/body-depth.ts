/** How deep the arrays and objects of a JSON text are nested, without parsing it: it may be too deep to parse. */
export function bodyDepth(body: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const unit = body.charCodeAt(at);
    if (inString) {
      if (unit === 0x5c) at += 1; // backslash: the next character is no quote
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) {
      inString = true;
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === 0x5d || unit === 0x7d) {
      depth -= 1;
    }
  }
  return deepest;
}
