/** What one commit does, in order: blobs are synced, then one synchronous batch holds everything else of the block. */
import { spanChanges, type Change } from '../kernel/index.js';
import type { PreparedVersion } from '../chain/index.js';
import type { BlobStore } from './blobs.js';
import { closedSpanRows, freedSpanRows } from './snapshots/closed-spans.js';
import type { Freed, SnapshotCollector } from './snapshots/collector.js';
import type { HeapFiles } from './snapshots/heap-files.js';
import { isKept, refChanges, refRows } from './snapshots/rows.js';
import { chainPrefix, databaseKeyOfKernelRow, localPrefix, numberOfRow, numberRow, rowValue, type DatabaseRow, type NodeDatabase } from './store.js';
import { encodeUndo, undoKey } from './undo.js';
import { removeUnusedBundles, unusedBundleRows } from './unused-bundles.js';

export type BlockWrites = {
  readonly prepared: PreparedVersion;
  /** What the run wrote. */
  readonly kernelChanges: readonly Change[];
  /** Bundles that were installed, and that the run did not take. */
  readonly bundlesRefused: readonly string[];
  /** Lanes of the kernel digest. */
  readonly digestState: Uint8Array;
  /** Highest height whose AppHash is known to be agreed (design 4.6). */
  readonly confirmed: bigint;
};

export const digestStateKey = `${localPrefix}digest`;
export const confirmedKey = `${localPrefix}confirmed`;
/** The last block whose batch is in the database. */
const heightKey = `${localPrefix}height`;
/** Undo records reach back to this height; older ones are freed. */
const undoFromKey = `${localPrefix}undo-from`;

export type CommitOptions = {
  readonly database: NodeDatabase;
  readonly blobs: BlobStore;
  readonly heaps: HeapFiles;
  readonly collector: SnapshotCollector;
  /** Blocks that can be undone, at least. */
  readonly undoBlocks: bigint;
  /** An export reads the file of the blob folder, and could not link it. */
  readonly isHeld: (name: string) => boolean;
  /** Told before and after each durable step, by name; tests crash here. */
  readonly onStep?: (step: CommitStep) => void;
};

export type CommitStep = 'before-blobs' | 'before-heaps' | 'before-batch' | 'after-batch' | 'after-heaps';

/** Undo records freed in one block, at most: an old backlog does not stall a commit. */
const freedMax = 10;

/** Resolves with what the collector of heap files needs to know. */
export async function commitBlock({ database, blobs, heaps, collector, undoBlocks, isHeld, onStep }: CommitOptions, block: BlockWrites): Promise<Freed> {
  const { prepared: { version }, kernelChanges, bundlesRefused } = block;
  onStep?.('before-blobs');
  const installed = new Set(blobs.pending);
  const unused = await removeUnusedBundles(database, blobs, (undoFrom(database) ?? 0n) - 1n, name => installed.has(name) || isHeld(name));
  await blobs.sync();
  onStep?.('before-heaps');
  const changedSpans = spanChanges(kernelChanges);
  const refs = refChanges(database, changedSpans, heaps.baseHash);
  const stored = await heaps.persist([...refs.added.keys()].filter(hash => heaps.isInFlight(hash) || !isKept(database, hash)));
  const rows = [
    ...chainRows(block.prepared), ...kernelRows(kernelChanges), ...localRows(block),
    ...(await refRows(database, version, refs, stored)), ...closedSpanRows(version, changedSpans), ...unusedBundleRows(version, installed, bundlesRefused),
  ];
  const before = rows.map(({ key, value }) => ({ key, value: isNewNode(key, value) ? undefined : database.get(key) }));
  const freed = freedUndo(database, version, block.confirmed, undoBlocks);
  const spans = await freedSpanRows(database, freed.upTo, kernelChanges.length);
  onStep?.('before-batch');
  // What is freed comes first: a heap that was removed may be back in this block.
  await database.write([...collector.rows(hash => stored.has(hash)), ...unused, ...spans, ...freed.rows, ...rows, { key: undoKey(version), value: encodeUndo(before) }]);
  onStep?.('after-batch');
  collector.settled();
  await heaps.settle();
  onStep?.('after-heaps');
  return { upTo: freed.upTo, brought: stored.size };
}

function chainRows({ rows }: PreparedVersion): DatabaseRow[] {
  return rows.map(({ key, value }) => ({ key: `${chainPrefix}${key}`, value }));
}

function kernelRows(changes: readonly Change[]): DatabaseRow[] {
  return changes.map(({ key, after }) => ({ key: databaseKeyOfKernelRow(key), value: after === undefined ? undefined : rowValue(after) }));
}

function localRows({ prepared, digestState, confirmed }: BlockWrites): DatabaseRow[] {
  return [
    { key: digestStateKey, value: digestState }, { key: confirmedKey, value: numberRow(confirmed) }, { key: heightKey, value: numberRow(prepared.version) },
  ];
}

/** Of a state that was restored: its block is the last, and none before it can be undone. */
export function heightRows(height: bigint): DatabaseRow[] {
  return [{ key: heightKey, value: numberRow(height) }, { key: undoFromKey, value: numberRow(height + 1n) }];
}

/** The last block in the database; undefined before the first. */
export function databaseHeight(database: Pick<NodeDatabase, 'get'>): bigint | undefined {
  return numberOfRow(database.get(heightKey));
}

/** The first block that can be undone, if any was committed. */
export function undoFrom(database: NodeDatabase): bigint | undefined {
  return numberOfRow(database.get(undoFromKey));
}

/** Tree nodes are named by the version that makes them: one that is put was never there before. */
function isNewNode(key: string, value: Uint8Array | undefined): boolean {
  return value !== undefined && key.startsWith(`${chainPrefix}n/`);
}

/** Records of heights that are agreed and old enough; H is freed when H ≤ min(confirmed, tip − undo_blocks). */
function freedUndo(database: NodeDatabase, tip: bigint, confirmed: bigint, undoBlocks: bigint): { readonly rows: readonly DatabaseRow[]; readonly upTo: bigint } {
  const known = undoFrom(database);
  const from = known ?? tip;
  const limit = confirmed < tip - undoBlocks ? confirmed : tip - undoBlocks;
  const rows: DatabaseRow[] = [];
  let next = from;
  for (; next <= limit && rows.length < freedMax; next += 1n) rows.push({ key: undoKey(next), value: undefined });
  if (next !== known) rows.push({ key: undoFromKey, value: numberRow(next) });
  return { rows, upTo: next - 1n };
}
