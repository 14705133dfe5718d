/**
 * Decimals as the SDK's LegacyDec has them: a whole number of 10^-18. A `Dec` is that whole number as a bigint, so that
 * comparison and equality are those of bigint; every other operation is here, because each says how it rounds.
 * On the wire a Dec is the text of the whole number; in JSON it has its point and always 18 digits after it.
 */
import assert from 'node:assert/strict';
import { fromPointText, fromWireText, isInRange, pointText } from './codec/decimal-text.js';
import { refuse } from './refusal.js';

declare const kind: unique symbol;
/** A decimal, times 10^18. */
export type Dec = bigint & { readonly [kind]: 'Dec' };

const unit = 10n ** 18n;
const unitSquared = unit * unit;
const half = unit / 2n;

/** What does not fit is refused (the SDK panics, with this code); outside a tx that stops the node. */
function checked(raw: bigint): Dec {
  if (!isInRange(raw)) refuse('undefined', 111222, 'decimal out of range: Int overflow');
  return raw as Dec;
}

export const decOf = (whole: bigint): Dec => checked(whole * unit);
export const decZero: Dec = decOf(0n);
export const decOne: Dec = decOf(1n);
/** 10^-18. */
export const decSmallest: Dec = checked(1n);

/** Of `-12.5` and the like: at most 18 digits after the point, at least one on each side of it. Undefined when the text is no such number. */
export const decFromText = (text: string): Dec | undefined => fromPointText(text) as Dec | undefined;

/** Why text with a point is no decimal, in the SDK's words; to be asked of what decFromText does not read. */
export function problemOfDec(text: string): string {
  const unsigned = text.replace(/^-/, '');
  const [whole = '', fraction, ...more] = unsigned.split('.');
  if (unsigned === '') return 'decimal string cannot be empty';
  if (more.length > 0) return 'invalid decimal string';
  if (fraction === '' || (fraction !== undefined && whole === '')) return 'invalid decimal length';
  if (fraction !== undefined && fraction.length > 18) return `value '${unsigned}' exceeds max precision by ${18 - fraction.length} decimal places: max precision 18`;
  return `failed to set decimal string with base 10: ${whole}${(fraction ?? '').padEnd(18, '0')}`;
}

/** For text with a point that was checked before: a constant of the program, such as dec('0.05'), or of our own state. */
export function dec(text: string): Dec {
  const value = decFromText(text);
  assert(value !== undefined, `${text} is a decimal`);
  return value;
}

/** `0.050000000000000000` */
export const decText = (value: Dec): string => pointText(value);

/** Of the text that protobuf carries: a whole number. Empty text is zero. Undefined when it is none, or does not fit. */
export const decFromWire = (text: string): Dec | undefined => fromWireText(text) as Dec | undefined;

/** For text that was checked before: of our own state. */
export function storedDec(text: string): Dec {
  const value = decFromWire(text);
  assert(value !== undefined, 'a stored decimal is the text of a whole number');
  return value;
}

export const decWire = (value: Dec): string => value.toString();

export const addDec = (a: Dec, b: Dec): Dec => checked(a + b);
export const subDec = (a: Dec, b: Dec): Dec => checked(a - b);
export const negDec = (a: Dec): Dec => checked(-a);
export const absDec = (a: Dec): Dec => (a < 0n ? checked(-a) : a);
export const minDec = (a: Dec, b: Dec): Dec => (a < b ? a : b);
export const sumDec = (list: readonly Dec[]): Dec => list.reduce(addDec, decZero);

/** To the nearest; a tie to the even neighbour (banker's rounding). */
export const mulDec = (a: Dec, b: Dec): Dec => checked(dropRounding(a * b));
/** Towards zero. */
export const mulDecTruncate = (a: Dec, b: Dec): Dec => checked((a * b) / unit);
/** Away from zero if positive, towards it if negative: up. */
export const mulDecRoundUp = (a: Dec, b: Dec): Dec => checked(dropUp(a * b));
/** Exact. */
export const mulDecInt = (a: Dec, whole: bigint): Dec => checked(a * whole);

/** To the nearest, ties to even, of the first 36 digits: as the SDK does. The divisor is not zero (asserted). */
export const quoDec = (a: Dec, b: Dec): Dec => checked(dropRounding(longQuotient(a, b)));
/** Towards zero. */
export const quoDecTruncate = (a: Dec, b: Dec): Dec => checked(longQuotient(a, b) / unit);
/** Up, by the first 36 digits. */
export const quoDecRoundUp = (a: Dec, b: Dec): Dec => checked(dropUp(longQuotient(a, b)));
/** Towards zero. */
export function quoDecInt(a: Dec, whole: bigint): Dec {
  assert(whole !== 0n, 'nothing is divided by zero');
  return checked(a / whole);
}

function longQuotient(a: Dec, b: Dec): bigint {
  assert(b !== 0n, 'nothing is divided by zero');
  return (a * unitSquared) / b;
}

/** The whole part, towards zero. */
export const truncateDec = (a: Dec): bigint => a / unit;
export const truncateToDec = (a: Dec): Dec => checked((a / unit) * unit);
/** To the nearest whole number, ties to even. */
export const roundDec = (a: Dec): bigint => dropRounding(a);
/** The least whole number that is not below. */
export function ceilDec(a: Dec): Dec {
  const whole = a / unit;
  return decOf(a > 0n && a % unit !== 0n ? whole + 1n : whole);
}

/** Drops 18 digits: to the nearest, ties to even; the sign stays apart, as in the SDK. */
function dropRounding(raw: bigint): bigint {
  if (raw < 0n) return -dropRounding(-raw);
  const quotient = raw / unit;
  const rest = raw % unit;
  if (rest < half) return quotient;
  return rest > half || quotient % 2n === 1n ? quotient + 1n : quotient;
}

function dropUp(raw: bigint): bigint {
  const quotient = raw / unit;
  return raw > 0n && raw % unit !== 0n ? quotient + 1n : quotient;
}
