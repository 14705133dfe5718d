/** What is too long for a line is replaced by its size and hash, in the same way on every node. */
import { hash } from 'node:crypto';

/** UTF-8 bytes of one string. */
export const stringBytesMax = 64 * 1024;
/** Bytes of one field as JSON: beyond it the field as a whole is replaced, so that a line fits into a frame. */
export const fieldBytesMax = 1024 * 1024;

/** JSON of a value in which no string and no whole is too long. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  // As long as all of it is short, so is every string: at most three bytes a character.
  if (text.length * 3 <= stringBytesMax) return text;
  return bounded(JSON.stringify(shortened(value)));
}

/** JSON text itself, unless it is too long for a field. */
export function bounded(text: string): string {
  if (text.length * 3 <= fieldBytesMax || Buffer.byteLength(text) <= fieldBytesMax) return text;
  return JSON.stringify(digest(text));
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length * 3 > stringBytesMax && Buffer.byteLength(value) > stringBytesMax ? digest(value) : value;
  if (Array.isArray(value)) return value.map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shortened(member)]));
}

function digest(text: string): { bytes: number; sha256: string } {
  return { bytes: Buffer.byteLength(text), sha256: hash('sha256', text, 'hex') };
}
