/**
 * Arguments of a method by name, from JSON or from a URI. JSON carries 64-bit integers as strings or numbers, bytes in
 * base64 or hex as the method says; a URI carries "quoted" strings, 0x-prefixed hex, and bare numbers and booleans.
 */
import { invalidParams } from './errors.js';

export type Args = {
  /** Undefined when it is absent. All throw RpcError −32602 for a value of another kind. */
  integer(name: string): bigint | undefined;
  /** An integer that fits a page number or a limit. */
  count(name: string): number | undefined;
  flag(name: string): boolean;
  /** Empty when absent. */
  text(name: string): string;
  /** Empty when absent. `inJson` is the encoding of bytes in a JSON request. */
  bytes(name: string, inJson: 'base64' | 'hex'): Uint8Array;
};

const integerPattern = /^-?\d{1,19}$/;
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

type Reader = { scalar(name: string): string | undefined; text(name: string): string; bytes(name: string, inJson: 'base64' | 'hex'): Uint8Array };

function argsFrom({ scalar, text, bytes }: Reader): Args {
  const integer = (name: string): bigint | undefined => {
    const value = scalar(name);
    if (value === undefined || value === '') return undefined;
    if (!integerPattern.test(value)) throw invalidParams(`${name}: expected a 64-bit integer, got ${shortened(value)}`);
    return BigInt(value);
  };
  return {
    integer,
    count: name => {
      const value = integer(name);
      if (value === undefined) return undefined;
      if (value > 2_147_483_647n || value < -2_147_483_648n) throw invalidParams(`${name}: out of range`);
      return Number(value);
    },
    flag: name => {
      const value = scalar(name);
      if (value === undefined || value === '' || value === 'false') return false;
      if (value === 'true') return true;
      throw invalidParams(`${name}: expected true or false, got ${shortened(value)}`);
    },
    text,
    bytes,
  };
}

/** From `params` of a JSON-RPC request: an object by name, or an array in the order of `names`. */
export function argsFromJson(params: unknown, names: readonly string[]): Args {
  const values = valuesByName(params, names);
  return argsFrom({
    scalar(name) {
      const value = values.get(name);
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'string' || typeof value === 'boolean') return String(value);
      if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
      throw invalidParams(`error converting json params to arguments: ${name} is of the wrong type`);
    },
    text(name) {
      const value = values.get(name) ?? '';
      if (typeof value !== 'string') throw invalidParams(`error converting json params to arguments: ${name} must be a string`);
      return value;
    },
    bytes(name, inJson) {
      const value = values.get(name) ?? '';
      if (typeof value !== 'string') throw invalidParams(`error converting json params to arguments: ${name} must be a string`);
      return inJson === 'hex' ? fromHex(name, value.replace(/^0x/, '')) : fromBase64(name, value);
    },
  });
}

function valuesByName(params: unknown, names: readonly string[]): Map<string, unknown> {
  if (params === undefined || params === null) return new Map();
  if (typeof params !== 'object') throw invalidParams('error converting json params to arguments: expected an object or an array');
  if (!Array.isArray(params)) return new Map(Object.entries(params));
  const list: readonly unknown[] = params;
  if (list.length > names.length) throw invalidParams(`error converting json params to arguments: expected ${names.length} parameters (${names.join(', ')}), got ${list.length}`);
  return new Map(list.map((value, index) => [names[index] ?? '', value]));
}

/** From the query string of a GET. */
export function argsFromUri(search: URLSearchParams): Args {
  const raw = (name: string): string | undefined => search.get(name) ?? undefined;
  return argsFrom({
    scalar: name => raw(name)?.replace(/^"(.*)"$/, '$1'),
    text(name) {
      const value = raw(name) ?? '';
      if (value === '') return '';
      if (value.startsWith('0x')) return Buffer.from(fromHex(name, value.slice(2))).toString('utf8');
      if (!isQuoted(value)) throw invalidParams(`error converting http params to arguments: ${name} must be in double quotes`);
      return value.slice(1, -1);
    },
    bytes(name) {
      const value = raw(name) ?? '';
      if (value === '') return new Uint8Array(0);
      if (value.startsWith('0x')) return fromHex(name, value.slice(2));
      if (!isQuoted(value)) throw invalidParams(`error converting http params to arguments: ${name} must be 0x-prefixed hex or in double quotes`);
      return Buffer.from(value.slice(1, -1), 'utf8');
    },
  });
}

const isQuoted = (value: string): boolean => value.length >= 2 && value.startsWith('"') && value.endsWith('"');
const shortened = (value: string): string => JSON.stringify(value.slice(0, 40));

function fromHex(name: string, text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw invalidParams(`${name}: expected hex`);
  return Buffer.from(text, 'hex');
}

function fromBase64(name: string, text: string): Uint8Array {
  if (!base64Pattern.test(text)) throw invalidParams(`${name}: expected base64`);
  return Buffer.from(text, 'base64');
}
