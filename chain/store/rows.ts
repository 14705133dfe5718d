/**
 * The rows of the multi-store, format 1. All keys are binary strings below the chain's own prefix:
 *
 *   n/<store>/<version u64><nonce u32>   a node: format, height, then
 *        leaf    varint key length, key, value (the rest)
 *        inner   varint size, varint key length, key, link of the left child, link of the right child
 *                (link: varint version, varint nonce, 32 bytes of hash)
 *   r/<version u64>   the roots of a version: format, varint count, then per store in name order
 *                     varint name length, name, and 0 for an empty tree or 1 and a link
 *   o/<version u64>   nodes that the version replaced: format, varint count, then per store varint name length, name,
 *                     varint count, and for each node varint version, varint nonce
 *   v                 format, varint latest version, varint oldest version kept
 *
 * Integers in keys are big-endian, varints are protobuf's. A parent holds its children's hashes, so that every node is
 * checked when it is loaded, from the root record downwards.
 */
import assert from 'node:assert/strict';
import { ByteReader, ByteWriter, u32Key, u64Key, type BinaryString } from './bytes.js';
import { hashLength, isLeaf, sealedLink, type Link, type TreeNode } from './node.js';

const format = 1;

/** A sealed node's name. */
export type NodeName = { readonly version: bigint; readonly nonce: number };
/** Roots by store name; undefined is an empty tree. */
export type Roots = ReadonlyMap<string, Link | undefined>;
/** Replaced nodes by store name. */
export type Orphans = ReadonlyMap<string, readonly NodeName[]>;
export type Span = { readonly latest: bigint; readonly oldest: bigint };

export const spanKey = 'v';
export const rootsKey = (version: bigint): BinaryString => `r/${u64Key(version)}`;
export const orphansKey = (version: bigint): BinaryString => `o/${u64Key(version)}`;
export const nodeKey = (store: string, name: NodeName): BinaryString => `n/${store}/${u64Key(name.version)}${u32Key(name.nonce)}`;

const writer = new ByteWriter();

export function encodeNode(node: TreeNode): Uint8Array {
  writer.start().byte(format).byte(node.height);
  if (isLeaf(node)) return writer.lengthAndText(node.key).raw(node.value).take();
  writer.varint(node.size).lengthAndText(node.key);
  writeLink(node.left);
  writeLink(node.right);
  return writer.take();
}

/** Throws RangeError or AssertionError when the bytes are no node. */
export function decodeNode(bytes: Uint8Array): TreeNode {
  const reader = readerOf(bytes);
  const height = reader.byte();
  if (height === 0) return { height, size: 1, key: reader.lengthAndText(), value: reader.rest() };
  const size = reader.varint();
  const key = reader.lengthAndText();
  const left = readLink(reader);
  const right = readLink(reader);
  reader.end();
  return { height, size, key, left, right };
}

export function encodeRoots(roots: Roots): Uint8Array {
  writer.start().byte(format).varint(roots.size);
  for (const [name, root] of roots) {
    writer.lengthAndText(name).byte(root ? 1 : 0);
    if (root) writeLink(root);
  }
  return writer.take();
}

export function decodeRoots(bytes: Uint8Array): Map<string, Link | undefined> {
  const reader = readerOf(bytes);
  const roots = new Map<string, Link | undefined>();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const name = reader.lengthAndText();
    const present = reader.byte();
    assert(present <= 1, 'store: a root is there or not');
    roots.set(name, present === 1 ? readLink(reader) : undefined);
  }
  reader.end();
  return roots;
}

export function encodeOrphans(orphans: Orphans): Uint8Array {
  writer.start().byte(format).varint(orphans.size);
  for (const [name, nodes] of orphans) {
    writer.lengthAndText(name).varint(nodes.length);
    for (const node of nodes) writer.varint(Number(node.version)).varint(node.nonce);
  }
  return writer.take();
}

export function decodeOrphans(bytes: Uint8Array): Map<string, NodeName[]> {
  const reader = readerOf(bytes);
  const orphans = new Map<string, NodeName[]>();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const nodes: NodeName[] = [];
    orphans.set(reader.lengthAndText(), nodes);
    for (let more = reader.varint(); more > 0; more -= 1) {
      nodes.push({ version: BigInt(reader.varint()), nonce: reader.varint() });
    }
  }
  reader.end();
  return orphans;
}

export function encodeSpan(span: Span): Uint8Array {
  return writer.start().byte(format).varint(Number(span.latest)).varint(Number(span.oldest)).take();
}

export function decodeSpan(bytes: Uint8Array): Span {
  const reader = readerOf(bytes);
  const span = { latest: BigInt(reader.varint()), oldest: BigInt(reader.varint()) };
  reader.end();
  assert(span.oldest > 0n && span.oldest <= span.latest, 'store: the oldest version kept is not above the latest');
  return span;
}

function readerOf(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes);
  const found = reader.byte();
  assert.equal(found, format, `store: rows have format ${format}; a row of format ${found} needs another release`);
  return reader;
}

function writeLink(link: Link): void {
  assert(link.sealed && link.hash.length === hashLength, 'store: only a sealed node is written');
  writer.varint(Number(link.version)).varint(link.nonce).text(link.hash);
}

function readLink(reader: ByteReader): Link {
  const version = BigInt(reader.varint());
  const nonce = reader.varint();
  assert(nonce > 0, 'store: a stored node has a nonce');
  return sealedLink(version, nonce, reader.text(hashLength));
}
