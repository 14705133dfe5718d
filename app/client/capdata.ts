/**
 * Plain JSON to capdata, for those who type or generate arguments. The output is the smallcaps encoding of
 * @endo/marshal for the data it covers: null, booleans, numbers, strings, arrays, records, and three markers:
 * `{"$cap": "name"}` a capability, `{"$bigint": "5"}` a bigint, `{"$undefined": true}` undefined.
 */
import type { CapData } from './types.js';

/** The chain refuses deeper data. */
const depthMax = 32;
const slotsMax = 100;

/** The arguments, parameters or message cannot be sent as they are; the text says which part and what to write instead. */
export class ArgsError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'ArgsError';
  }
}

/**
 * `encodeArgs([1, { $cap: 'counter' }, { $bigint: '5' }])` → `{ body: '#[1,"$0","+5"]', slots: ['counter'] }`.
 * A name that occurs twice is one slot. A native bigint is accepted too. Throws ArgsError.
 */
export function encodeCapData(value: unknown): CapData {
  const slots: string[] = [];
  const body = `#${JSON.stringify(encode(value, slots, 0))}`;
  return { body, slots };
}

/** As encodeCapData, for the arguments of a call, which are an array. */
export function encodeArgs(args: unknown): CapData {
  if (!Array.isArray(args)) throw new ArgsError('arguments are a JSON array, such as [1, "two"]');
  return encodeCapData(args);
}

function encode(value: unknown, slots: string[], depth: number): unknown {
  if (depth > depthMax) throw new ArgsError(`data is nested deeper than ${depthMax}`);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return escapeString(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'bigint') return encodeBigint(value);
  if (value === undefined) return '#undefined';
  if (Array.isArray(value)) return value.map(item => encode(item, slots, depth + 1));
  if (typeof value === 'object') return encodeRecord(value as Record<string, unknown>, slots, depth);
  throw new ArgsError(`a ${typeof value} cannot be sent`);
}

function encodeRecord(record: Record<string, unknown>, slots: string[], depth: number): unknown {
  const names = Object.keys(record).sort();
  if (names.some(name => name.startsWith('$'))) return encodeMarker(record, names, slots);
  // Own data properties, so that a field named __proto__ is a field.
  return Object.fromEntries(names.map(name => [escapeString(name), encode(record[name], slots, depth + 1)]));
}

function encodeMarker(record: Record<string, unknown>, names: readonly string[], slots: string[]): string {
  const content = record[names[0] ?? ''];
  if (names.length === 1 && names[0] === '$cap' && typeof content === 'string' && content !== '') return slotOf(content, slots);
  if (names.length === 1 && names[0] === '$bigint' && typeof content === 'string' && /^(0|-?[1-9]\d*)$/.test(content)) return encodeBigint(BigInt(content));
  if (names.length === 1 && names[0] === '$undefined' && content === true) return '#undefined';
  throw new ArgsError(
    `${JSON.stringify(record)} is no value: write {"$cap":"name"}, {"$bigint":"5"} or {"$undefined":true}; a record with other names that start with $ needs a smallcaps body`,
  );
}

function slotOf(name: string, slots: string[]): string {
  const known = slots.indexOf(name);
  if (known >= 0) return `$${known}`;
  if (slots.length === slotsMax) throw new ArgsError(`more than ${slotsMax} capabilities`);
  slots.push(name);
  return `$${slots.length - 1}`;
}

function encodeNumber(value: number): unknown {
  if (Number.isNaN(value)) return '#NaN';
  if (value === Infinity) return '#Infinity';
  if (value === -Infinity) return '#-Infinity';
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new ArgsError(`${value} is too large for a number: write {"$bigint":"…"}`);
  return Object.is(value, -0) ? 0 : value;
}

function encodeBigint(value: bigint): string {
  return value < 0n ? value.toString() : `+${value}`;
}

/** Smallcaps gives meaning to strings that start with a character from ! to -; a ! in front takes it away. */
function escapeString(text: string): string {
  const first = text.charCodeAt(0);
  return first >= 0x21 && first <= 0x2d ? `!${text}` : text;
}
