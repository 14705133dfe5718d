/** `forensics dump`: saves the last block of the running node, or of a stopped one what lies on its disk. */
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readGenesis } from '../../../chain/engine/home-files/index.js';
import { askToSave, ControlFailure } from '../../control/client.js';
import { controlSocketPath } from '../../control/socket-path.js';
import { databaseHeight } from '../../commit.js';
import { dump } from '../../forensics/dump.js';
import { LadderStore } from '../../forensics/ladder-store.js';
import { makeLog } from '../../log.js';
import { DatabaseLocked, NodeDatabase } from '../../store.js';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { programVersion } from '../version.js';
import { bundlesOf, incidentOf } from './incident.js';
import { shortOf } from './read.js';

export function addDump(forensics: Command, io: Io): void {
  const command = forensics.command('dump')
    .description('save what this node knows of its last block; it goes on')
    .option('--reason <text>', 'kept with it', 'asked for by the operator')
    .addHelpText('after', "\nExample:\n  windlass forensics dump --reason 'peers report another hash'");
  command.action(async () => {
    const { paths, output } = settingsOf(command, io);
    const { reason } = command.opts<{ reason: string }>();
    const saved = await running(paths.home, reason);
    printResult(io, output, shortOf(incidentOf(bundlesOf(paths.home), saved ?? (await stopped(paths.home, reason, io)))));
  });
}

async function running(home: string, reason: string): Promise<string | undefined> {
  try {
    return await askToSave(controlSocketPath(home), reason);
  } catch (error) {
    if (error instanceof ControlFailure) throw new CliFailure(error.message, { cause: error });
    throw error;
  }
}

async function stopped(home: string, reason: string, io: Io): Promise<string> {
  const height = await lastHeight(join(home, 'data', 'windlass.db'));
  const log = makeLog('warn', 'plain', line => io.err(line));
  return dump({
    home, bundles: bundlesOf(home), chainId: readGenesis(home).chain_id, height, cause: 'manual', time: new Date().toISOString(), release: programVersion(), onDivergence: 'exit', peersConfigured: 0,
    isBeforeAgreed: false, ladder: new LadderStore(join(home, 'forensics', 'ladders'), log).get(height), request: undefined, reason, pins: () => ({ undo: undefined, heaps: new Map(), spans: new Map() }),
  }).id;
}

async function lastHeight(path: string): Promise<bigint> {
  if (!existsSync(join(path, 'CURRENT'))) throw new CliFailure(`there is no store in ${path}: no node has run there`);
  try {
    const database = await NodeDatabase.open(path);
    const height = databaseHeight(database);
    await database.close();
    if (height === undefined) throw new CliFailure(`the store in ${path} has no block yet`);
    return height;
  } catch (error) {
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { hint: 'The node is starting or stopping: try again in a moment.', cause: error });
    throw error;
  }
}
