/**
 * Bundle files that no state refers to any more: a bundle is on disk with the block that completed it, and the next run may
 * refuse to pay for it. `b/unused/<bundle>` is the height of the block since which it is not installed; while it is, there is no
 * such row. A file goes when that block cannot be undone any more, for until then an earlier state may need it.
 */
import type { BlobStore } from './blobs.js';
import { localPrefix, numberOfRow, numberRow, type DatabaseRow, type NodeDatabase } from './store.js';

const prefix = `${localPrefix}unused/`;

/** Files removed in one block, at most, of so many that are looked at. */
const removedMax = 16;
const lookedAtMax = 1000;

/** Rows of a block, to be undone with it. */
export function unusedBundleRows(height: bigint, installed: Iterable<string>, refused: readonly string[]): DatabaseRow[] {
  const row = (name: string, value: Uint8Array | undefined): DatabaseRow => ({ key: `${prefix}${name}`, value });
  return [...[...installed].map(name => row(name, undefined)), ...refused.map(name => row(name, numberRow(height)))];
}

/**
 * Removes what blocks up to `limit` left unused, which nothing can undo, and answers with the rows to be deleted, outside the
 * undo record; after a crash before that it is done again. `isNeeded`: the block installs it again, or an export reads it.
 */
export async function removeUnusedBundles(database: NodeDatabase, blobs: BlobStore, limit: bigint, isNeeded: (name: string) => boolean): Promise<DatabaseRow[]> {
  const isDue = (key: string): boolean => (numberOfRow(database.get(key)) ?? limit + 1n) <= limit && !isNeeded(key.slice(prefix.length));
  const due = (await database.keysBelow(prefix, lookedAtMax)).filter(isDue).slice(0, removedMax);
  await blobs.remove(due.map(key => key.slice(prefix.length)));
  return due.map(key => ({ key, value: undefined }));
}
