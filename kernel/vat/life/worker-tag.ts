/** The name of a worker's process: what `ps` shows, and what tells it from every other process. */
import assert from 'node:assert/strict';

/** Digits of a generation in a tag. */
const genDigits = 10;

/**
 * `<name>@<home>.<generation>`, such as `v7:counter@a83f09c2be41d577.0000000042`: one argument, of printable characters. What the host adds has the same
 * length everywhere and always: arguments lie on the worker's stack, and where that overflows is a verdict.
 */
export function workerTag(name: string, home: string, gen: number): string {
  assert.match(home, /^[0-9a-f]{16}$/, 'a home is known by 16 hexadecimal digits');
  assert(gen > 0 && gen < 10 ** genDigits, `generation ${gen} has more than ${genDigits} digits`);
  return `${name.replace(/[^\x21-\x7e]/gu, '_')}@${home}.${String(gen).padStart(genDigits, '0')}`;
}
