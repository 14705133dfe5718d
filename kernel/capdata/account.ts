/** Capdata in a transaction: a stranger's, and checked by the block that accepts it (design 5.3). */
import type { CapData } from '../capdata.js';
import { CapDataError, decodeCapData, nestingMax } from './decode.js';
import type { Passable } from './passable.js';
import { PromiseRef } from './passable.js';
import { mapSlots, refsOf } from './refs.js';

/** UTF-8 bytes of body and slots together. */
export const accountCapDataBytesMax = 1_000_000;
export const accountSlotsMax = 100;
/** Far beyond any amount; a bigint of a megabyte would occupy a worker for seconds, unmetered. */
const bigintDigitsMax = 4_096;

export type AccountCapDataVerdict = { readonly ok: true; readonly value: Passable } | { readonly ok: false; readonly reason: string };

/**
 * Checks and decodes what a transaction brings. Slots in the value are the names that it gives, without an iface: what a
 * sender says of an object is ignored. With `mustBeArray` the value is the arguments of a call. Never throws.
 */
export function checkAccountCapData(capdata: CapData, options: { readonly mustBeArray: boolean }): AccountCapDataVerdict {
  try {
    return { ok: true, value: decodeAccountCapData(capdata, options.mustBeArray) };
  } catch (error) {
    if (error instanceof CapDataError) return { ok: false, reason: error.message };
    throw error;
  }
}

function decodeAccountCapData(capdata: CapData, mustBeArray: boolean): Passable {
  const { body, slots } = capdata;
  if (slots.length > accountSlotsMax) throw new CapDataError(`there are more than ${accountSlotsMax} slots`);
  const bytes = slots.reduce((sum, slot) => sum + Buffer.byteLength(slot), Buffer.byteLength(body));
  if (bytes > accountCapDataBytesMax) throw new CapDataError(`the data is longer than ${accountCapDataBytesMax} bytes`);
  const value = decodeCapData(capdata, { nesting: nestingMax, bigintDigits: bigintDigitsMax });
  if (mustBeArray && !Array.isArray(value)) throw new CapDataError('the arguments are not an array');
  if (refsOf(value).some(ref => ref instanceof PromiseRef)) throw new CapDataError('a transaction cannot name promises');
  return mapSlots(value, slot => ({ slot }));
}
