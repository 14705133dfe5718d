/** Heap snapshots in memory that workers write as files: so a successor is made beside, as in a node. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySnapshots } from '../../kernel/index.js';
import type { HeapWriter } from '../../kernel/snapshot/store.js';

export class FileSnapshots extends MemorySnapshots {
  readonly takesFiles = true;
  readonly #folder = mkdtempSync(join(tmpdir(), 'windlass-heap-files-'));
  #files = 0;

  override begin(): HeapWriter {
    const path = join(this.#folder, `heap-${(this.#files += 1)}`);
    const memory = super.begin();
    return {
      file: { path, open: () => ({ source: { file: path }, close: () => undefined }) },
      write: chunk => memory.write(chunk),
      finish: async () => {
        await memory.write(readFileSync(path));
        return memory.finish();
      },
      abandon: () => memory.abandon(),
    };
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
