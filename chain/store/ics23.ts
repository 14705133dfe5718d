/** Proofs of ICS-23 for a key of a tree (ics23:iavl) and for the root of a store below the AppHash (ics23:simple). */
import { join } from 'node:path';
import { makeCodecs } from '../codec/index.js';
import { chainProtoFolder } from '../codec/roots.js';
import type { ProofOp } from '../abci/types.js';
import { ByteWriter, fromBinary, type BinaryString } from './bytes.js';
import { hashLength, writeHeader, type Leaf, type Link } from './node.js';
import { simplePath, type NamedRoot, type Sibling } from './simple-merkle.js';
import { iterateTree, pathTo, type Loader, type Path, type Step } from './tree.js';

const sha256Op = 1; // HashOp.SHA256
const varProto = 1; // LengthOp.VAR_PROTO

type LeafOp = { hash: number; prehashValue: number; length: number; prefix: Uint8Array };
type InnerOp = { hash: number; prefix: Uint8Array; suffix: Uint8Array };
type ExistenceProof = { key: Uint8Array; value: Uint8Array; leaf: LeafOp; path: InnerOp[] };
type NonExistenceProof = { key: Uint8Array; left?: ExistenceProof | undefined; right?: ExistenceProof | undefined };
type CommitmentProof = { exist?: ExistenceProof; nonexist?: NonExistenceProof };

const codec = makeCodecs([join(chainProtoFolder, 'cosmos', 'ics23')]).of<CommitmentProof>('cosmos.ics23.v1.CommitmentProof');
const writer = new ByteWriter();

/**
 * Proves what a tree holds for a key: its value, or that there is none, by the key's neighbours. An empty tree has no
 * neighbours to show; then the op is empty, and the store's root, SHA-256 of nothing, is what proves it.
 */
export function proveInTree(load: Loader, root: Link | undefined, key: BinaryString): { value: Uint8Array | undefined; op: ProofOp } {
  const rawKey = fromBinary(key);
  const asOp = (proof: CommitmentProof): ProofOp => ({ type: 'ics23:iavl', key: rawKey, data: codec.encode(proof) });
  const found = root && pathTo(load, root, key);
  if (found?.leaf.key === key) {
    return { value: new Uint8Array(found.leaf.value), op: asOp({ exist: existenceOf(found) }) };
  }
  const left = neighbour(load, root, { start: undefined, end: key, direction: 'descending' });
  const right = neighbour(load, root, { start: key, end: undefined, direction: 'ascending' });
  return { value: undefined, op: asOp({ nonexist: { key: rawKey, left, right } }) };
}

/** Proves a store's root under the AppHash over `stores`, which are in ascending order of names. */
export function proveStore(stores: readonly NamedRoot[], index: number): ProofOp {
  const { name, root } = stores[index] as NamedRoot;
  const key = fromBinary(name);
  const exist: ExistenceProof = {
    key,
    value: fromBinary(root),
    leaf: leafOp(Uint8Array.of(0)),
    path: simplePath(stores, index).map(simpleInnerOp),
  };
  return { type: 'ics23:simple', key, data: codec.encode({ exist }) };
}

function neighbour(load: Loader, root: Link | undefined, range: Parameters<typeof iterateTree>[2]): ExistenceProof | undefined {
  if (!root) return undefined;
  for (const [key] of iterateTree(load, root, range)) return existenceOf(pathTo(load, root, key));
  return undefined;
}

function existenceOf({ steps, leaf, leafVersion }: Path): ExistenceProof {
  return {
    key: fromBinary(leaf.key),
    value: leaf.value,
    leaf: leafOp(headerOf(leaf, leafVersion)),
    path: steps.map(innerOp).reverse(),
  };
}

function leafOp(prefix: Uint8Array): LeafOp {
  return { hash: sha256Op, prehashValue: sha256Op, length: varProto, prefix };
}

function headerOf(leaf: Leaf, version: bigint): Uint8Array {
  return writeHeader(writer.start(), leaf, version).take();
}

/** The child's own hash goes between prefix and suffix; every hash has its length before it. */
function innerOp({ node, version, side }: Step): InnerOp {
  writeHeader(writer.start(), node, version);
  if (side === 'right') writer.lengthAndText(node.left.hash);
  const prefix = writer.varint(hashLength).take();
  const suffix = side === 'left' ? writer.lengthAndText(node.right.hash).take() : new Uint8Array(0);
  return { hash: sha256Op, prefix, suffix };
}

function simpleInnerOp({ side, hash }: Sibling): InnerOp {
  return side === 'left'
    ? { hash: sha256Op, prefix: writer.start().byte(1).text(hash).take(), suffix: new Uint8Array(0) }
    : { hash: sha256Op, prefix: Uint8Array.of(1), suffix: fromBinary(hash) };
}
