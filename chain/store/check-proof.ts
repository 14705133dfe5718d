/** The other side of ics23.ts: what a stranger says of a tree or of the stores, checked against a hash that is known to be agreed. */
import { join } from 'node:path';
import { makeCodecs } from '../codec/index.js';
import { chainProtoFolder } from '../codec/roots.js';
import { ByteWriter, fromBinary, sha256, toBinary, type BinaryString } from './bytes.js';
import { simpleRoot } from './simple-merkle.js';

type InnerOp = { prefix: Uint8Array; suffix: Uint8Array };
type ExistenceProof = { key: Uint8Array; value: Uint8Array; leaf: { prefix: Uint8Array } | undefined; path: InnerOp[] };

const codec = makeCodecs([join(chainProtoFolder, 'cosmos', 'ics23')]).of<{ exist?: ExistenceProof }>('cosmos.ics23.v1.CommitmentProof');
const writer = new ByteWriter();

/** Hash of a node below another: its length and its 32 bytes. */
const childBytes = 33;
const [prefixMin, prefixMax] = [4, 12];
const pathMax = 128;

/** The key and value that a proof of membership (`ics23:iavl`) shows to be in the tree with this root; undefined when it shows nothing. Never throws. */
export function provenInTree(proof: Uint8Array, root: Uint8Array): { readonly key: Uint8Array; readonly value: Uint8Array } | undefined {
  const exist = decoded(proof);
  if (!exist?.leaf || exist.path.length > pathMax) return undefined;
  const { key, value, leaf, path } = exist;
  // Height 0 is a leaf's alone, so that no inner node passes for a leaf; the bounds leave no room for a forged node (ics23's IavlSpec).
  if (leaf.prefix[0] !== 0 || leaf.prefix.length > prefixMax || key.length === 0) return undefined;
  if (!path.every(isInner)) return undefined;
  let hash: BinaryString = writer.start().raw(leaf.prefix).lengthAndText(toBinary(key)).lengthAndText(sha256(value)).takeHash();
  for (const { prefix, suffix } of path) hash = writer.start().raw(prefix).text(hash).raw(suffix).takeHash();
  return hash === toBinary(root) ? { key, value } : undefined;
}

function isInner({ prefix, suffix }: InnerOp): boolean {
  if (prefix.length === 0 || prefix[0] === 0) return false;
  const isLeft = suffix.length === childBytes && prefix.length >= prefixMin && prefix.length <= prefixMax;
  const isRight = suffix.length === 0 && prefix.length >= prefixMin + childBytes && prefix.length <= prefixMax + childBytes;
  return isLeft || isRight;
}

function decoded(proof: Uint8Array): ExistenceProof | undefined {
  try {
    return codec.decode(proof).exist;
  } catch {
    return undefined; // a stranger's bytes: they prove nothing
  }
}

/** The AppHash over the roots of stores, which are in ascending order of their names. */
export function appHashOfRoots(roots: readonly { readonly name: string; readonly root: Uint8Array }[]): Uint8Array {
  return fromBinary(simpleRoot(roots.map(({ name, root }) => ({ name, root: toBinary(root) }))));
}
