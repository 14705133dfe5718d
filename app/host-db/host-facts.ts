/** What a node knows of its host: the lives of its workers, and which vats were online. Opened before anything of the kernel runs. */
import type { Logger } from '../../chain/index.js';
import { WorkerLife, type HostLimits, type LifeNotice, type WorkerLifeOptions } from '../../kernel/index.js';
import { LevelHostStore } from './level-host-store.js';
import { Recency } from './recency.js';
import { usageText, type WorkersReport } from './workers-report.js';

export type HostFactsOptions = {
  readonly home: string;
  readonly log: Logger;
  /** Ends a start that waits for a worker which does not end. */
  readonly signal?: AbortSignal;
  /** What workers may take of this host. Default: no limit. */
  readonly limits?: HostLimits;
  readonly onStep?: NonNullable<WorkerLifeOptions['onStep']>;
};

export class HostFacts {
  readonly life: WorkerLife;
  readonly recency: Recency;
  readonly #store: LevelHostStore;

  /**
   * Takes the home's host.db, and with it the right to start workers for the home. Workers that an earlier, killed node left
   * behind are ended before this resolves. Throws DatabaseLocked when another process has it.
   */
  static async open({ home, log, signal, limits, onStep }: HostFactsOptions): Promise<HostFacts> {
    const store = await LevelHostStore.open(home);
    try {
      if (store.forgotten > 0) log.warn({ rows: store.forgotten }, 'host.db was copied or moved here: the workers it names are not ours and are left alone');
      const life = await WorkerLife.open({
        store,
        onNotice: notice => { logNotice(log, notice); },
        ...(signal ? { signal } : {}),
        ...(limits ? { limits } : {}),
        ...(onStep ? { onStep } : {}),
      });
      if (life.orphansEnded > 0) log.warn({ count: life.orphansEnded }, 'ended workers that an earlier node had left behind');
      return new HostFacts(store, life, await Recency.open(store));
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  private constructor(store: LevelHostStore, life: WorkerLife, recency: Recency) {
    this.#store = store;
    this.life = life;
    this.recency = recency;
  }

  /** What a command is told of the workers. */
  report(): WorkersReport {
    return { workers: this.life.status(), usage: usageText(this.life.usage()), staleNotices: this.life.staleNotices, orphansEnded: this.life.orphansEnded };
  }

  /** Call it when no worker is left. Rejects when a fact could not be written. */
  async close(): Promise<void> {
    try {
      await this.life.close();
      await this.recency.flush();
    } finally {
      await this.#store.close();
    }
  }
}

function logNotice(log: Logger, notice: LifeNotice): void {
  if (notice.kind === 'ledger-reconciled') {
    log.error({ faults: notice.what }, 'counters of the ledger of this host were not what its rows say, and were set to that: a fault of this program, to be reported');
    return;
  }
  const { kind, vat, gen: generation } = notice;
  switch (kind) {
    case 'orphan-ended':
      return log.info({ vat, generation }, 'ended a worker that an earlier node had left behind');
    case 'start-taken-back':
      return log.warn({ vat, generation, reason: notice.why }, 'the start of a worker was taken back');
    case 'undo-stuck':
      return log.error({ vat, generation, reason: notice.why }, 'a worker cannot be ended; trying goes on. Stop the node, and give it up with windlass workers abandon');
    case 'stale-notice':
      return log.debug({ vat, generation }, 'notice of a worker that is not the current one');
  }
}
