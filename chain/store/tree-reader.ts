import type { BinaryString } from './bytes.js';
import type { Link } from './node.js';
import { getFromTree, iterateTree, type Loader, type Range } from './tree.js';

/** One store as a branch sees what lies below it. Both read the state at the moment of the call. */
export interface Below {
  read(key: BinaryString): Uint8Array | undefined;
  /** May be gone through more than once; later writes do not show. */
  entries(range: Range): Iterable<readonly [BinaryString, Uint8Array]>;
}

/** The state that a reader holds on to was pruned under it. Expected in a long query of an old height, never in a block. */
export class VersionPruned extends Error {
  constructor(readonly version: bigint) {
    super(`store: version ${version} was pruned`);
    this.name = 'VersionPruned';
  }
}

/** One tree at one version. */
export class TreeReader implements Below {
  readonly #load: Loader;
  readonly #root: Link | undefined;

  constructor(load: Loader, root: Link | undefined) {
    this.#load = load;
    this.#root = root;
  }

  read(key: BinaryString): Uint8Array | undefined {
    return getFromTree(this.#load, this.#root, key);
  }

  entries(range: Range): Iterable<readonly [BinaryString, Uint8Array]> {
    return { [Symbol.iterator]: () => iterateTree(this.#load, this.#root, range) };
  }
}
