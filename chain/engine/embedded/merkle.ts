/** The Merkle tree of CometBFT (crypto/merkle): RFC 6962 with SHA-256; a tree of n leaves splits at the largest power of two below n. */
import { createHash } from 'node:crypto';

export type MerkleProof = { total: number; index: number; leafHash: Uint8Array; aunts: Uint8Array[] };

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

const leafPrefix = Uint8Array.of(0);
const innerPrefix = Uint8Array.of(1);
const hashOfLeaf = (leaf: Uint8Array): Uint8Array => sha256(leafPrefix, leaf);
const hashOfPair = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(innerPrefix, left, right);

/** Root over the leaves; SHA-256 of nothing when there are none. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  return rootOfHashes(leaves.map(hashOfLeaf), 0, leaves.length);
}

function rootOfHashes(hashes: readonly Uint8Array[], start: number, end: number): Uint8Array {
  if (end === start) return sha256();
  if (end - start === 1) return hashes[start]!;
  const middle = start + splitPoint(end - start);
  return hashOfPair(rootOfHashes(hashes, start, middle), rootOfHashes(hashes, middle, end));
}

function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** Proof that leaf `index` is under the root; aunts from the leaf upwards. Throws RangeError for an index that is no leaf. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): MerkleProof {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index} in ${leaves.length}`);
  const hashes = leaves.map(hashOfLeaf);
  const aunts: Uint8Array[] = [];
  collectAunts(hashes, 0, hashes.length, index, aunts);
  return { total: leaves.length, index, leafHash: hashes[index]!, aunts };
}

function collectAunts(hashes: readonly Uint8Array[], start: number, end: number, index: number, aunts: Uint8Array[]): void {
  if (end - start === 1) return;
  const middle = start + splitPoint(end - start);
  if (index < middle) {
    collectAunts(hashes, start, middle, index, aunts);
    aunts.push(rootOfHashes(hashes, middle, end));
  } else {
    collectAunts(hashes, middle, end, index, aunts);
    aunts.push(rootOfHashes(hashes, start, middle));
  }
}
