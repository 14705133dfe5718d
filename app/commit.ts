/** What one commit does, in order: blobs are synced, then one synchronous batch holds everything else of the block. */
import type { Change } from '../kernel/index.js';
import type { PreparedVersion } from '../chain/index.js';
import type { BlobStore } from './blobs.js';
import { chainPrefix, databaseKeyOfKernelRow, localPrefix, numberOfRow, numberRow, rowValue, type DatabaseRow, type NodeDatabase } from './store.js';
import { encodeUndo, undoKey } from './undo.js';

export type BlockWrites = {
  readonly prepared: PreparedVersion;
  /** What the run wrote. */
  readonly kernelChanges: readonly Change[];
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
  /** Blocks that can be undone, at least. */
  readonly undoBlocks: bigint;
  /** Told before and after each durable step, by name; tests crash here. */
  readonly onStep?: (step: CommitStep) => void;
};

export type CommitStep = 'before-blobs' | 'before-batch' | 'after-batch';

/** Undo records freed in one block, at most: an old backlog does not stall a commit. */
const freedMax = 10;

export async function commitBlock({ database, blobs, undoBlocks, onStep }: CommitOptions, block: BlockWrites): Promise<void> {
  onStep?.('before-blobs');
  await blobs.sync();
  const rows = [...chainRows(block.prepared), ...kernelRows(block.kernelChanges), ...localRows(block)];
  const before = rows.map(({ key, value }) => ({ key, value: isNewNode(key, value) ? undefined : database.get(key) }));
  const { version } = block.prepared;
  onStep?.('before-batch');
  await database.write([...rows, { key: undoKey(version), value: encodeUndo(before) }, ...freedUndo(database, version, block.confirmed, undoBlocks)]);
  onStep?.('after-batch');
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
function freedUndo(database: NodeDatabase, tip: bigint, confirmed: bigint, undoBlocks: bigint): DatabaseRow[] {
  const known = undoFrom(database);
  const from = known ?? tip;
  const limit = confirmed < tip - undoBlocks ? confirmed : tip - undoBlocks;
  const rows: DatabaseRow[] = [];
  let next = from;
  for (; next <= limit && rows.length < freedMax; next += 1n) rows.push({ key: undoKey(next), value: undefined });
  return next === known ? rows : [...rows, { key: undoFromKey, value: numberRow(next) }];
}

