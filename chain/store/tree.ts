/** Reading one IAVL tree, from any root. */
import type { BinaryString } from './bytes.js';
import { isLeaf, type Inner, type Leaf, type Link, type TreeNode } from './node.js';

/** Gives a link's node, from memory or from the database. */
export type Loader = (link: Link) => TreeNode;

export function getFromTree(load: Loader, root: Link | undefined, key: BinaryString): Uint8Array | undefined {
  if (!root) return undefined;
  let node = load(root);
  while (!isLeaf(node)) node = load(key < node.key ? node.left : node.right);
  return node.key === key ? node.value : undefined;
}

export type Direction = 'ascending' | 'descending';

/** Keys in [start, end); undefined is without a bound. */
export type Range = { readonly start: BinaryString | undefined; readonly end: BinaryString | undefined; readonly direction: Direction };

/** The entries of a tree in a range. Nodes are loaded as the reader goes. */
export function* iterateTree(load: Loader, root: Link | undefined, range: Range): Generator<readonly [BinaryString, Uint8Array]> {
  const waiting: Link[] = root ? [root] : [];
  for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
    const node = load(link);
    if (isLeaf(node)) {
      if (isWithin(node.key, range)) yield [node.key, node.value];
    } else {
      pushChildren(waiting, node, range);
    }
  }
}

export function isWithin(key: BinaryString, { start, end }: Range): boolean {
  return (start === undefined || key >= start) && (end === undefined || key < end);
}

/** The child to visit next goes on top; a child that lies wholly outside the range is left out. */
function pushChildren(waiting: Link[], node: Inner, { start, end, direction }: Range): void {
  const wantsLeft = start === undefined || start < node.key;
  const wantsRight = end === undefined || node.key < end;
  if (direction === 'ascending') {
    if (wantsRight) waiting.push(node.right);
    if (wantsLeft) waiting.push(node.left);
  } else {
    if (wantsLeft) waiting.push(node.left);
    if (wantsRight) waiting.push(node.right);
  }
}

/** One step from the root towards a leaf. `side` is the child that was taken. */
export type Step = { readonly node: Inner; readonly version: bigint; readonly side: 'left' | 'right' };
export type Path = { readonly steps: readonly Step[]; readonly leaf: Leaf; readonly leafVersion: bigint };

/** The leaf where a search for the key ends, whether or not it has that key, and the way to it from the root. */
export function pathTo(load: Loader, root: Link, key: BinaryString): Path {
  const steps: Step[] = [];
  let link = root;
  for (let node = load(link); ; node = load(link)) {
    if (isLeaf(node)) return { steps, leaf: node, leafVersion: link.version };
    const side = key < node.key ? 'left' : 'right';
    steps.push({ node, version: link.version, side });
    link = node[side];
  }
}
