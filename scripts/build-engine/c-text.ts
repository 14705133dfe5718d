/** Walks over the text of a C file by what a compiler would see: code, and not comments, literals or preprocessor lines. */

/** The end of what begins at `at` if that is no code (comment, literal, preprocessor line with its continuations); else `at`. */
export function skipNonCode(text: string, at: number): number {
  const here = text[at];
  if (here === '/' && text[at + 1] === '/') return endOfLine(text, at);
  if (here === '/' && text[at + 1] === '*') return after(text, '*/', at + 2);
  if (here === '"' || here === "'") return endOfLiteral(text, at);
  if (here === '#' && isFirstOfLine(text, at)) return endOfLine(text, at);
  return at;
}

/** The index behind the bracket that closes the one at `at`. Throws an Error if none does. */
export function closeOf(text: string, at: number): number {
  const [open, close] = text[at] === '(' ? ['(', ')'] : ['{', '}'];
  let depth = 0;
  for (let next = at; next < text.length;) {
    const behind = skipNonCode(text, next);
    if (behind > next) {
      next = behind;
      continue;
    }
    if (text[next] === open) depth += 1;
    else if (text[next] === close && (depth -= 1) === 0) return next + 1;
    next += 1;
  }
  throw new Error(`a bracket is not closed: ${text.slice(at, at + 60)}`);
}

/** Splits at the semicolons that stand outside of all brackets. */
export function splitClauses(text: string): string[] {
  const clauses: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length;) {
    const behind = skipNonCode(text, at);
    if (behind > at) at = behind;
    else if (text[at] === '(') at = closeOf(text, at);
    else {
      if (text[at] === ';') {
        clauses.push(text.slice(start, at));
        start = at + 1;
      }
      at += 1;
    }
  }
  return [...clauses, text.slice(start)];
}

export function skipBlank(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text[next] ?? '')) next += 1;
  return next;
}

const identifier = /[A-Za-z_]\w*/y;

/** The identifier that begins at `at`, or undefined. */
export function wordAt(text: string, at: number): string | undefined {
  if (/\w/.test(text[at - 1] ?? '')) return undefined;
  identifier.lastIndex = at;
  return identifier.exec(text)?.[0];
}

function endOfLine(text: string, at: number): number {
  let end = text.indexOf('\n', at);
  while (end > 0 && /\\\r?$/.test(text.slice(Math.max(0, end - 2), end))) end = text.indexOf('\n', end + 1);
  return end < 0 ? text.length : end;
}

function endOfLiteral(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text[end] !== text[at]) end += text[end] === '\\' ? 2 : 1;
  return end + 1;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found + mark.length;
}

function isFirstOfLine(text: string, at: number): boolean {
  let before = at - 1;
  while (text[before] === ' ' || text[before] === '\t') before -= 1;
  return before < 0 || text[before] === '\n';
}
