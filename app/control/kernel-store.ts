/** The kernel's rows of a home, at one height: from the node that runs there, or from its store when none runs. Nothing is written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endOf, KernelStorage, MemoryBacking, textOfWtf8, type Change } from '../../kernel/index.js';
import { databaseHeight } from '../commit.js';
import { DatabaseLocked, databaseKeyOfKernelRow, kernelPrefix, localPrefix, NodeDatabase } from '../store.js';
import { askRows, type ReadRow } from './client.js';
import type { RowsRequest } from './protocol.js';
import { controlSocketPath } from './socket-path.js';

export type KernelStore = {
  readonly from: 'running node' | 'stopped node';
  /** Undefined before the first block. */
  readonly height: bigint | undefined;
  /** Holds the rows that were asked for, and no others. */
  readonly rows: KernelStorage;
};

/** Prefixes of the kernel's keys. */
export type Wanted = { readonly prefixes: readonly string[] } | 'tables' | 'tables and transcripts';

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
export async function readKernelStore(home: string, wanted: Wanted, sleep: (ms: number) => Promise<void>): Promise<KernelStore> {
  const ranges = rangesOf(wanted);
  for (let waited = 0; ; waited += pauseMs) {
    const running = await askRows(controlSocketPath(home), ranges);
    if (running) return { from: 'running node', height: running.height, rows: await collect(running.rows) };
    const stopped = await readStopped(join(home, 'data', 'windlass.db'), ranges);
    if (stopped) return stopped;
    if (waited >= waitMs) throw new StoreUnreadable(`a process has the store of ${home} open, but does not answer at ${controlSocketPath(home)}`);
    await sleep(pauseMs);
  }
}

/** Everything that is in memory in a node: all but the vats' stores. */
const tables: RowsRequest['ranges'] = [[kernelPrefix, `${kernelPrefix}vs.`], [endOf(`${kernelPrefix}vs.`), endOf(kernelPrefix)]];
const transcripts = [rangeOf('@s.'), rangeOf('@t.')];

function rangesOf(wanted: Wanted): RowsRequest['ranges'] {
  if (wanted === 'tables') return tables;
  if (wanted === 'tables and transcripts') return [...tables, ...transcripts];
  return wanted.prefixes.map(rangeOf);
}

function rangeOf(prefix: string): readonly [string, string] {
  const key = databaseKeyOfKernelRow(prefix);
  return [key, endOf(key)];
}

/** undefined when another process has the store. */
async function readStopped(path: string, ranges: RowsRequest['ranges']): Promise<KernelStore | undefined> {
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
    return { from: 'stopped node', height: databaseHeight(snapshot), rows: await collect(rowsIn(snapshot, ranges)) };
  } finally {
    await snapshot.close();
    await database.close();
  }
}

async function* rowsIn(snapshot: ReturnType<NodeDatabase['snapshot']>, ranges: RowsRequest['ranges']): AsyncIterable<ReadRow> {
  for (const [from, to] of ranges) for await (const portion of snapshot.portions(from, to)) yield* portion;
}

async function collect(rows: AsyncIterable<ReadRow>): Promise<KernelStorage> {
  const backing = new MemoryBacking({ keepsClosedSpans: true });
  for await (const [key, value] of rows) {
    const change: Change = { key: key.slice(key.startsWith(kernelPrefix) ? kernelPrefix.length : localPrefix.length), before: undefined, after: textOfWtf8(value) };
    backing.commit([change]);
  }
  return KernelStorage.open(backing);
}
