/** Heap snapshots in memory, for kernels without a disk. */
import { createHash } from 'node:crypto';
import { SnapshotUnusable, type HeapWriter, type SnapshotStore } from './store.js';

export class MemorySnapshots implements SnapshotStore {
  readonly #heaps = new Map<string, Uint8Array>();
  #saved = 0;

  /** Hashes of what is kept. */
  get hashes(): readonly string[] {
    return [...this.#heaps.keys()];
  }

  /** How many were saved so far, equal ones too. */
  get saved(): number {
    return this.#saved;
  }

  begin(): HeapWriter {
    const chunks: Uint8Array[] = [];
    const hash = createHash('sha256');
    return {
      write: chunk => {
        chunks.push(Buffer.from(chunk));
        hash.update(chunk);
      },
      finish: () => {
        const bytes = Buffer.concat(chunks);
        const name = hash.digest('hex');
        this.#heaps.set(name, bytes);
        this.#saved += 1;
        return Promise.resolve({ hash: name, size: bytes.length });
      },
      abandon: () => Promise.resolve(),
    };
  }

  open(hash: string): Promise<{ source: { bytes: Uint8Array }; close(): void }> {
    const bytes = this.#heaps.get(hash);
    if (!bytes) return Promise.reject(new SnapshotUnusable(`heap snapshot ${hash} is not in memory`));
    return Promise.resolve({ source: { bytes }, close: () => undefined });
  }

  /** Forgets every other: what no span starts from any more. */
  keepOnly(hashes: ReadonlySet<string>): void {
    for (const hash of [...this.#heaps.keys()]) if (!hashes.has(hash)) this.#heaps.delete(hash);
  }
}
