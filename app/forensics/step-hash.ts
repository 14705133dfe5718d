/** The hash of a step from the rows that a recorder wrote of it: what a peer says of a step must give the hash in its ladder. */
import { hash } from 'node:crypto';
import { wtf8Bytes } from '../../kernel/index.js';
import { writtenRow, type WrittenRow } from '../recorder/diff/index.js';

/** Hex, as kernel/step.ts hashes the rows in key order; undefined when what is given are no rows. */
export function hashOfRows(rows: readonly unknown[]): string | undefined {
  const read = rows.map(writtenRow);
  if (!read.every(row => row !== undefined)) return undefined;
  return hash('sha256', Buffer.concat(read.map(encoded)), 'hex');
}

function encoded({ op, key, value = '' }: WrittenRow): Buffer {
  const name = Buffer.from(key, 'latin1');
  const head = Buffer.concat([u32(name.length), name]);
  switch (op) {
    case 'delete': return Buffer.concat([head, Buffer.of(0)]);
    case 'hash': return Buffer.concat([head, Buffer.of(2), Buffer.from(value, 'hex')]);
    case 'set': {
      const bytes = wtf8Bytes(value);
      return Buffer.concat([head, Buffer.of(1), u32(bytes.length), bytes]);
    }
  }
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
