/** The application of a home, which makes snapshots for joining nodes, mends heap files, and can begin with a snapshot of another node. */
import { join } from 'node:path';
import type { App, AppOptions, Parts, Shared } from '../app.js';
import { answerBlobQuery } from '../snapshots/blob-query.js';
import { HeapRepair } from '../snapshots/repair.js';
import { readSnap } from '../snapshots/rows.js';
import type { NodeDatabase } from '../store.js';
import { Exporter } from './exporter.js';
import { StateSync } from './state-sync.js';
import { SnapshotFolder } from './store-folder.js';
import { removeUnfinished } from './unfinished.js';
import { withStateSync } from './with-state-sync.js';

/** Below the home's data folder. */
export const snapshotsFolder = 'snapshots';

/** Over an open database, which the application closes. `assemble` makes what runs over one state of it. */
export async function makeRestorable(options: AppOptions, database: NodeDatabase, assemble: (shared: Shared) => Promise<Parts>): Promise<App> {
  const { data, log, onRestoreStep, snapshots = { interval: 0, keepRecent: 0 } } = options;
  const blobFolder = join(data, 'blobs');
  const folder = new SnapshotFolder(join(data, snapshotsFolder));
  if (await removeUnfinished(database, blobFolder)) log.warn({}, 'a restore that did not end was removed; it begins anew');
  const left = await folder.sweep();
  if (left > 0) log.info({ count: left }, 'snapshots for joining nodes that were not finished were removed');
  const exporter = new Exporter({ settings: snapshots, database, folder, blobFolder, log });
  const shared = { options, database, blobFolder, exporter, repair: heapRepair(options, database, blobFolder, folder) };
  let parts = await assemble(shared);
  const sync = new StateSync({
    database, blobFolder, folder, log,
    state: () => parts,
    reopen: async () => {
      await parts.close(false);
      parts = await assemble(shared);
    },
    ...(onRestoreStep ? { onStep: onRestoreStep } : {}),
  });
  return {
    application: withStateSync(() => parts.application, sync, path => answerBlobQuery({ database, blobFolder, log }, path)),
    get height() {
      return parts.height;
    },
    get chainId() {
      return parts.chainId;
    },
    get confirmed() {
      return parts.confirmed;
    },
    evidence: () => parts.evidence(),
    get upgradeNeeded() {
      return parts.upgradeNeeded;
    },
    get preloaded() {
      return parts.preloaded;
    },
    halt: () => parts.halt(),
    readSnapshot: () => database.snapshot(),
    exported: () => exporter.settled(),
    close: async () => {
      await exporter.close();
      await sync.close();
      await parts.close();
      await database.close();
    },
  };
}

function heapRepair({ repairServers = [], onDamagedHeap, log }: AppOptions, database: NodeDatabase, blobFolder: string, folder: SnapshotFolder): HeapRepair {
  return new HeapRepair({
    blobFolder, log, servers: repairServers,
    rowOf: hash => readSnap(database, hash),
    fromExport: (hash, take) => folder.takeHeap(hash, take),
    ...(onDamagedHeap ? { onDamaged: onDamagedHeap } : {}),
  });
}
