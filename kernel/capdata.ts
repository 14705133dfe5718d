/** Data with slots: the kernel's door to smallcaps, the encoding of @endo/marshal. The codec itself is in capdata/. */

/** `body` is `#` and smallcaps JSON; its `$n` and `&n` are indices of `slots`. */
export type CapData = { readonly body: string; readonly slots: readonly string[] };

export type { Passable, PassableRecord } from './capdata/passable.js';
export { ErrorValue, fromPlainJson, isRecord, makeError, PromiseRef, promiseRef, record, SlotRef, slotRef, SymbolValue, Tagged } from './capdata/passable.js';
export type { CapDataLimits } from './capdata/decode.js';
export { CapDataError, decodeCapData, nestingDepth, nestingMax } from './capdata/decode.js';
export { encodeCapData } from './capdata/encode.js';
export { lengthOf } from './capdata/length.js';
export { loneSlot } from './capdata/lone-slot.js';
export type { Method } from './capdata/methargs.js';
export { decodeMethargs, encodeMethargs, methodOf } from './capdata/methargs.js';
export { mapRefs, mapSlots, refsOf } from './capdata/refs.js';
export type { AccountCapDataVerdict } from './capdata/account.js';
export { checkAccountCapData, accountCapDataBytesMax, accountSlotsMax } from './capdata/account.js';
