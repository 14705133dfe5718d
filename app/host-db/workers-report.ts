/** What people are shown of a home's workers: by the node that runs there, or from its host.db when none runs. */
import { existsSync } from 'node:fs';
import { readLives, statusOf, WorkerLife, type WorkerStatus } from '../../kernel/index.js';
import { hostDatabasePath, LevelHostStore } from './level-host-store.js';

export type WorkersReport = {
  readonly workers: readonly WorkerStatus[];
  /** Notices that came for a generation that was not current. */
  readonly staleNotices: number;
  /** Workers of an earlier, killed node that this one ended at its start; undefined when none runs. */
  readonly orphansEnded?: number;
};

/** Of a stopped node: what it was doing last, and what its next start will end. Throws DatabaseLocked while one runs. */
export async function readWorkers(home: string): Promise<WorkersReport> {
  if (!existsSync(hostDatabasePath(home))) return { workers: [], staleNotices: 0 };
  const store = await LevelHostStore.open(home);
  try {
    return { workers: statusOf((await readLives(store)).values()), staleNotices: await WorkerLife.staleNoticesIn(store) };
  } finally {
    await store.close();
  }
}

/** Gives an attempt up whose undo is stuck, so that the next start does not wait for it. Answers whether there is such a one. */
export async function abandonWorker(home: string, vat: string, generation: number, reason: string): Promise<boolean> {
  if (!existsSync(hostDatabasePath(home))) return false;
  const store = await LevelHostStore.open(home);
  try {
    return await WorkerLife.abandonStopped(store, vat, generation, reason);
  } finally {
    await store.close();
  }
}
