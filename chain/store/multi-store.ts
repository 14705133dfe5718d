import assert from 'node:assert/strict';
import { FrozenStores, RootBranch } from './branch.js';
import { emptyHash, fromBinary, toBinary, type BinaryString } from './bytes.js';
import { proveInTree, proveStore } from './ics23.js';
import type { Link } from './node.js';
import { MissingNode, NodeCache } from './node-cache.js';
import { prune } from './pruning.js';
import { decodeRoots, decodeSpan, encodeOrphans, encodeRoots, encodeSpan, orphansKey, rootsKey, spanKey, type NodeName, type Roots } from './rows.js';
import { sealTree } from './seal.js';
import { simpleRoot, type NamedRoot } from './simple-merkle.js';
import { TreeEdit } from './tree-edit.js';
import { TreeReader, VersionPruned } from './tree-reader.js';
import type { Loader } from './tree.js';
import type { MultiStore, PreparedVersion, ReadOnlyStores, Row, RowSource, StoreBranch, StoreProof } from './types.js';

export type MultiStoreOptions = {
  /** Each is letters, digits, `-` and `_`. Names added since the rows were written start empty. */
  readonly names: readonly string[];
  readonly rows: RowSource;
  /**
   * Versions kept below the latest one. 0 keeps that one only, and a branch cannot be read any more once the rows of the
   * next version are written, so a node takes 1 at least; Infinity keeps all.
   */
  readonly pruning: number;
  /** Bound on the memory for nodes, roughly. */
  readonly cacheBytes?: number;
};

const cacheBytesDefault = 256 * 1024 * 1024;
/** Old versions whose roots stay at hand, so that queries of one height share the nodes they load. */
const recentVersionsMax = 16;
/** Twice a version must be a safe integer, because it is hashed as a zig-zag varint. */
const versionMax = 2n ** 51n;

/** The versions on disk, and the trees of the latest one. A new one replaces it as a whole. */
type Committed = { readonly version: bigint; readonly oldest: bigint; readonly roots: Roots; readonly appHash: BinaryString };
type Pending = { readonly base: Committed; readonly next: Committed; readonly links: readonly Link[] };
type Changes = { readonly roots: Roots; readonly orphans: Map<string, NodeName[]>; readonly rows: Row[]; readonly links: Link[] };

/**
 * Opens the stores on the rows of a database, or on none. Throws AssertionError when the rows contradict each other,
 * or hold a store that is not named. Nodes are read, and checked against their hash, when they are first needed.
 */
export function openMultiStore(options: MultiStoreOptions): MultiStore {
  const names = [...options.names].sort();
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]+$/, `store: ${name} is no name for a store`);
  assert.equal(new Set(names).size, names.length, 'store: names do not repeat');
  const { pruning } = options;
  assert(pruning === Number.POSITIVE_INFINITY || (Number.isSafeInteger(pruning) && pruning >= 0), 'store: pruning is a number of versions');
  const { rows } = options;
  return new TreeStores(names, rows, pruning, new NodeCache(rows, options.cacheBytes ?? cacheBytesDefault));
}

class TreeStores implements MultiStore {
  readonly names: readonly string[];
  readonly #rows: RowSource;
  readonly #pruning: number;
  readonly #cache: NodeCache;
  readonly #loaders: ReadonlyMap<string, Loader>;
  readonly #pending = new WeakMap<PreparedVersion, Pending>();
  readonly #recent = new Map<bigint, Roots>();
  #committed: Committed;
  /** Rows of versions up to this one may be gone: a prepared batch deletes them, even if it is not accepted yet. */
  #prunedThrough: bigint;

  constructor(names: readonly string[], rows: RowSource, pruning: number, cache: NodeCache) {
    this.names = names;
    this.#rows = rows;
    this.#pruning = pruning;
    this.#cache = cache;
    this.#loaders = new Map(names.map(name => [name, link => cache.load(name, link)]));
    this.#committed = readCommitted(rows);
    this.#prunedThrough = this.#committed.oldest - 1n;
    for (const name of this.#committed.roots.keys()) {
      assert(names.includes(name), `store: the database holds a store ${name} that this program does not know`);
    }
  }

  get version(): bigint {
    return this.#committed.version;
  }

  get appHash(): Uint8Array {
    return fromBinary(this.#committed.appHash);
  }

  branch(): StoreBranch {
    const base = this.#committed;
    return new RootBranch(base, name => this.#reader(name, base.roots, base.version));
  }

  prepare(branch: StoreBranch, version: bigint): PreparedVersion {
    const base = this.#committed;
    assert(branch instanceof RootBranch, 'store: a version is made of a root branch');
    assert(branch.base === base, 'store: the branch is over the latest version');
    assert(base.version === 0n ? version > 0n : version === base.version + 1n, `store: version ${version} does not follow ${base.version}`);
    assert(version <= versionMax, 'store: the version is within its bound');
    const { roots, orphans, rows, links } = this.#change(branch, version);
    const pruned = prune(this.#rows, base.version === 0n ? version : base.oldest, version, this.#pruning, orphans);
    rows.push({ key: rootsKey(version), value: encodeRoots(roots) });
    if (base.version > 0n && !pruned.freedOwnOrphans) rows.push({ key: orphansKey(version), value: encodeOrphans(orphans) });
    for (const row of pruned.rows) rows.push(row); // there may be more than a call takes arguments
    rows.push({ key: spanKey, value: encodeSpan({ latest: version, oldest: pruned.oldest }) });
    if (pruned.oldest - 1n > this.#prunedThrough) this.#prunedThrough = pruned.oldest - 1n;

    const named = namedRoots(roots);
    const appHash = simpleRoot(named);
    const prepared: PreparedVersion = { version, appHash: fromBinary(appHash), rows, roots: new Map(named.map(({ name, root }) => [name, fromBinary(root)])) };
    this.#pending.set(prepared, { base, next: { version, oldest: pruned.oldest, roots, appHash }, links });
    return prepared;
  }

  accept(prepared: PreparedVersion): void {
    const pending = this.#pending.get(prepared);
    assert(pending, 'store: only what prepare returned is accepted');
    const { base, next, links } = pending;
    assert(base === this.#committed, 'store: a version is accepted once, over the version it was prepared on');
    if (base.version > 0n) this.#remember(base.version, base.roots);
    this.#committed = next;
    this.#cache.adopt(links);
  }

  at(version: bigint): ReadOnlyStores | undefined {
    const roots = this.#rootsAt(version);
    return roots && new FrozenStores(name => this.#reader(name, roots, version));
  }

  roots(version: bigint): { name: string; root: Uint8Array }[] | undefined {
    const roots = this.#rootsAt(version);
    return roots && namedRoots(roots).map(({ name, root }) => ({ name, root: fromBinary(root) }));
  }

  prove(version: bigint, storeName: string, key: Uint8Array): StoreProof | undefined {
    const roots = this.#rootsAt(version);
    if (!roots?.has(storeName)) return undefined; // the version is not kept, or it has no such store
    const load = this.#loaderAt(storeName, version);
    const stores = namedRoots(roots);
    const { value, op } = proveInTree(load, roots.get(storeName), toBinary(key));
    return { value, ops: [op, proveStore(stores, stores.findIndex(({ name }) => name === storeName))] };
  }

  #change(branch: RootBranch, version: bigint): Changes {
    const changes = { roots: new Map<string, Link | undefined>(), orphans: new Map<string, NodeName[]>(), rows: [] as Row[], links: [] as Link[] };
    for (const name of this.names) {
      const edit = new TreeEdit(this.#loader(name), version, this.#committed.roots.get(name));
      for (const [key, write] of branch.writesTo(name)) {
        if (write) edit.set(key, write);
        else edit.remove(key);
      }
      const sealed = sealTree(name, edit.root);
      changes.roots.set(name, edit.root);
      if (edit.orphans.length > 0) changes.orphans.set(name, edit.orphans);
      for (const row of sealed.rows) changes.rows.push(row);
      for (const link of sealed.links) changes.links.push(link);
    }
    return changes;
  }

  #rootsAt(version: bigint): Roots | undefined {
    const { version: latest, oldest, roots } = this.#committed;
    if (version <= 0n || version < oldest || version > latest) return undefined;
    if (version === latest) return roots;
    let old = this.#recent.get(version);
    if (!old) {
      const row = this.#rows.get(rootsKey(version));
      if (!row && version <= this.#prunedThrough) return undefined;
      assert(row, `store: the roots of version ${version} are missing from the database`);
      old = decodeRoots(row);
      this.#remember(version, old);
    }
    return old;
  }

  #remember(version: bigint, roots: Roots): void {
    this.#recent.set(version, roots);
    const [first] = this.#recent.keys();
    if (this.#recent.size > recentVersionsMax && first !== undefined) this.#recent.delete(first);
  }

  #reader(name: string, roots: Roots, version: bigint): TreeReader {
    return new TreeReader(this.#loaderAt(name, version), roots.get(name));
  }

  #loader(name: string): Loader {
    const load = this.#loaders.get(name);
    if (!load) throw new Error(`store: there is no store ${name}`);
    return load;
  }

  /** A loader for readers, under whom the version may be pruned. */
  #loaderAt(name: string, version: bigint): Loader {
    const load = this.#loader(name);
    return link => {
      try {
        return load(link);
      } catch (error) {
        if (error instanceof MissingNode && version <= this.#prunedThrough) throw new VersionPruned(version);
        throw error;
      }
    };
  }
}

function readCommitted(rows: RowSource): Committed {
  const spanRow = rows.get(spanKey);
  if (!spanRow) return { version: 0n, oldest: 1n, roots: new Map(), appHash: emptyHash };
  const { latest, oldest } = decodeSpan(spanRow);
  const rootsRow = rows.get(rootsKey(latest));
  assert(rootsRow, `store: the roots of version ${latest} are missing from the database`);
  const roots = decodeRoots(rootsRow);
  return { version: latest, oldest, roots, appHash: simpleRoot(namedRoots(roots)) };
}

/** Names of the stores that the latest version on disk has; none when there is no version. */
export function storesOnDisk(rows: RowSource): readonly string[] {
  return [...readCommitted(rows).roots.keys()];
}

/** In the order of the roots, which is that of their names. */
function namedRoots(roots: Roots): NamedRoot[] {
  return [...roots].map(([name, root]) => ({ name, root: root?.hash ?? emptyHash }));
}
