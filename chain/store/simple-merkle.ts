/**
 * The simple Merkle tree of RFC 6962's shape that CometBFT and the Cosmos SDK use (crypto/merkle): 0x00 before a leaf,
 * 0x01 before two hashes, split at the largest power of two below the number of leaves. The leaf of a store is its name
 * and SHA-256 of its root, each with its length before it (SDK store/types/commit_info.go).
 */
import assert from 'node:assert/strict';
import { ByteWriter, emptyHash, fromBinary, sha256, type BinaryString } from './bytes.js';

export type NamedRoot = { readonly name: string; readonly root: BinaryString };
/** A hash beside the way from a leaf to the root, and on which side it stands. */
export type Sibling = { readonly side: 'left' | 'right'; readonly hash: BinaryString };

const writer = new ByteWriter();

/** The AppHash over stores in ascending order of their names; SHA-256 of nothing if there are none. */
export function simpleRoot(stores: readonly NamedRoot[]): BinaryString {
  return rootOf(stores.map(leafHash));
}

/** The siblings of a leaf, lowest first. */
export function simplePath(stores: readonly NamedRoot[], index: number): Sibling[] {
  assert(index >= 0 && index < stores.length, 'store: the leaf is in the tree');
  return pathOf(stores.map(leafHash), index);
}

function leafHash({ name, root }: NamedRoot): BinaryString {
  return writer.start().byte(0).lengthAndText(name).lengthAndText(sha256(fromBinary(root))).takeHash();
}

function rootOf(hashes: readonly BinaryString[]): BinaryString {
  const [first, second] = hashes;
  if (first === undefined) return emptyHash;
  if (second === undefined) return first;
  const split = splitPoint(hashes.length);
  const left = rootOf(hashes.slice(0, split));
  const right = rootOf(hashes.slice(split));
  return writer.start().byte(1).text(left).text(right).takeHash();
}

function pathOf(hashes: readonly BinaryString[], index: number): Sibling[] {
  if (hashes.length === 1) return [];
  const split = splitPoint(hashes.length);
  const left = hashes.slice(0, split);
  const right = hashes.slice(split);
  return index < split
    ? [...pathOf(left, index), { side: 'right', hash: rootOf(right) }]
    : [...pathOf(right, index - split), { side: 'left', hash: rootOf(left) }];
}

function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}
