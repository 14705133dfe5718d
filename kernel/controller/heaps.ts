/** Heap snapshots of a kernel without a chain: in memory until the next commit, then beside its rows. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { MemorySnapshots } from '../snapshot/memory.js';
import { SnapshotUnusable, type HeapSource, type HeapWriter, type SnapshotStore } from '../snapshot/store.js';

type BaseFile = { readonly path: string; readonly sha256: string };

export class ControllerHeaps implements SnapshotStore {
  readonly #stored: (hash: string) => Promise<Uint8Array | undefined>;
  readonly #fresh = new MemorySnapshots();
  /** What new vats start from. */
  base: BaseFile | undefined;

  constructor(stored: (hash: string) => Promise<Uint8Array | undefined>) {
    this.#stored = stored;
  }

  begin(): HeapWriter {
    return this.#fresh.begin();
  }

  async open(hash: string): Promise<{ readonly source: HeapSource; close(): void }> {
    if (this.base?.sha256 === hash) return { source: { file: this.base.path }, close: () => undefined };
    if (this.#fresh.hashes.includes(hash)) return this.#fresh.open(hash);
    const bytes = await this.#stored(hash);
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== hash) {
      throw new SnapshotUnusable(`heap snapshot ${hash} is ${bytes ? 'damaged' : 'missing'} in the kernel's store; restore the store from a backup`);
    }
    return { source: { bytes }, close: () => undefined };
  }

  /** Bytes of those in use that are not stored yet. */
  async toStore(inUse: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>();
    for (const hash of inUse) {
      if (this.#fresh.hashes.includes(hash)) found.set(hash, (await this.#fresh.open(hash)).source.bytes);
      else if (this.base?.sha256 === hash && !(await this.#stored(hash))) found.set(hash, await readFile(this.base.path));
    }
    return found;
  }

  /** They are stored, or nobody wants them. */
  settled(): void {
    this.#fresh.keepOnly(new Set());
  }
}
