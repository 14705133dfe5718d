/**
 * From capdata to values, by the full grammar of smallcaps (kernel reference 2.7, design 5.8). A receiver dies on much that
 * looks like data, so what @endo/marshal refuses is refused here, and so is what it would take in two spellings.
 */
import type { CapData } from '../capdata.js';
import type { Passable } from './passable.js';
import { ErrorValue, PromiseRef, SlotRef, SymbolValue, Tagged } from './passable.js';

/** Brackets of JSON that may be open at once: deeper data overflows a receiver's stack (design 5.8). */
export const nestingMax = 32;
/** A call wraps its arguments once more: `[method, args]`. */
const methargsNestingMax = nestingMax + 1;

export type CapDataLimits = {
  /** Default nestingMax + 1: the arguments of a call may be nested to nestingMax, and methargs wrap them. */
  readonly nesting?: number;
  /** Decimal digits of one bigint: reading a long one takes quadratic time in a worker, unmetered. Default: no limit. */
  readonly bigintDigits?: number;
};

/** Why data was refused; the message has no text of a stranger's in it, so it may be hashed. */
export class CapDataError extends Error {
  override readonly name = 'CapDataError';
}

/** The constants, the well-known symbols that XS has, and the characters that smallcaps keeps for itself: from `!` to `-`. */
const constants: ReadonlyMap<string, undefined | number> = new Map([
  ['#undefined', undefined],
  ['#NaN', NaN],
  ['#Infinity', Infinity],
  ['#-Infinity', -Infinity],
]);
const wellKnownSymbols: ReadonlySet<string> = new Set(
  'asyncIterator hasInstance isConcatSpreadable iterator match matchAll replace search species split toPrimitive toStringTag unscopables'.split(' '),
);
const errorKeys: ReadonlySet<string> = new Set(['#error', 'name', 'errorId']);

/** Does smallcaps give the text's first character a meaning? Such a string is written with `!` before it. */
export function startsSpecial(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 0x21 && code <= 0x2d;
}

/**
 * Decodes `capdata`. References in the value hold the text of their slot. Throws CapDataError for whatever a stranger may
 * write, and nothing else.
 */
export function decodeCapData(capdata: CapData, limits: CapDataLimits = {}): Passable {
  const { body, slots } = capdata;
  demand(body.startsWith('#'), 'the body is not smallcaps');
  demand(nestingDepth(body) <= (limits.nesting ?? methargsNestingMax), 'the body is nested too deeply');
  return new Decoder(slots, limits.bigintDigits ?? Infinity).decode(parseJson(body.slice(1)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own text differs between releases of Node, so it is not kept.
    throw new CapDataError('the body is not JSON');
  }
}

/** How many brackets of JSON are open at once at most; brackets within strings do not count. One pass, no allocation. */
export function nestingDepth(body: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code === 0x22) inString = !inString;
    else if (inString) at += code === 0x5c ? 1 : 0;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, (depth += 1));
    else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return deepest;
}

function demand(holds: boolean, wrong: string): asserts holds {
  if (!holds) throw new CapDataError(wrong);
}

class Decoder {
  readonly #slots: readonly string[];
  readonly #bigintDigits: number;
  /** What an index was first used as: a slot is an object or a promise, never both. */
  readonly #uses = new Map<number, '$' | '&'>();

  constructor(slots: readonly string[], bigintDigits: number) {
    this.#slots = slots;
    this.#bigintDigits = bigintDigits;
  }

  decode(json: unknown): Passable {
    if (typeof json === 'string') return startsSpecial(json) ? this.#special(json) : json;
    if (typeof json === 'number') {
      demand(Number.isFinite(json), 'a number is out of range');
      return json;
    }
    if (typeof json === 'boolean' || json === null) return json;
    if (Array.isArray(json)) return json.map(item => this.decode(item));
    const record = json as { readonly [key: string]: unknown };
    if (Object.hasOwn(record, '#tag')) return this.#tagged(record);
    if (Object.hasOwn(record, '#error')) return this.#error(record);
    return this.#record(record);
  }

  #special(text: string): Passable {
    switch (text[0]) {
      case '!':
        return this.#escaped(text);
      case '#':
        demand(constants.has(text), 'a constant is unknown');
        return constants.get(text);
      case '%':
        return this.#symbol(text.slice(1));
      case '+':
      case '-':
        return this.#bigint(text);
      case '$':
      case '&':
        return this.#reference(text);
      default:
        throw new CapDataError('a string begins with a reserved character');
    }
  }

  #escaped(text: string): string {
    const value = text.slice(1);
    demand(startsSpecial(value), 'a string is escaped that need not be');
    return value;
  }

  #symbol(name: string): SymbolValue {
    const isUsable = !name.startsWith('@@') || name.startsWith('@@@@') || wellKnownSymbols.has(name.slice(2));
    demand(isUsable, 'a well-known symbol is unknown');
    return new SymbolValue(name);
  }

  #bigint(text: string): bigint {
    demand(/^(?:\+0|[+-][1-9]\d*)$/.test(text), 'a bigint is not written as one');
    demand(text.length - 1 <= this.#bigintDigits, 'a bigint is too long');
    return BigInt(text);
  }

  #reference(text: string): SlotRef | PromiseRef {
    const found = /^([$&])(0|[1-9]\d{0,8})(?:\.([^]*))?$/.exec(text);
    demand(found !== null, 'a reference is not written as one');
    const [, kind, digits, iface] = found;
    const index = Number(digits);
    const slot = this.#slots[index];
    demand(slot !== undefined, 'a reference is out of range');
    demand((this.#uses.get(index) ?? kind) === kind, 'a slot is used as an object and as a promise');
    this.#uses.set(index, kind as '$' | '&');
    demand(iface === undefined || (kind === '$' && isIface(iface)), 'an interface name is not one');
    return kind === '$' ? new SlotRef(slot, iface, index) : new PromiseRef(slot, index);
  }

  #tagged(record: { readonly [key: string]: unknown }): Tagged {
    demand(Object.keys(record).length === 2 && Object.hasOwn(record, 'payload'), 'a tagged value has other properties than a tag and a payload');
    return new Tagged(this.#string(record['#tag'], 'a tag'), this.decode(record['payload']));
  }

  /** Properties beyond those that are written today are refused: a receiver would drop what hangs on them. */
  #error(record: { readonly [key: string]: unknown }): ErrorValue {
    demand(Object.keys(record).every(key => errorKeys.has(key)), 'an error has an unknown property');
    const message = this.#string(record['#error'], 'the message of an error');
    const name = this.#string(record['name'], 'the name of an error');
    if (!Object.hasOwn(record, 'errorId')) return new ErrorValue(name, message);
    return new ErrorValue(name, message, this.#string(record['errorId'], 'the id of an error'));
  }

  #string(json: unknown, what: string): string {
    const value = typeof json === 'string' ? this.decode(json) : undefined;
    demand(typeof value === 'string', `${what} is not a string`);
    return value;
  }

  #record(record: { readonly [key: string]: unknown }): Passable {
    const decoded: { [key: string]: Passable } = Object.create(null) as { [key: string]: Passable };
    for (const [key, value] of Object.entries(record)) {
      demand(!startsSpecial(key) || key.startsWith('!'), 'a property name begins with a reserved character');
      decoded[key.startsWith('!') ? this.#escaped(key) : key] = this.decode(value);
    }
    return decoded;
  }
}

/** What pass-style takes for an interface name; anything else kills the receiver. */
export function isIface(text: string): boolean {
  return text === 'Remotable' || text.startsWith('Alleged: ') || text.startsWith('DebugName: ');
}
