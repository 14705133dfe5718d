import assert, { AssertionError } from 'node:assert/strict';
import { decodeNode, nodeKey } from './rows.js';
import { hashNode, isLeaf, type Link, type TreeNode } from './node.js';
import type { RowSource } from './types.js';

/** The database has no row for a node that a tree refers to. */
export class MissingNode extends AssertionError {
  constructor(store: string, { version, nonce }: Link) {
    super({ message: `store ${store}: node ${version}.${nonce} is missing from the database` });
  }
}

/** What a node costs in memory beside its key and value: two objects and their links. */
const nodeOverheadBytes = 320;

/**
 * Loads nodes when they are needed and holds them up to a number of bytes. A node is dropped by taking it off its link:
 * a sweep goes round the held links and drops those not used since it last came by, so that upper levels stay.
 */
export class NodeCache {
  readonly #rows: RowSource;
  readonly #bytesMax: number;
  readonly #ring: Link[] = [];
  #hand = 0;
  #bytes = 0;

  constructor(rows: RowSource, bytesMax: number) {
    assert(bytesMax >= 0, 'store: the cache is bounded by a number of bytes');
    this.#rows = rows;
    this.#bytesMax = bytesMax;
  }

  /** The link's node. Throws MissingNode, or AssertionError when the row's content does not have the hash that the link promises. */
  load(store: string, link: Link): TreeNode {
    link.used = true;
    return link.node ?? this.#fetch(store, link);
  }

  /** Takes up nodes that were just made durable. */
  adopt(links: readonly Link[]): void {
    for (const link of links) this.#hold(link);
  }

  #fetch(store: string, link: Link): TreeNode {
    assert(link.sealed, 'store: a node that is not sealed stays in memory');
    const row = this.#rows.get(nodeKey(store, link));
    if (!row) throw new MissingNode(store, link);
    const node = decodeNode(row);
    assert(hashNode(node, link.version) === link.hash, `store ${store}: node ${link.version}.${link.nonce} does not have the hash its parent holds`);
    link.node = node;
    this.#hold(link);
    return node;
  }

  #hold(link: Link): void {
    const node = link.node;
    assert(node, 'store: only a loaded node is held');
    link.weight = nodeOverheadBytes + node.key.length + (isLeaf(node) ? node.value.length : 0);
    this.#bytes += link.weight;
    this.#ring.push(link);
    if (this.#bytes > this.#bytesMax) this.#sweep();
  }

  /** Frees an eighth more than it must, so that it does not run at every load. Two rounds see every link unused. */
  #sweep(): void {
    const target = this.#bytesMax - this.#bytesMax / 8;
    const ring = this.#ring;
    let stepsLeft = ring.length * 2;
    while (this.#bytes > target && stepsLeft > 0 && ring.length > 0) {
      stepsLeft -= 1;
      this.#hand = this.#hand < ring.length ? this.#hand : 0;
      this.#visit(ring);
    }
  }

  #visit(ring: Link[]): void {
    const link = ring[this.#hand] as Link;
    if (link.used) {
      link.used = false;
      this.#hand += 1;
      return;
    }
    link.node = undefined;
    this.#bytes -= link.weight;
    const last = ring.pop() as Link;
    if (last !== link) ring[this.#hand] = last;
  }
}
