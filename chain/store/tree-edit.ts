import type { BinaryString } from './bytes.js';
import { isLeaf, Link, type Inner, type TreeNode } from './node.js';
import type { Loader } from './tree.js';

/** What is left of a subtree after a removal. `smallest` is its new smallest key, if the removal changed it and no inner node below took note. */
type Removal = { readonly link: Link | undefined; readonly smallest: BinaryString | undefined };

/**
 * The changes that one version makes to one tree. Sealed nodes are copied before they change, once; the copies belong to
 * the new version. Shape, keys and versions come out as cosmos/iavl 1.x makes them (mutable_tree.go, recursiveSet,
 * recursiveRemove and balance), so that equal histories have equal roots.
 */
export class TreeEdit {
  readonly #load: Loader;
  readonly #version: bigint;
  #root: Link | undefined;
  /** Sealed nodes that the new version does not use any more. */
  readonly orphans: Link[] = [];

  constructor(load: Loader, version: bigint, root: Link | undefined) {
    this.#load = load;
    this.#version = version;
    this.#root = root;
  }

  get root(): Link | undefined {
    return this.#root;
  }

  /** Setting the value that is there already makes a leaf of the new version all the same, as IAVL does: the root changes. */
  set(key: BinaryString, value: Uint8Array): void {
    this.#root = this.#root ? this.#setBelow(this.#root, key, value) : this.#newLeaf(key, value);
  }

  /** Removing a key that is not there changes nothing. */
  remove(key: BinaryString): void {
    if (!this.#root) return;
    const removal = this.#removeBelow(this.#root, key);
    if (removal) this.#root = removal.link;
  }

  #setBelow(link: Link, key: BinaryString, value: Uint8Array): Link {
    const node = this.#load(link);
    if (isLeaf(node)) {
      if (key < node.key) return this.#newInner(node.key, this.#newLeaf(key, value), link);
      if (key > node.key) return this.#newInner(key, link, this.#newLeaf(key, value));
      this.#discard(link);
      return this.#newLeaf(key, value);
    }
    const { link: own, inner } = this.#own(link, node);
    const side = key < inner.key ? 'left' : 'right';
    const sizeBefore = this.#load(inner[side]).size;
    inner[side] = this.#setBelow(inner[side], key, value);
    // A replaced value leaves every size and height as it is, and the sibling need not be loaded.
    return this.#load(inner[side]).size === sizeBefore ? own : this.#balance(own, inner);
  }

  #removeBelow(link: Link, key: BinaryString): Removal | undefined {
    const node = this.#load(link);
    if (isLeaf(node)) {
      if (node.key !== key) return undefined;
      this.#discard(link);
      return { link: undefined, smallest: undefined };
    }
    const removal = this.#removeBelow(key < node.key ? node.left : node.right, key);
    if (!removal) return undefined;
    return key < node.key ? this.#afterLeftRemoval(link, node, removal) : this.#afterRightRemoval(link, node, removal);
  }

  #afterLeftRemoval(link: Link, node: Inner, { link: left, smallest }: Removal): Removal {
    if (!left) {
      this.#discard(link);
      return { link: node.right, smallest: node.key };
    }
    const { link: own, inner } = this.#own(link, node);
    inner.left = left;
    return { link: this.#balance(own, inner), smallest };
  }

  #afterRightRemoval(link: Link, node: Inner, { link: right, smallest }: Removal): Removal {
    if (!right) {
      this.#discard(link);
      return { link: node.left, smallest: undefined };
    }
    const { link: own, inner } = this.#own(link, node);
    inner.right = right;
    if (smallest !== undefined) inner.key = smallest;
    return { link: this.#balance(own, inner), smallest: undefined };
  }

  /** Measures the node anew, and rotates if one side is two levels taller than the other. */
  #balance(link: Link, inner: Inner): Link {
    this.#measure(inner);
    const lean = this.#leanOf(inner);
    if (lean > 1) {
      const left = this.#innerAt(inner.left);
      if (this.#leanOf(left) < 0) inner.left = this.#rotateLeft(inner.left);
      return this.#rotateRight(link);
    }
    if (lean < -1) {
      const right = this.#innerAt(inner.right);
      if (this.#leanOf(right) > 0) inner.right = this.#rotateRight(inner.right);
      return this.#rotateLeft(link);
    }
    return link;
  }

  #rotateRight(link: Link): Link {
    const { link: below, inner: down } = this.#own(link, this.#innerAt(link));
    const { link: top, inner: up } = this.#own(down.left, this.#innerAt(down.left));
    down.left = up.right;
    up.right = below;
    this.#measure(down);
    this.#measure(up);
    return top;
  }

  #rotateLeft(link: Link): Link {
    const { link: below, inner: down } = this.#own(link, this.#innerAt(link));
    const { link: top, inner: up } = this.#own(down.right, this.#innerAt(down.right));
    down.right = up.left;
    up.left = below;
    this.#measure(down);
    this.#measure(up);
    return top;
  }

  #measure(inner: Inner): void {
    const left = this.#load(inner.left);
    const right = this.#load(inner.right);
    inner.height = Math.max(left.height, right.height) + 1;
    inner.size = left.size + right.size;
  }

  /** Positive when the left side is taller. */
  #leanOf(inner: Inner): number {
    return this.#load(inner.left).height - this.#load(inner.right).height;
  }

  #innerAt(link: Link): Inner {
    const node = this.#load(link);
    if (isLeaf(node)) throw new Error('store: a leaf has no sides to lean to');
    return node;
  }

  /** A node that may be changed: the node itself if this edit made it, else a copy, and the sealed one is discarded. */
  #own(link: Link, node: Inner): { link: Link; inner: Inner } {
    if (!link.sealed) return { link, inner: node };
    this.#discard(link);
    const inner: Inner = { height: node.height, size: node.size, key: node.key, left: node.left, right: node.right };
    return { link: this.#unsealed(inner), inner };
  }

  #newLeaf(key: BinaryString, value: Uint8Array): Link {
    return this.#unsealed({ height: 0, size: 1, key, value });
  }

  #newInner(key: BinaryString, left: Link, right: Link): Link {
    return this.#unsealed({ height: 1, size: 2, key, left, right });
  }

  #unsealed(node: TreeNode): Link {
    return new Link(this.#version, node);
  }

  #discard(link: Link): void {
    if (link.sealed) this.orphans.push(link);
  }
}
