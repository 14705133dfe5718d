/** `forensics collect`: one file to send. Nothing is sent by itself. */
import { createWriteStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { tarOf, type TarEntry } from '../../forensics/tar.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { bundlesOf, incidentOf } from './incident.js';

export function addCollect(forensics: Command, io: Io): void {
  const command = forensics.command('collect <id>')
    .description('write one archive of what was saved, to be sent by you; it is as public as the state of the chain')
    .option('--out <file>', 'default: <id>.tar in this folder')
    .option('--hours <n>', 'with the hourly files of slog/ that were written in the last hours', '0')
    .option('--with-heaps', 'with heap snapshots of contracts; each may have megabytes')
    .addHelpText('after', '\nExample:\n  windlass forensics collect 8813-5f2c91d07be4a360 --hours 2');
  command.action(async (id: string) => {
    const { paths, output } = settingsOf(command, io);
    const { out, hours, withHeaps } = command.opts<{ out?: string; hours: string; withHeaps?: true }>();
    if (!/^\d{1,4}$/.test(hours)) throw new UsageFailure(`--hours ${hours} is no number of hours`, 'Write it as 2.');
    const bundles = bundlesOf(paths.home);
    const summary = incidentOf(bundles, id);
    const folder = bundles.pathOf(summary.id);
    const files = filesBelow(folder).filter(path => withHeaps === true || !/\/heap-[0-9a-f]+$/.test(path)).map(path => [`${summary.id}/${relative(folder, path)}`, path] as const);
    const slog = recentFiles(join(paths.home, 'slog'), Number(hours)).map(path => [`${summary.id}/slog/${relative(join(paths.home, 'slog'), path)}`, path] as const);
    const target = out ?? `${summary.id}.tar`;
    await pipeline(Readable.from(tarOf(entriesOf([...files, ...slog]))), createWriteStream(target, { mode: 0o600 }));
    printResult(io, output, { file: target, files: files.length + slog.length, bytes: statSync(target).size });
  });
}

/** Read one by one, when the archive gets to them. */
function* entriesOf(files: readonly (readonly [name: string, path: string])[]): Iterable<TarEntry> {
  for (const [name, path] of files) yield { name, content: readFileSync(path) };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();
}

function recentFiles(folder: string, hours: number): string[] {
  if (hours === 0 || !existsSync(folder)) return [];
  const from = Date.now() - hours * 3_600_000;
  return filesBelow(folder).filter(path => statSync(path).mtimeMs >= from);
}
