/** Snapshots for joining nodes that a home has: making one while its node is stopped, listing them, removing one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { databaseHeight } from '../commit.js';
import { makeLog } from '../log.js';
import { Exporter } from '../state-sync/exporter.js';
import { snapshotsFolder } from '../state-sync/restorable.js';
import { SnapshotFolder, snapshotOf, type Manifest } from '../state-sync/store-folder.js';
import { removeUnfinished } from '../state-sync/unfinished.js';
import { DatabaseLocked, NodeDatabase } from '../store.js';
import { CliFailure, UsageFailure } from './failure.js';
import type { Io } from './io.js';
import { printResult } from './output.js';
import { settingsOf } from './settings.js';

export function addSnapshots(program: Command, io: Io): void {
  const snapshots = program.command('snapshots').description('snapshots of the state, for nodes that join by state sync (app.toml: [state-sync])');

  const make = snapshots.command('export')
    .alias('create')
    .description('make one of the last block, while the node is stopped')
    .addHelpText('after', '\nExample:\n  windlass snapshots export');
  make.action(async () => {
    const { paths, output } = settingsOf(make, io);
    printResult(io, output, shown(await exportLast(paths.data, io)));
  });

  const list = snapshots.command('list')
    .description('those that this node offers, the newest first')
    .addHelpText('after', '\nExample:\n  windlass snapshots list --output json');
  list.action(async () => {
    const { paths, output } = settingsOf(list, io);
    printResult(io, output, { snapshots: (await folderOf(paths.data).list()).map(shown) });
  });

  const remove = snapshots.command('delete <height>')
    .description('remove one')
    .addHelpText('after', '\nExample:\n  windlass snapshots delete 12000');
  remove.action(async (height: string) => {
    const { paths, output } = settingsOf(remove, io);
    if (!/^[1-9]\d{0,17}$/.test(height)) throw new UsageFailure(`${height} is no height`, 'windlass snapshots list shows those there are.');
    if (!(await folderOf(paths.data).remove(BigInt(height)))) throw new CliFailure(`there is no snapshot of height ${height}`, { hint: 'windlass snapshots list shows those there are.' });
    printResult(io, output, { height, deleted: true });
  });
}

const folderOf = (data: string): SnapshotFolder => new SnapshotFolder(join(data, snapshotsFolder));

const shown = (manifest: Manifest): Record<string, unknown> => {
  const { height, format, chunks, hash } = snapshotOf(manifest);
  return { height, format, chunks, hash: Buffer.from(hash).toString('hex').toUpperCase(), app_hash: manifest.appHash };
};

async function exportLast(data: string, io: Io): Promise<Manifest> {
  const path = join(data, 'windlass.db');
  if (!existsSync(join(path, 'CURRENT'))) throw new CliFailure(`there is no store in ${path}: no node has run there`);
  const database = await open(path);
  try {
    const blobFolder = join(data, 'blobs');
    await removeUnfinished(database, blobFolder);
    const height = databaseHeight(database);
    if (height === undefined) throw new CliFailure(`the store in ${path} has no block yet`);
    const folder = folderOf(data);
    await folder.sweep();
    const log = makeLog('warn', 'plain', line => io.err(line));
    await new Exporter({ settings: { interval: 0, keepRecent: 0 }, database, folder, blobFolder, log }).exportNow(height);
    return (await folder.list()).find(manifest => manifest.height === String(height)) as Manifest;
  } finally {
    await database.close();
  }
}

async function open(path: string): Promise<NodeDatabase> {
  try {
    return await NodeDatabase.open(path);
  } catch (error) {
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { hint: 'A running node makes its own: set snapshot-interval in app.toml; or stop it first.', cause: error });
    throw error;
  }
}
