/**
 * One hash over all kernel rows, kept up by what changes: a homomorphic hash of sets (LtHash: 1,024 lanes of 16 bits, each
 * row expanded by SHAKE-128, lanes added modulo 2^16). Adding and removing rows in any order gives the same state, and a
 * restored table is checked by adding up all its rows. The digest in the app state is SHA-256 of the lanes.
 */
import { createHash } from 'node:crypto';
import { isLocal, wtf8Bytes, type Change } from '../../kernel/index.js';

const lanes = 1024;
export const digestStateBytes = lanes * 2;

/** The state of no rows at all. */
export function emptyDigest(): Uint8Array {
  return new Uint8Array(digestStateBytes);
}

/** The state after the changes; the given one is left as it was. Local rows do not count. */
export function applyChanges(state: Uint8Array, changes: readonly Change[]): Uint8Array {
  const next = Uint8Array.from(state);
  for (const { key, before, after } of changes) {
    if (isLocal(key)) continue;
    if (before !== undefined) combine(next, expand(key, before), -1);
    if (after !== undefined) combine(next, expand(key, after), 1);
  }
  return next;
}

/** Adds up rows that come one by one, each once. */
export class DigestSum {
  readonly state: Uint8Array = emptyDigest();

  add(key: string, value: string): void {
    combine(this.state, expand(key, value), 1);
  }
}

/** 32 bytes for the app state. */
export function digestOf(state: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(state).digest());
}

/** u32 length of the key, key, value; lengths keep different rows apart. */
function expand(key: string, value: string): Buffer {
  const keyBytes = Buffer.from(key, 'latin1');
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(keyBytes.length);
  return createHash('shake128', { outputLength: digestStateBytes }).update(length).update(keyBytes).update(wtf8Bytes(value)).digest();
}

/** Lane by lane, little-endian whatever the machine is. */
function combine(state: Uint8Array, row: Buffer, sign: 1 | -1): void {
  for (let at = 0; at < digestStateBytes; at += 2) {
    const lane = (state[at] as number) | ((state[at + 1] as number) << 8);
    const sum = lane + sign * ((row[at] as number) | ((row[at + 1] as number) << 8));
    state[at] = sum & 0xff;
    state[at + 1] = (sum >> 8) & 0xff;
  }
}
