/** Going back: applies undo records, newest first, so that the database is again what it was after an earlier block. */
import { databaseHeight, undoFrom } from './commit.js';
import { decodeUndo, undoKey } from './undo.js';
import type { NodeDatabase } from './store.js';

/** The database cannot go back as far as it was asked to; the message is for people. */
export class RollbackRefused extends Error {
  override readonly name = 'RollbackRefused';
}

/**
 * Restores the rows of S(target), one synced batch a block: stopped at any point, the database holds the state of some block
 * between, and the same call goes on. Blobs stay, since they are named by their content. Answers how many blocks were undone.
 * No application may be open on the database. Rejects with RollbackRefused before anything is changed, when `target` is above
 * the last block or below what undo records reach back to, or a record is missing.
 */
export async function rollBackRows(database: NodeDatabase, target: bigint): Promise<number> {
  const tip = undoableTip(database, target);
  for (let height = tip; height > target; height -= 1n) await undoBlock(database, height);
  return Number(tip - target);
}

/** The last block, if all after `target` can be undone. Throws RollbackRefused; changes nothing. */
export function undoableTip(database: NodeDatabase, target: bigint): bigint {
  const tip = databaseHeight(database);
  const from = undoFrom(database);
  if (tip === undefined || from === undefined) throw new RollbackRefused('there is no block to undo');
  if (target > tip) throw new RollbackRefused(`the last block is ${tip}: there is no block ${target} to go back to`);
  if (target < from - 1n) throw new RollbackRefused(`undo records begin at block ${from}: it is not possible to go back further than to block ${from - 1n}`);
  for (let height = tip; height > target; height -= 1n) {
    if (!database.get(undoKey(height))) throw new RollbackRefused(`the undo record of block ${height} is missing`);
  }
  return tip;
}

async function undoBlock(database: NodeDatabase, height: bigint): Promise<void> {
  const record = database.get(undoKey(height));
  if (!record) throw new Error(`the undo record of block ${height} is gone`);
  await database.write([...decodeUndo(record), { key: undoKey(height), value: undefined }]);
}
