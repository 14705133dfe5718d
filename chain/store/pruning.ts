import assert from 'node:assert/strict';
import { decodeOrphans, nodeKey, orphansKey, rootsKey, type Orphans } from './rows.js';
import type { Row, RowSource } from './types.js';

/** Versions freed with one new version at most, so that a lowered setting does not make one block's batch huge. */
const versionsPerPruningMax = 10;

export type Pruning = {
  /** Deletions for the batch of the new version. */
  readonly rows: readonly Row[];
  /** The oldest version that is left. */
  readonly oldest: bigint;
  /** The new version's own orphans were deleted at once: their record must not be written. */
  readonly freedOwnOrphans: boolean;
};

/**
 * Frees the versions below `version − pruning`, oldest first. A node replaced at version n is used by versions below n
 * only; since all those older than the freed version are gone already, freeing n − 1 deletes all that n replaced.
 */
export function prune(rows: RowSource, oldest: bigint, version: bigint, pruning: number, ownOrphans: Orphans): Pruning {
  if (pruning === Number.POSITIVE_INFINITY) return { rows: [], oldest, freedOwnOrphans: false };
  const deletions: Row[] = [];
  const target = version - BigInt(pruning);
  let freed = oldest;
  for (let count = 0; freed < target && count < versionsPerPruningMax; count += 1, freed += 1n) {
    const next = freed + 1n;
    const orphans = next === version ? ownOrphans : storedOrphans(rows, next);
    deleteNodes(orphans, deletions);
    deletions.push({ key: rootsKey(freed), value: undefined });
    if (next !== version) deletions.push({ key: orphansKey(next), value: undefined });
  }
  return { rows: deletions, oldest: freed, freedOwnOrphans: freed === version };
}

function storedOrphans(rows: RowSource, version: bigint): Orphans {
  const row = rows.get(orphansKey(version));
  assert(row, `store: the record of what version ${version} replaced is missing from the database`);
  return decodeOrphans(row);
}

function deleteNodes(orphans: Orphans, into: Row[]): void {
  for (const [store, nodes] of orphans) {
    for (const node of nodes) into.push({ key: nodeKey(store, node), value: undefined });
  }
}
