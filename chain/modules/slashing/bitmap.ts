/**
 * A chunk of the blocks that a validator missed: 1024 bits, in the SDK's stored form. Eight bytes hold the number of bits,
 * then 16 words of eight bytes follow, each with its highest byte first; bit i is bit i mod 64 of word i / 64.
 */
import assert from 'node:assert/strict';

export const bitsPerChunk = 1024n;
const headerBytes = 8;
const chunkBytes = headerBytes + Number(bitsPerChunk) / 8;

export function emptyChunk(): Uint8Array {
  const chunk = new Uint8Array(chunkBytes);
  new DataView(chunk.buffer).setBigUint64(0, bitsPerChunk);
  return chunk;
}

/** `bit` is below bitsPerChunk. */
export function hasBit(chunk: Uint8Array, bit: number): boolean {
  const [at, mask] = placeOf(chunk, bit);
  return ((chunk[at] as number) & mask) !== 0;
}

/** A copy with the bit set or cleared. */
export function withBit(chunk: Uint8Array, bit: number, isSet: boolean): Uint8Array {
  const [at, mask] = placeOf(chunk, bit);
  const copy = chunk.slice();
  copy[at] = isSet ? (copy[at] as number) | mask : (copy[at] as number) & ~mask;
  return copy;
}

function placeOf(chunk: Uint8Array, bit: number): [at: number, mask: number] {
  assert.equal(chunk.length, chunkBytes, 'a chunk of missed blocks has 1024 bits');
  assert(bit >= 0 && bit < Number(bitsPerChunk), 'the bit is in the chunk');
  const word = Math.floor(bit / 64);
  return [headerBytes + word * 8 + 7 - Math.floor((bit % 64) / 8), 1 << (bit % 8)];
}
