/** `methargs` is the capdata of `[method, args]`. It is always written from values, never joined from texts (design 5.8). */
import type { CapData } from '../capdata.js';
import type { CapDataLimits } from './decode.js';
import { CapDataError, decodeCapData } from './decode.js';
import { encodeCapData } from './encode.js';
import type { Passable } from './passable.js';
import { SymbolValue } from './passable.js';

/** Undefined calls the object as a function. */
export type Method = string | SymbolValue | undefined;

/** The capdata of a call; slots are numbered anew over all arguments. */
export function encodeMethargs(method: Method, args: readonly Passable[]): CapData {
  return encodeCapData([method, args]);
}

/** What a call says. Throws CapDataError if `methargs` is not the capdata of a call. */
export function decodeMethargs(methargs: CapData, limits?: CapDataLimits): { readonly method: Method; readonly args: readonly Passable[] } {
  const call = decodeCapData(methargs, limits);
  if (!Array.isArray(call) || call.length !== 2) throw new CapDataError('the data is not a method with arguments');
  const [method, args]: readonly Passable[] = call as readonly Passable[];
  const isMethod = method === undefined || typeof method === 'string' || method instanceof SymbolValue;
  if (!isMethod || !Array.isArray(args)) throw new CapDataError('the data is not a method with arguments');
  return { method, args: args as readonly Passable[] };
}

/** Reading a bigint of megabytes takes seconds: a call with one is not read for its method alone. */
const bigintDigitsMax = 1000;

/** The method of a call for people and error texts: its name, `Symbol(name)`, or `undefined`; of what is no call, `(unreadable)`. */
export function methodOf(methargs: CapData): string {
  try {
    const { method } = decodeMethargs(methargs, { bigintDigits: bigintDigitsMax });
    return method instanceof SymbolValue ? `Symbol(${method.name})` : String(method);
  } catch (error) {
    if (error instanceof CapDataError) return '(unreadable)';
    throw error;
  }
}
