import type { Command } from 'commander';
import { diff, type DiffReport } from '../../slog/diff/report.js';
import { reportLines } from '../../slog/diff/text.js';
import { ladderOf } from '../../slog/read/ladder.js';
import { readParts, type Source } from '../../slog/read/source.js';
import { CliFailure, exitCodes, ReportedFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { withSource } from './with-source.js';

const exits: Readonly<Record<DiffReport['outcome'], number>> = { 'same': exitCodes.ok, 'different': 1, 'no-overlap': 3, 'earlier-needed': 4 };

export function addDiff(slog: Command, io: Io): void {
  const command = slog.command('diff <a> <b>')
    .description('where two nodes first differ: exits 0 same, 1 different, 2 error, 3 nothing in common, 4 earlier files needed')
    .option('--json', 'print the report as JSON')
    .option('--healthy', 'compare every line that nodes must agree on, not only the chained hashes')
    .option('--scan', 'read the files, though they have indexes')
    .addHelpText('after', '\nExample:\n  windlass slog diff ~/.windlass/slog /tmp/slog-of-the-other-node');
  command.action(async (nameA: string, nameB: string) => {
    const { output } = settingsOf(command, io);
    const flags = command.opts<{ json?: true; healthy?: true; scan?: true }>();
    if (nameA === '-' && nameB === '-') throw new UsageFailure('only one side can be standard input');
    const report = await asError(() => withSource(nameA, io, a => withSource(nameB, io, b => compare(a, b, flags))));
    if (flags.json || output === 'json') printResult(io, 'json', report);
    else io.out(`${reportLines(report).join('\n')}\n`);
    if (exits[report.outcome] !== exitCodes.ok) throw new ReportedFailure(exits[report.outcome]);
  });
}

async function compare(a: Source, b: Source, { healthy, scan }: { healthy?: true; scan?: true }): Promise<DiffReport> {
  const [partsA, partsB] = await Promise.all([readParts(a, !scan), readParts(b, !scan)]);
  return await diff({ name: a.name, ladder: ladderOf(partsA) }, { name: b.name, ladder: ladderOf(partsB) }, healthy === true);
}

/** 1 says that they differ: what goes wrong is 2. */
async function asError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliFailure) throw error;
    throw new CliFailure(error instanceof Error ? error.message : String(error), { exitCode: exitCodes.usage, cause: error });
  }
}
