/** Which files the state of a height refers to, read from one picture of the database. */
import { join } from 'node:path';
import { endOf, heapOfSpanRow, keys } from '../../kernel/index.js';
import { bundlesOf } from '../host/bundles.js';
import { heapPath } from '../snapshots/heap-files.js';
import { databaseKeyOfKernelRow, rowText, type DatabaseSnapshot } from '../store.js';
import { chainRowsIn, storesIn } from './committed-stores.js';
import type { NeededFile } from './links.js';

export type NeededFiles = {
  /** Ids, ascending. */
  readonly bundles: readonly NeededFile[];
  /** SHA-256 of heap snapshots, ascending, each once. */
  readonly heaps: readonly NeededFile[];
};

export async function neededFiles(snapshot: DatabaseSnapshot, height: bigint, blobFolder: string): Promise<NeededFiles> {
  const heaps = await heapsInUse(snapshot);
  return {
    bundles: installedIn(snapshot, height).map(name => ({ name, path: join(blobFolder, name) })),
    heaps: [...heaps].sort().map(name => ({ name, path: heapPath(blobFolder, name) })),
  };
}

function installedIn(snapshot: DatabaseSnapshot, height: bigint): string[] {
  const stores = storesIn(chainRowsIn(snapshot)).at(height);
  if (!stores) throw new Error(`the database is not at height ${height}`);
  return bundlesOf(stores).map(({ bundleId }) => bundleId).sort();
}

/** Heaps that current spans start from. */
async function heapsInUse(snapshot: DatabaseSnapshot): Promise<Set<string>> {
  const from = databaseKeyOfKernelRow(keys.allSpans);
  const found = new Set<string>();
  for await (const portion of snapshot.portions(from, endOf(from))) {
    for (const [, value] of portion) {
      const heap = heapOfSpanRow(rowText(value) as string);
      if (heap !== undefined) found.add(heap);
    }
  }
  return found;
}
