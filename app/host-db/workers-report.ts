/** What people are shown of a home's workers: by the node that runs there, or from its host.db when none runs. */
import { existsSync } from 'node:fs';
import { readLives, statusOf, WorkerLedger, WorkerLife, type HostUsage, type WorkerStatus } from '../../kernel/index.js';
import { hostDatabasePath, LevelHostStore } from './level-host-store.js';

export type WorkersReport = {
  readonly workers: readonly WorkerStatus[];
  /** What they take of this host, and may take at most where the node runs; amounts as text, memory in bytes. */
  readonly usage: readonly { readonly dimension: string; readonly used: string; readonly limit: string | null }[];
  /** Notices that came for a generation that was not current. */
  readonly staleNotices: number;
  /** Workers of an earlier, killed node that this one ended at its start; undefined when none runs. */
  readonly orphansEnded?: number;
};

export function usageText(usage: readonly HostUsage[]): WorkersReport['usage'] {
  return usage.map(({ dimension, used, limit }) => ({ dimension: nameOf[dimension], used: String(used), limit: limit === undefined ? null : String(limit) }));
}

const nameOf: Readonly<Record<HostUsage['dimension'], string>> = { workers: 'workers', workerMem: 'worker_memory', fds: 'file_descriptors' };

/** Of a stopped node: what it was doing last, and what its next start will end. Throws DatabaseLocked while one runs. */
export async function readWorkers(home: string): Promise<WorkersReport> {
  if (!existsSync(hostDatabasePath(home))) return { workers: [], usage: [], staleNotices: 0 };
  const store = await LevelHostStore.open(home);
  try {
    const ledger = await WorkerLedger.open(store);
    return { workers: statusOf((await readLives(store)).values(), ledger), usage: usageText(ledger.usage()), staleNotices: await WorkerLife.staleNoticesIn(store) };
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
