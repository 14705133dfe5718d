/**
 * Nodes of an IAVL tree, and what of them is hashed. Values live in leaves; an inner node's key is the smallest key of
 * its right subtree. A node is never changed once its version is sealed; a new version shares what it did not touch.
 */
import { ByteWriter, sha256, type BinaryString } from './bytes.js';

export type Leaf = { readonly height: 0; readonly size: 1; readonly key: BinaryString; readonly value: Uint8Array };

/** `height` is 1 above the taller child; `size` counts leaves. Only an edit changes the fields, and only of nodes of its own. */
export type Inner = { height: number; size: number; key: BinaryString; left: Link; right: Link };

export type TreeNode = Leaf | Inner;

export const isLeaf = (node: TreeNode): node is Leaf => node.height === 0;

/**
 * What a parent, or a root record, knows of a node: its name (version and nonce), its hash, and the node itself while
 * it is in memory. Nonce 0 marks a node of an edit that is not sealed: it has no hash yet.
 */
export class Link {
  nonce = 0;
  hash: BinaryString = '';
  /** Set while the cache holds it, and for ever before sealing. */
  node: TreeNode | undefined;
  /** Marked by each use, cleared by the cache's sweep. */
  used = true;
  /** Bytes that the cache counts for the node. */
  weight = 0;

  constructor(readonly version: bigint, node: TreeNode | undefined) {
    this.node = node;
  }

  get sealed(): boolean {
    return this.nonce !== 0;
  }
}

/** The link of a sealed node that is not in memory. */
export function sealedLink(version: bigint, nonce: number, hash: BinaryString): Link {
  const link = new Link(version, undefined);
  link.nonce = nonce;
  link.hash = hash;
  return link;
}

const writer = new ByteWriter();

/**
 * Zig-zag varints of height, size and version: how the hashed form of every IAVL node begins (cosmos/iavl node.go,
 * writeHashBytes), and the prefix of its ICS-23 op.
 */
export function writeHeader(into: ByteWriter, node: TreeNode, version: bigint): ByteWriter {
  return into.varint(node.height * 2).varint(node.size * 2).varint(Number(version) * 2);
}

/** Length of each child's hash, written before it. */
export const hashLength = 32;

/** The node's hash, from its content and its children's hashes, which must be known. */
export function hashNode(node: TreeNode, version: bigint): BinaryString {
  writeHeader(writer.start(), node, version);
  if (isLeaf(node)) {
    writer.lengthAndText(node.key).lengthAndText(sha256(node.value));
  } else {
    writer.lengthAndText(node.left.hash).lengthAndText(node.right.hash);
  }
  return writer.takeHash();
}
