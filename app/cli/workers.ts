/** The worker processes of a home's vats, as its node knows them; and giving up what cannot be ended. */
import type { Command } from 'commander';
import { asVatId } from '../../kernel/index.js';
import { askWorkers, ControlFailure } from '../control/client.js';
import { controlSocketPath } from '../control/socket-path.js';
import { abandonWorker, readWorkers, type WorkersReport } from '../host-db/workers-report.js';
import { DatabaseLocked } from '../store.js';
import { CliFailure, UsageFailure } from './failure.js';
import type { Io } from './io.js';
import { printResult } from './output.js';
import { settingsOf } from './settings.js';

export function addWorkers(program: Command, io: Io): void {
  const workers = program.command('workers')
    .description("the worker processes of this home's vats: generation, state, process, memory charged for it, what all of them take of this host, and what cannot be ended; of a stopped node, what it did last")
    .addHelpText('after', '\nExample:\n  windlass workers --output json');
  workers.action(async () => {
    const { paths, output } = settingsOf(workers, io);
    const { from, report } = await read(paths.home);
    printResult(io, output, {
      from,
      workers: report.workers.map(({ vat, generation, state, pid, memory, since, stuck, abandoned }) => ({ vat, generation, state, pid: pid ?? null, memory: memory ?? null, since, stuck: stuck ?? null, abandoned: abandoned ?? null })),
      usage: report.usage.map(({ dimension, used, limit }) => ({ dimension, used, limit: limit ?? (report.orphansEnded === undefined ? null : 'unlimited') })),
      stuck_undos: report.workers.filter(({ stuck }) => stuck).length,
      stale_notices: report.staleNotices,
      orphans_ended: report.orphansEnded ?? null,
    });
  });
  const abandon = workers.command('abandon <vat> <generation>')
    .description('do not let the next start wait for a worker that cannot be ended; for a stopped node')
    .requiredOption('--reason <text>', 'why; it is kept with the worker until it is gone')
    .addHelpText('after', "\nExample:\n  windlass workers abandon v7 42 --reason 'hangs in the driver of the disk'");
  abandon.action(async (vat: string, generation: string) => {
    const { paths, output } = settingsOf(abandon, io);
    if (asVatId(vat) === undefined || !/^[1-9]\d*$/.test(generation)) throw new UsageFailure(`${vat} ${generation} is no worker`, 'Write it as v7 42; windlass workers lists them.');
    const { reason } = abandon.opts<{ reason: string }>();
    const isDone = await stopped(() => abandonWorker(paths.home, vat, Number(generation), reason));
    if (!isDone) throw new CliFailure(`no worker of ${vat} with generation ${generation} is being ended`, { hint: 'windlass workers lists them; only one in state ending, not given up before, can be given up.' });
    printResult(io, output, { vat, generation: Number(generation), abandoned: reason });
  });
}

async function read(home: string): Promise<{ readonly from: 'running node' | 'stopped node'; readonly report: WorkersReport }> {
  try {
    const report = await askWorkers(controlSocketPath(home));
    return report ? { from: 'running node', report } : { from: 'stopped node', report: await stopped(() => readWorkers(home)) };
  } catch (error) {
    if (error instanceof ControlFailure) throw new CliFailure(error.message, { cause: error });
    throw error;
  }
}

async function stopped<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { hint: 'A node runs there, or is starting or stopping: try again when it answers, or stop it.', cause: error });
    throw error;
  }
}
