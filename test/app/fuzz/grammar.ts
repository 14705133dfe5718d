/** Contents of kernel messages as strangers might write them: from the grammar of smallcaps, and mutated. All from a seed. */
import type { Random } from '../../support/chain-random.js';

const pick = <T>(random: Random, of: readonly T[]): T => of[random.below(of.length)] as T;

const texts = ['', 'a', '#', '!', '$0', '$0.Alleged: x', '&0', '%sym', '+5', '-7', '#undefined', '#NaN', '#Infinity', '#error', '__proto__', '\ud800', '\u0000', '🙂', 'x'.repeat(300), '$99', '+', '-0', '+00', '$', '$-1', '$0.', '#tag'];
const numbers = [0, -0, 1, -1, 1.5, 1e308, 2 ** 53, 1e-7];

/** What a careful client would write; it gets further. */
function tameValue(random: Random, slots: number, depth: number): unknown {
  switch (random.below(depth > 5 ? 3 : 6)) {
    case 0: return pick(random, ['a', '+5', '-7', '#undefined', '#NaN', '🙂', '!#', 'x'.repeat(300), '+0']);
    case 1: return pick(random, [0, 1, -1, 1.5, null, true, false]);
    case 2: return slots === 0 ? 'none' : `$${random.below(slots)}`;
    case 3: return { '#tag': 'tag', payload: tameValue(random, slots, depth + 1) };
    case 4: return { a: tameValue(random, slots, depth + 1), b: tameValue(random, slots, depth + 1) };
    default: return Array.from({ length: random.below(4) }, () => tameValue(random, slots, depth + 1));
  }
}

function value(random: Random, depth: number): unknown {
  switch (random.below(depth > 6 ? 4 : 9)) {
    case 0: return pick(random, texts);
    case 1: return pick(random, numbers);
    case 2: return pick(random, [null, true, false]);
    case 3: return `$${random.below(4)}`;
    case 4: case 5: return Array.from({ length: random.below(5) }, () => value(random, depth + 1));
    case 6: return { '#tag': value(random, depth + 1), payload: value(random, depth + 1) };
    case 7: return { '#error': pick(random, texts), name: pick(random, texts) };
    default: return Object.fromEntries(Array.from({ length: random.below(4) }, () => [pick(random, texts), value(random, depth + 1)]));
  }
}

/** Cuts, repeats, or changes a character, or wraps the whole deeper. */
function mutated(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0: return text.slice(0, at);
    case 1: return text.slice(0, at) + text.slice(random.below(text.length + 1));
    case 2: return `${text.slice(0, at)}${String.fromCharCode(random.below(0x10000))}${text.slice(at + 1)}`;
    case 3: { const depth = random.below(40); return `#${'['.repeat(depth)}${text.slice(1)}${']'.repeat(depth)}`; }
    case 4: return `${text.slice(0, at)}${pick(random, ['"', '\\', '\\u', '{', '}', '[', ']', ',', ':', '\u2028', '1e999', '-'])}${text.slice(at)}`;
    default: return text;
  }
}

export function capData(random: Random): { body: string; slots: string[] } | undefined {
  if (random.below(20) === 0) return undefined;
  if (random.below(2) === 0) {
    const slots = Array.from({ length: random.below(4) }, () => pick(random, ['home.timer', 'home.bank', 'home.storage', 'v', 'v.admin']));
    return { body: `#${JSON.stringify(Array.from({ length: random.below(4) }, () => tameValue(random, slots.length, 0)))}`, slots };
  }
  const plain = `#${JSON.stringify(Array.from({ length: random.below(4) }, () => value(random, 0)))}`;
  const names = ['home.timer', 'home.bank', 'home.vats', 'home.storage', 'home.directory', 'v', 'v.admin', '@x', '', 'Ü', 'v'];
  const body = random.below(3) === 0 ? mutated(random, plain) : plain;
  return { body: body.toWellFormed(), slots: Array.from({ length: random.below(5) }, () => pick(random, names)) };
}

export const anyName = (random: Random): string => pick(random, ['v', 'v', 'v', 'home.timer', 'home.storage', 'home.bank', 'home.vats', 'home.directory', '@x', 'v.admin', 'v', 'home.timer', 'home.bank', 'home.storage', '', 'V', 'nothing', 'a'.repeat(200)]);
export const anyMethod = (random: Random): string => pick(random, ['go', 'now', 'delay', 'wakeAt', 'repeat', 'setWakeup', 'cancel', 'node', 'makePurse', 'createVat', 'publish', 'lookup', 'terminate', 'upgrade', 'getUsage', 'setOptions', 'done', '', '\u0000', '__proto__', 'constructor', '🙂', 'm'.repeat(129)]);
export const newName = (random: Random, at: number): string => pick(random, ['', '', '', '', '', '', '', '', `n${at}`, `n${at}a`, `n${at}.x`, `m${at}`, 'v', 'home.x', 'n.1', '-', 'b'.repeat(57)]);
