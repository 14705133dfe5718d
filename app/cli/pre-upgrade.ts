/** `windlass pre-upgrade`: asked of the next release, by a supervisor that has stopped the one before. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { makeXsnapWorkerFactory } from '../../kernel/index.js';
import { DatabaseLocked, NodeDatabase } from '../store.js';
import { loadUpgrades } from '../upgrade-handlers.js';
import { readUpgradeInfo } from '../upgrade-info.js';
import { CliFailure } from './failure.js';
import type { Io } from './io.js';
import { homeOf } from './settings.js';

/** What Cosmovisor makes of an exit code (its args.go): 1 would mean that there is no such command, and the upgrade goes on. */
const giveUp = 30;
const tryAgain = 31;

export function addPreUpgrade(program: Command, io: Io): void {
  const command = program.command('pre-upgrade')
    .description('whether this release can take the home over for the upgrade in data/upgrade-info.json; for supervisors: 0 yes, 30 no, 31 not yet')
    .addHelpText('after', '\nExample:\n  windlass pre-upgrade --home ./validator');
  command.action(async () => {
    const daemonHome = io.env['DAEMON_HOME'];
    const isGiven = command.optsWithGlobals<{ home?: string }>().home !== undefined || Boolean(io.env['WINDLASS_HOME']);
    await check(isGiven || !daemonHome ? homeOf(command, io) : daemonHome, io);
  });
}

/** Changes nothing. */
async function check(home: string, io: Io): Promise<void> {
  const info = attempt(() => readUpgradeInfo(home));
  if (!info) throw new CliFailure(`${home} waits for no upgrade: it has no data/upgrade-info.json`, { exitCode: giveUp, hint: 'Choose the home: windlass pre-upgrade --home DIR.' });
  const upgrades = await loadUpgrades().catch(refuse);
  if (!upgrades.has(info.name)) throw new CliFailure(`this release has no upgrade "${info.name}"; it has ${[...upgrades.keys()].map(name => `"${name}"`).join(', ') || 'none'}`, { exitCode: giveUp, hint: 'Put the release that has it in its place.' });
  attempt(() => makeXsnapWorkerFactory({})); // the worker's binary and base snapshot are there
  await requireFree(join(home, 'data', 'windlass.db'));
  io.err(`This release can execute upgrade "${info.name}" at height ${info.height}.\n`);
}

async function requireFree(path: string): Promise<void> {
  if (!existsSync(path)) throw new CliFailure(`there is no ${path}`, { exitCode: giveUp, hint: 'Choose the home of a node: windlass pre-upgrade --home DIR.' });
  try {
    await (await NodeDatabase.open(path)).close();
  } catch (error) {
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { exitCode: tryAgain, hint: 'The release before has not ended yet.', cause: error });
    refuse(error);
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw new CliFailure(error instanceof Error ? error.message : String(error), { exitCode: giveUp, cause: error });
}
