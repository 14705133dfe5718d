/** `upgrade rehearse`: copies a stopped node's data and has the next release upgrade the copy. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { askWorkers } from '../../control/client.js';
import { controlSocketPath } from '../../control/socket-path.js';
import { CopyFailed, copyData } from '../../rehearsal/copy-data.js';
import { CliFailure, ReportedFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { settingsOf } from '../settings.js';
import { planArg, type PlanArg } from './plan-arg.js';

type Flags = { readonly plan: string; readonly with: string; readonly blocks: string; readonly scratch?: string };

export function addRehearse(upgrade: Command, io: Io): void {
  const command = upgrade.command('rehearse')
    .description("upgrades a copy of a stopped node's data with the next release, as if the plan stood for the next block, and reports what it did; exits 1 when the copy is not sound afterwards")
    .requiredOption('--plan <name|file>', 'name of the plan, or a file with it, such as upgrade-info.json')
    .requiredOption('--with <folder>', 'the next release, built')
    .option('--blocks <number>', 'how many blocks it may take until nothing is left to do', '1000')
    .option('--scratch <folder>', 'where the copy is made (default: the folder for temporary files)')
    .addHelpText('after', '\nExample:\n  windlass upgrade rehearse --plan v2 --with ../windlass-v2');
  command.action(async () => {
    const { paths, output } = settingsOf(command, io);
    const flags = command.opts<Flags>();
    const plan = planArg(flags.plan);
    const release = commandOf(resolve(flags.with));
    if (!/^[1-9]\d{0,6}$/.test(flags.blocks)) throw new UsageFailure(`--blocks ${flags.blocks} is no number of blocks`, 'Write it as 1000.');
    if (await askWorkers(controlSocketPath(paths.home))) throw new CliFailure(`a node runs in ${paths.home}`, { hint: 'Stop it, or rehearse on a copy of its home: what is being written cannot be copied.' });
    const copy = mkdtempSync(join(flags.scratch ?? tmpdir(), 'windlass-rehearsal-'));
    try {
      await copyOrRefuse(paths.home, copy);
      await runRelease(release, copy, plan, flags.blocks, output, io);
    } finally {
      rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

function commandOf(release: string): string {
  const command = join(release, 'dist', 'app', 'cli', 'main.js');
  if (!existsSync(command)) throw new UsageFailure(`${release} is no release: it has no dist/app/cli/main.js`, 'Give the folder in which npm run build was done.');
  return command;
}

async function copyOrRefuse(home: string, copy: string): Promise<void> {
  try {
    await copyData(home, copy);
  } catch (error) {
    if (error instanceof CopyFailed) throw new CliFailure(error.message, { hint: 'Choose the home of a stopped node with --home.', cause: error });
    throw error;
  }
}

/** The next release does the rest, in a process of its own; what it says goes where ours does. */
async function runRelease(release: string, copy: string, { name, info }: PlanArg, blocks: string, output: string, io: Io): Promise<void> {
  const args = [release, 'upgrade', 'rehearse-copy', '--home', copy, '--name', name, '--info', info, '--blocks', blocks, '--output', output];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => { io.out(text); });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { io.err(text); });
  const code = await new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  if (code !== 0) throw new ReportedFailure(); // it has spoken
}
