/** From values to capdata, byte for byte as @endo/marshal writes smallcaps. */
import type { CapData } from '../capdata.js';
import { isIface, startsSpecial } from './decode.js';
import type { Passable } from './passable.js';
import { ErrorValue, isRecord, PromiseRef, SlotRef, SymbolValue, Tagged } from './passable.js';

/**
 * Encodes `value`. Slots are numbered as they are met, records by sorted key, each slot once; an iface is written where its
 * slot is first met. Throws a TypeError for what no smallcaps can say: that is an error of ours, since decoded values always
 * can be encoded.
 */
export function encodeCapData(value: Passable): CapData {
  const encoder = new Encoder();
  const body = `#${JSON.stringify(encoder.encode(value))}`;
  return { body, slots: encoder.slots };
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

class Encoder {
  readonly slots: string[] = [];
  readonly #indices = new Map<string, { readonly index: number; readonly prefix: '$' | '&' }>();

  encode(value: Passable): Json {
    switch (typeof value) {
      case 'undefined':
        return '#undefined';
      case 'boolean':
        return value;
      case 'string':
        return escape(value);
      case 'bigint':
        return value < 0n ? `${value}` : `+${value}`;
      case 'number':
        return encodeNumber(value);
      default:
        return value === null ? null : this.#encodeObject(value);
    }
  }

  #encodeObject(value: Exclude<Passable, undefined | null | boolean | number | bigint | string>): Json {
    if (Array.isArray(value)) return value.map((item: Passable) => this.encode(item));
    if (value instanceof SlotRef) return this.#reference('$', value.slot, value.iface);
    if (value instanceof PromiseRef) return this.#reference('&', value.slot, undefined);
    if (value instanceof SymbolValue) return `%${value.name}`;
    if (value instanceof Tagged) return { '#tag': escape(value.tag), payload: this.encode(value.payload) };
    if (value instanceof ErrorValue) return encodeError(value);
    if (isRecord(value)) return this.#record(value);
    throw new TypeError('a value of an unknown class cannot be encoded');
  }

  #reference(prefix: '$' | '&', slot: string, iface: string | undefined): string {
    const known = this.#indices.get(slot);
    if (known !== undefined) {
      if (known.prefix !== prefix) throw new TypeError(`${slot} is used as an object and as a promise`);
      return `${prefix}${known.index}`;
    }
    if (iface !== undefined && !isIface(iface)) throw new TypeError('an interface name is not one');
    const index = this.slots.push(slot) - 1;
    this.#indices.set(slot, { index, prefix });
    return iface === undefined ? `${prefix}${index}` : `${prefix}${index}.${iface}`;
  }

  /** Sorted by code unit; that JSON.stringify then puts keys that look like array indices first is marshal's order too. */
  #record(record: { readonly [key: string]: Passable }): Json {
    const encoded: { [key: string]: Json } = Object.create(null) as { [key: string]: Json };
    for (const key of Object.keys(record).sort()) encoded[escape(key)] = this.encode(record[key]);
    return encoded;
  }
}

function escape(text: string): string {
  return startsSpecial(text) ? `!${text}` : text;
}

/** −0 has no spelling of its own: it becomes 0. */
function encodeNumber(value: number): Json {
  if (Number.isNaN(value)) return '#NaN';
  if (!Number.isFinite(value)) return value > 0 ? '#Infinity' : '#-Infinity';
  return value === 0 ? 0 : value;
}

function encodeError({ name, message, errorId }: ErrorValue): Json {
  if (errorId === undefined) return { '#error': escape(message), name: escape(name) };
  return { '#error': escape(message), errorId: escape(errorId), name: escape(name) };
}
