import { hashNode, isLeaf, type Link, type TreeNode } from './node.js';
import { encodeNode, nodeKey } from './rows.js';
import type { Row } from './types.js';

/** Hashes and names the new nodes of a tree, children first. Returns their rows, and their links for the cache. */
export function sealTree(store: string, root: Link | undefined): { rows: Row[]; links: Link[] } {
  const rows: Row[] = [];
  const links: Link[] = [];
  const seal = (link: Link): void => {
    if (link.sealed) return;
    const node = link.node as TreeNode; // an unsealed link always has its node
    if (!isLeaf(node)) {
      seal(node.left);
      seal(node.right);
    }
    link.hash = hashNode(node, link.version);
    links.push(link);
    link.nonce = links.length;
    rows.push({ key: nodeKey(store, link), value: encodeNode(node) });
  };
  if (root) seal(root);
  return { rows, links };
}
