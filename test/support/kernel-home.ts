/** A home whose database has the rows of a kernel that was made without a node. For commands that look into it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLog } from '../../app/log.js';
import { startControl } from '../../app/control/server.js';
import { controlSocketPath } from '../../app/control/socket-path.js';
import { databaseKeyOfKernelRow, NodeDatabase, numberRow, rowValue } from '../../app/store.js';
import type { MemoryBacking } from '../../kernel/index.js';

export type KernelHome = {
  readonly home: string;
  /** Answers commands as a running node does, until `work` is done. */
  whileServed<T>(work: () => Promise<T>): Promise<T>;
  /** Every row, as text. */
  rows(): Promise<readonly string[]>;
  dispose(): void;
};

export async function makeKernelHome(backing: MemoryBacking): Promise<KernelHome> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-kernel-home-'));
  mkdirSync(join(home, 'data'));
  const open = (): Promise<NodeDatabase> => NodeDatabase.open(join(home, 'data', 'windlass.db'));
  const database = await open();
  const rows = [{ key: 'b/height', value: numberRow(7n) }];
  for await (const [key, text] of backing.memoryRows()) rows.push({ key: databaseKeyOfKernelRow(key), value: rowValue(text) });
  await database.write(rows);
  await database.close();
  return {
    home,
    whileServed: async work => {
      const served = await open();
      const server = await startControl({
        path: controlSocketPath(home), snapshot: () => served.snapshot(), save: () => '', workers: { report: () => ({ workers: [], usage: [], staleNotices: 0, orphansEnded: 0 }) },
        log: makeLog('error', 'plain', line => process.stderr.write(line)),
      });
      try {
        return await work();
      } finally {
        await server.close();
        await served.close();
      }
    },
    rows: async () => {
      const read = await open();
      const found = (await read.keys('', '~', 10_000_000)).map(key => `${key} ${Buffer.from(read.get(key) ?? []).toString('latin1')}`);
      await read.close();
      return found;
    },
    dispose: () => { rmSync(home, { recursive: true, force: true, maxRetries: 5 }); },
  };
}
