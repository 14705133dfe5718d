/** Counts of what is in the kernel's tables now, each recounted from the rows: no counter that could drift (kernel reference 1.13). */
import { keys, numberAtEnd, vatAtEnd } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import { stepNumber } from '../step.js';
import { readPromise } from '../promises.js';
import { kernelPromiseId } from '../ids.js';
import { knownVat, readProgress } from '../vat/records.js';

export type KernelStats = {
  /** Steps since genesis, cranks among them. */
  readonly steps: number;
  readonly kernelObjects: number;
  readonly kernelPromises: number;
  readonly kpUnresolved: number;
  readonly kpFulfilled: number;
  readonly kpRejected: number;
  readonly clistEntries: number;
  readonly runQueueLength: number;
  /** Messages that wait for promises. */
  readonly promiseQueuesLength: number;
  /** Items that wait for paused vats. */
  readonly pausedQueuesLength: number;
  readonly gcActions: number;
  readonly reapQueueLength: number;
  readonly upgradeEvents: number;
  /** Live vats, paused ones included. */
  readonly vats: number;
  readonly vatsPaused: number;
  /** Vats that ended and are not cleaned up yet. */
  readonly vatsTerminated: number;
  /** Over all vats that have a record; what cleaned-up vats did is not in it. */
  readonly computrons: string;
  /** Entries of their transcripts, over all incarnations: deliveries, and one for each start of a span. */
  readonly transcriptEntries: number;
  /** Bytes of keys and values in their stores. */
  readonly vatStoreBytes: number;
  readonly bundles: number;
  readonly capabilityNames: number;
  readonly publications: number;
  readonly timers: number;
};

/** Counts every table once. */
export function kernelStats(rows: ReadableRows): KernelStats {
  return { steps: stepNumber(rows), ...countPromises(rows), ...countVats(rows), ...countRows(rows) };
}

function count(rows: ReadableRows, prefix: string): number {
  let found = 0;
  const walk = rows.below(prefix)[Symbol.iterator]();
  while (!walk.next().done) found += 1;
  return found;
}

function countRows(rows: ReadableRows): Pick<KernelStats, 'kernelObjects' | 'clistEntries' | 'runQueueLength' | 'promiseQueuesLength' | 'pausedQueuesLength' | 'gcActions' | 'reapQueueLength' | 'upgradeEvents' | 'bundles' | 'capabilityNames' | 'publications' | 'timers'> {
  return {
    kernelObjects: count(rows, 'o.'),
    clistEntries: count(rows, 'c.') / 2, // each entry is two rows
    runQueueLength: count(rows, keys.allRunQueue),
    promiseQueuesLength: count(rows, 'pq.'),
    pausedQueuesLength: count(rows, 'qp.'),
    gcActions: count(rows, keys.allGcActions),
    reapQueueLength: count(rows, keys.allReaps),
    upgradeEvents: count(rows, keys.allUpgradeEvents),
    bundles: count(rows, 'b.'),
    capabilityNames: count(rows, 'n.'),
    publications: count(rows, keys.allPublished),
    timers: count(rows, keys.allTimers),
  };
}

function countPromises(rows: ReadableRows): Pick<KernelStats, 'kernelPromises' | 'kpUnresolved' | 'kpFulfilled' | 'kpRejected'> {
  const found = { unresolved: 0, fulfilled: 0, rejected: 0 };
  for (const [key] of rows.below('p.')) {
    const promise = readPromise(rows, kernelPromiseId(numberAtEnd(key)));
    if (promise) found[promise.state] += 1;
  }
  const { unresolved, fulfilled, rejected } = found;
  return { kernelPromises: unresolved + fulfilled + rejected, kpUnresolved: unresolved, kpFulfilled: fulfilled, kpRejected: rejected };
}

function countVats(rows: ReadableRows): Pick<KernelStats, 'vats' | 'vatsPaused' | 'vatsTerminated' | 'computrons' | 'transcriptEntries' | 'vatStoreBytes'> {
  const found = { running: 0, paused: 0, terminated: 0 };
  let [used, entries, stored] = [0n, 0, 0];
  for (const [key] of rows.below(keys.allVats)) {
    const vat = vatAtEnd(key);
    const progress = readProgress(rows, vat);
    found[knownVat(rows, vat).life] += 1;
    used += BigInt(progress.used);
    entries += progress.position;
    stored += progress.stored;
  }
  return {
    vats: found.running + found.paused, vatsPaused: found.paused, vatsTerminated: found.terminated,
    computrons: String(used), transcriptEntries: entries, vatStoreBytes: stored,
  };
}
