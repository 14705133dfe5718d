/** What a crash left in the blob folder: half-written files, and heaps of a block that was never committed. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeDatabase } from '../store.js';
import { snapKey } from './rows.js';

export type Swept = { readonly files: number; readonly bytes: number };

/** Removes them. To be called before the kernel runs, by whoever holds the database open. Bundles stay. */
export function sweepBlobs(folder: string, database: NodeDatabase): Swept {
  let files = 0;
  let bytes = 0;
  const remove = (path: string): void => {
    bytes += statSync(path).size;
    files += 1;
    rmSync(path);
  };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith('.tmp')) remove(path);
    if (!entry.isDirectory() || !/^[0-9a-f]{2}$/.test(entry.name)) continue;
    for (const name of readdirSync(path)) if (database.get(snapKey(name)) === undefined) remove(join(path, name));
  }
  return { files, bytes };
}
