/** Decimals as text: in JSON with a point and 18 digits after it, on the wire as a whole number of 10^-18. */

const digits = 18;
/** The SDK's decimals have at most 315 bits; so long a text is no decimal, and is not even read. */
const magnitudeMax = (1n << 315n) - 1n;

export const isInRange = (raw: bigint): boolean => raw <= magnitudeMax && raw >= -magnitudeMax;

/** `0.050000000000000000` */
export function pointText(raw: bigint): string {
  const text = (raw < 0n ? -raw : raw).toString().padStart(digits + 1, '0');
  return `${raw < 0n ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The inverse, also of shorter texts such as `-12.5`: at least one digit on each side of a point. Undefined when the text is no such number. */
export function fromPointText(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,96})(?:\.(\d{1,18}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return inRange(BigInt(whole + fraction.padEnd(digits, '0')) * (sign === '-' ? -1n : 1n));
}

/** Of the text that protobuf carries. Empty text is zero. */
export function fromWireText(text: string): bigint | undefined {
  return /^(-?\d{1,96})?$/.test(text) ? inRange(BigInt(text)) : undefined;
}

function inRange(raw: bigint): bigint | undefined {
  return isInRange(raw) ? raw : undefined;
}
