/**
 * Undo records: for each block, what its batch replaced, so that a node can go back (design 7). One row a block, in the
 * same batch. Format: u32 count, then per row u32 length and key, and u8 0 for "was absent" or u8 1, u32 length, value.
 */
import { undoPrefix, type DatabaseRow } from './store.js';

export function undoKey(height: bigint): string {
  return `${undoPrefix}${height.toString(16).padStart(16, '0')}`;
}

/** `rows` are full database keys with the value each had before the block. */
export function encodeUndo(rows: readonly DatabaseRow[]): Uint8Array {
  const parts: Uint8Array[] = [u32(rows.length)];
  for (const { key, value } of rows) {
    const bytes = Buffer.from(key, 'latin1');
    parts.push(u32(bytes.length), bytes, Uint8Array.of(value ? 1 : 0));
    if (value) parts.push(u32(value.length), value);
  }
  return Buffer.concat(parts);
}

/** Throws a RangeError when the bytes are no undo record: cut short, longer than they say, or with an unknown mark. */
export function decodeUndo(bytes: Uint8Array): DatabaseRow[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const number = (): number => {
    const value = buffer.readUInt32BE(at);
    at += 4;
    return value;
  };
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) throw new RangeError('an undo record is cut short');
    at += length;
    return buffer.subarray(at - length, at);
  };
  const rows: DatabaseRow[] = [];
  for (let left = number(); left > 0; left -= 1) {
    const key = take(number()).toString('latin1');
    const [mark] = take(1);
    if (mark !== 0 && mark !== 1) throw new RangeError(`an undo record has the mark ${mark}`);
    rows.push({ key, value: mark === 1 ? Uint8Array.from(take(number())) : undefined });
  }
  if (at !== buffer.length) throw new RangeError('an undo record is longer than it says');
  return rows;
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
