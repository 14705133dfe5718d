/**
 * Executes the block of an incident again, on a copy of the home that goes back by its undo records: does the wrong result repeat?
 * The original is not even opened. If it repeats, every node of this release and these data would have it; if not, suspect the machine.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestFinalizeBlock } from '../../chain/abci/types.js';
import { chainProtoFolder, makeCodecs } from '../../chain/index.js';
import { makeApp, type AppOptions } from '../app.js';
import { copyData } from '../rehearsal/copy-data.js';
import { RollbackRefused, rollBackRows } from '../rollback-rows.js';
import { NodeDatabase } from '../store.js';
import { reportFile, type Bundles } from './bundles.js';
import { rerunResult } from './rerun-result.js';
import { screenOf } from './screen.js';
import type { Summary } from './summary.js';

export type RerunOptions = {
  readonly home: string;
  /** An empty folder; what is put there is the caller's to remove. */
  readonly scratch: string;
  readonly bundles: Bundles;
  readonly summary: Summary;
  readonly app: Omit<AppOptions, 'data'>;
  /** RFC 3339, UTC. */
  readonly time: string;
};

/** The bundle with what came of it. Rejects with RollbackRefused when the home cannot go back to the block before, and with CopyFailed while a node runs. */
export async function rerunBlock({ home, scratch, bundles, summary, app: options, time }: RerunOptions): Promise<Summary> {
  const folder = bundles.pathOf(summary.id);
  const path = join(folder, 'block.request.bin');
  if (!existsSync(path) || !summary.ours) throw new RollbackRefused(`the bundle ${summary.id} does not have the block that was executed`);
  const request = makeCodecs([chainProtoFolder]).of<RequestFinalizeBlock>('tendermint.abci.RequestFinalizeBlock').decode(readFileSync(path));
  await copyData(home, scratch);
  await goBack(join(scratch, 'data', 'windlass.db'), request.height - 1n);
  const app = await makeApp({ ...options, data: join(scratch, 'data') });
  try {
    const { appHash } = await app.application.finalizeBlock(request);
    const again = Buffer.from(appHash).toString('hex');
    const rerun = { result: rerunResult(again, summary), appHash: again, time };
    return bundles.update(summary.id, { rerun }, [{ name: reportFile, content: screenOf({ ...summary, rerun }, folder) }]);
  } finally {
    await app.close();
  }
}

async function goBack(path: string, target: bigint): Promise<void> {
  const database = await NodeDatabase.open(path);
  try {
    await rollBackRows(database, target);
  } finally {
    await database.close();
  }
}
