import assert from 'node:assert/strict';
import { isLeaf, type Link } from './node.js';
import { NodeCache } from './node-cache.js';
import { decodeRoots, encodeNode, encodeSpan, nodeKey, rootsKey, spanKey } from './rows.js';
import type { BinaryString } from './bytes.js';
import type { Row, RowSource } from './types.js';

/**
 * All rows that an empty database needs to open at `version`, which must be kept: what a joining node is sent. Nodes
 * come in order, a store after the other, children before their parent. Every node is checked on the way: its hash
 * against its parent's, and the order of keys, sizes, heights and balance. Throws AssertionError at the first that is wrong.
 */
export function* exportVersion(rows: RowSource, version: bigint): Generator<Row & { readonly value: Uint8Array }> {
  const roots = rows.get(rootsKey(version));
  assert(roots, `store: version ${version} is kept`);
  const cache = new NodeCache(rows, 0);
  for (const [store, root] of decodeRoots(roots)) {
    if (root) yield* exportTree(cache, store, root, heightMax);
  }
  yield { key: rootsKey(version), value: new Uint8Array(roots) };
  yield { key: spanKey, value: encodeSpan({ latest: version, oldest: version }) };
}

/** Goes through all of a version as exportVersion does. Throws AssertionError at the first thing wrong; returns the number of nodes. */
export function checkVersion(rows: RowSource, version: bigint): number {
  let nodes = -2; // the roots and the span are no nodes
  for (const _row of exportVersion(rows, version)) nodes += 1;
  return nodes;
}

/** A row's height is one byte. */
const heightMax = 256;

/** What a parent must know of a child that was checked. */
type Checked = { readonly height: number; readonly size: number; readonly smallest: BinaryString; readonly largest: BinaryString };

function* exportTree(cache: NodeCache, store: string, link: Link, above: number): Generator<Row & { readonly value: Uint8Array }, Checked> {
  const node = cache.load(store, link);
  const name = `store ${store}: node ${link.version}.${link.nonce}`;
  assert(node.height < above, `${name} is not below its parent`);
  const row = { key: nodeKey(store, link), value: encodeNode(node) };
  if (isLeaf(node)) {
    yield row;
    return { height: 0, size: 1, smallest: node.key, largest: node.key };
  }
  const left = yield* exportTree(cache, store, node.left, node.height);
  const right = yield* exportTree(cache, store, node.right, node.height);
  assert(left.largest < node.key && node.key === right.smallest, `${name} has keys out of order`);
  assert.equal(node.size, left.size + right.size, `${name} has the wrong size`);
  assert.equal(node.height, Math.max(left.height, right.height) + 1, `${name} has the wrong height`);
  assert(Math.abs(left.height - right.height) <= 1, `${name} is out of balance`);
  yield row;
  return { height: node.height, size: node.size, smallest: left.smallest, largest: right.largest };
}
