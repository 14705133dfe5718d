/** The kernel's rows of a home, at one height: from the node that runs there, or from its store when none runs. Nothing is written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endOf, KernelStorage, MemoryBacking, textOfWtf8, type Change } from '../../kernel/index.js';
import { databaseHeight } from '../commit.js';
import { DatabaseLocked, databaseKeyOfKernelRow, kernelPrefix, localPrefix, NodeDatabase, portionsIn, type DatabaseSnapshot } from '../store.js';
import { askPromiseRows, askRows, type ReadRow } from './client.js';
import { promiseRows } from './promise-rows.js';
import type { RowsRequest } from './protocol.js';
import { controlSocketPath } from './socket-path.js';

export type KernelStore = {
  readonly from: 'running node' | 'stopped node';
  /** Undefined before the first block. */
  readonly height: bigint | undefined;
  /** Holds the rows that were asked for, and no others. */
  readonly rows: KernelStorage;
  /** How many rows the database returned, and how long that took, without waiting for it. */
  readonly reads: number;
  readonly milliseconds: number;
};

/** Prefixes of the kernel's keys; what a search for leaked promises reads; all but the vats' stores. */
export type Wanted = { readonly prefixes: readonly string[] } | 'promises' | 'tables' | 'tables and transcripts';

/** Milliseconds on a clock that only goes forward, and waiting for some. */
export type ReadClock = { now(): number; sleep(ms: number): Promise<void> };

/** There is nothing to read, or nobody lets us. */
export class StoreUnreadable extends Error {
  override readonly name = 'StoreUnreadable';
}

const waitMs = 5_000;
const pauseMs = 100;

/**
 * Reads what is wanted. A node that starts or stops holds the store without answering: that is waited for, for some seconds.
 * Rejects with StoreUnreadable or ControlFailure, in words for people.
 */
export async function readKernelStore(home: string, wanted: Wanted, clock: ReadClock): Promise<KernelStore> {
  const socket = controlSocketPath(home);
  for (let waited = 0; ; waited += pauseMs) {
    const running = await (wanted === 'promises' ? askPromiseRows(socket) : askRows(socket, rangesOf(wanted)));
    if (running) return { from: 'running node', height: running.height, ...(await collect(running.rows, clock)) };
    const stopped = await readStopped(join(home, 'data', 'windlass.db'), wanted, clock);
    if (stopped) return stopped;
    if (waited >= waitMs) throw new StoreUnreadable(`a process has the store of ${home} open, but does not answer at ${socket}`);
    await clock.sleep(pauseMs);
  }
}

/** Everything that is in memory in a node: all but the vats' stores. */
const tables: RowsRequest['ranges'] = [[kernelPrefix, `${kernelPrefix}vs.`], [endOf(`${kernelPrefix}vs.`), endOf(kernelPrefix)]];
const transcripts = [rangeOf('@s.'), rangeOf('@t.')];

function rangesOf(wanted: Exclude<Wanted, 'promises'>): RowsRequest['ranges'] {
  if (wanted === 'tables') return tables;
  if (wanted === 'tables and transcripts') return [...tables, ...transcripts];
  return wanted.prefixes.map(rangeOf);
}

function rangeOf(prefix: string): readonly [string, string] {
  const key = databaseKeyOfKernelRow(prefix);
  return [key, endOf(key)];
}

/** undefined when another process has the store. */
async function readStopped(path: string, wanted: Wanted, clock: ReadClock): Promise<KernelStore | undefined> {
  if (!existsSync(join(path, 'CURRENT'))) throw new StoreUnreadable(`there is no store in ${path}: no node has run there`);
  let database: NodeDatabase;
  try {
    database = await NodeDatabase.open(path);
  } catch (error) {
    if (error instanceof DatabaseLocked) return undefined;
    throw error;
  }
  const snapshot = database.snapshot();
  try {
    const portions = wanted === 'promises' ? promiseRows(snapshot) : portionsIn(snapshot, rangesOf(wanted));
    return { from: 'stopped node', height: databaseHeight(snapshot), ...(await collect(rowsOf(portions), clock)) };
  } finally {
    await snapshot.close();
    await database.close();
  }
}

async function* rowsOf(portions: ReturnType<DatabaseSnapshot['portions']>): AsyncIterable<ReadRow> {
  for await (const portion of portions) yield* portion;
}

async function collect(rows: AsyncIterable<ReadRow>, clock: ReadClock): Promise<Pick<KernelStore, 'rows' | 'reads' | 'milliseconds'>> {
  const backing = new MemoryBacking({ keepsClosedSpans: true });
  const before = clock.now();
  let reads = 0;
  for await (const [key, value] of rows) {
    reads += 1;
    const change: Change = { key: key.slice(key.startsWith(kernelPrefix) ? kernelPrefix.length : localPrefix.length), before: undefined, after: textOfWtf8(value) };
    backing.commit([change]);
  }
  return { rows: await KernelStorage.open(backing), reads, milliseconds: clock.now() - before };
}
