/**
 * The repair of leaked promises (design 5.7), as a node does it: the migration, the injection of its notices and the runs that
 * settle them, each committed to a database on disk in one synced batch, with the digest brought up to date; no worker is online.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyChanges, digestOf, emptyDigest } from '../../app/host/digest.js';
import { databaseKeyOfKernelRow, NodeDatabase, rowValue } from '../../app/store.js';
import { defaultParams, findLeakedPromises, Kernel, KernelStorage, keys, makeXsnapWorkerFactory, type WorkerFactory } from '../../kernel/index.js';
import { makeLeakedStore, type LeakedStore } from './leaked-store.js';
import { rowOf, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

export async function* repairRows({ samples, leaks }: BenchSize): AsyncIterable<Row> {
  for (const shape of leaks) {
    const store = await makeLeakedStore(shape);
    const times: number[] = [];
    for (let sample = 0; sample < Math.min(samples, 5); sample += 1) times.push(await repairOnce(store, shape.leaked));
    yield rowOf('repair', `repair-${shape.leaked}`, 'ms', times);
  }
}

/** Milliseconds. Rejects when something is left, or a worker was started. */
async function repairOnce(store: LeakedStore, leaked: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-repair-'));
  const database = await NodeDatabase.open(join(folder, 'db'));
  try {
    await database.write(await rowsOf(store));
    return await repairIn(database, store, leaked);
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function rowsOf({ backing }: LeakedStore): Promise<{ readonly key: string; readonly value: Uint8Array }[]> {
  const keys = await backing.keys('', '~', Infinity);
  return keys.map(key => ({ key: databaseKeyOfKernelRow(key), value: rowValue(backing.getSync(key) as string) }));
}

async function repairIn(database: NodeDatabase, { snapshots }: LeakedStore, leaked: number): Promise<number> {
  const xsnap = makeXsnapWorkerFactory();
  let started = 0;
  const workers: WorkerFactory = {
    start: options => {
      started += 1;
      return xsnap.start(options);
    },
    shutdown: () => xsnap.shutdown(),
  };
  const rows = await KernelStorage.open(database.kernelBacking);
  const kernel = new Kernel({
    storage: rows, workers, engine: xsnap.engineId, snapshots, bundles: { get: () => Promise.resolve(undefined) },
    yieldToHost: () => new Promise(resolve => void setImmediate(resolve)), // as the node has it
  });
  const found = findLeakedPromises(rows).length;
  if (found !== leaked) throw new Error(`${found} promises are leaked, expected ${leaked}`);
  let digest = emptyDigest();
  const commit = async (): Promise<void> => {
    const changes = rows.runChanges();
    digest = applyChanges(digest, changes);
    digestOf(digest);
    await database.write(changes.map(({ key, after }) => ({ key: databaseKeyOfKernelRow(key), value: after === undefined ? undefined : rowValue(after) })));
    rows.committed();
  };
  const ms = await timed(async () => {
    kernel.migrate();
    await commit();
    while (rows.has(keys.drain)) {
      await kernel.run({ highPriority: [], actions: [], newBundles: [], now: 1n, params: defaultParams });
      await commit();
    }
  });
  await kernel.shutdown();
  const left = findLeakedPromises(rows).length + [...rows.below('q.')].length;
  if (left !== 0 || started !== 0) throw new Error(`${left} promises or items are left, and ${started} workers were started`);
  return ms;
}
