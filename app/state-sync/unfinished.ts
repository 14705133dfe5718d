/**
 * A restore writes into the home's own database in many batches. A row says that it is under way; whoever opens the database
 * and finds it removes everything, so that a crash in between leaves a home that begins anew.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chainPrefix, kernelPrefix, localPrefix, numberOfRow, numberRow, rowValue, undoPrefix, type DatabaseRow, type NodeDatabase } from '../store.js';

const markerKey = `${localPrefix}restoring`;
const restoredKey = `${localPrefix}restored`;
const rowsPerBatch = 5000;

export const beginMark: DatabaseRow = { key: markerKey, value: rowValue('1') };
/** For the last batch of a restore of this height. */
export const endMarks = (height: bigint): DatabaseRow[] => [{ key: markerKey, value: undefined }, { key: restoredKey, value: numberRow(height) }];

/** Whether the state of this height came with a restore. */
export function restoredAt(database: NodeDatabase, height: bigint): boolean {
  return numberOfRow(database.get(restoredKey)) === height;
}

/** Removes an unfinished restore. Answers whether there was one. To be called when nobody else works on database and blobs. */
export async function removeUnfinished(database: NodeDatabase, blobFolder: string): Promise<boolean> {
  if (database.get(markerKey) === undefined) return false;
  for (const prefix of [chainPrefix, kernelPrefix, undoPrefix, localPrefix]) await removeRows(database, prefix);
  if (existsSync(blobFolder)) for (const name of readdirSync(blobFolder)) rmSync(join(blobFolder, name), { recursive: true });
  await database.write([{ key: markerKey, value: undefined }]);
  return true;
}

/** All but the marker, which goes last. */
async function removeRows(database: NodeDatabase, prefix: string): Promise<void> {
  for (;;) {
    const keys = (await database.keysBelow(prefix, rowsPerBatch)).filter(key => key !== markerKey);
    if (keys.length === 0) return;
    await database.write(keys.map(key => ({ key, value: undefined })));
  }
}
