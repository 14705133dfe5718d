/** `forensics rerun`: the block of an incident once more, on a copy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { chainProtoFolder } from '../../../chain/index.js';
import { makeXsnapWorkerFactory } from '../../../kernel/index.js';
import { appProtoFolder } from '../../client/codecs.js';
import { rerunBlock } from '../../forensics/rerun.js';
import { screenOf } from '../../forensics/screen.js';
import { makeLog } from '../../log.js';
import { CopyFailed } from '../../rehearsal/copy-data.js';
import { RollbackRefused } from '../../rollback-rows.js';
import { loadUpgrades } from '../../upgrade-handlers.js';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { programVersion } from '../version.js';
import { bundlesOf, incidentOf } from './incident.js';
import { shortOf } from './read.js';

/** Of a copy that is thrown away; the block must not depend on any of it. */
const settings = { minGasPrices: [], pruning: 2, undoBlocks: 100n, maxVatsOnline: 50 } as const;

export function addRerun(forensics: Command, io: Io): void {
  const command = forensics.command('rerun <id>')
    .description('execute the block again, on a copy of the stopped node that goes back by its undo records: does the wrong result repeat?')
    .option('--scratch <folder>', 'where the copy is made and removed; on the file system of the home it costs little', tmpdir())
    .addHelpText('after', '\nExample:\n  windlass forensics rerun 8813-5f2c91d07be4a360');
  command.action(async (id: string) => {
    const { paths, output } = settingsOf(command, io);
    const bundles = bundlesOf(paths.home);
    const summary = incidentOf(bundles, id);
    const scratch = mkdtempSync(join(command.opts<{ scratch: string }>().scratch, 'windlass-rerun-'));
    try {
      const app = {
        ...settings, workers: makeXsnapWorkerFactory(), upgrades: await loadUpgrades(), version: programVersion(), protoFolders: [chainProtoFolder, appProtoFolder],
        log: makeLog('warn', 'plain', line => io.err(line)),
      };
      const rerun = await refusals(() => rerunBlock({ home: paths.home, scratch, bundles, summary, app, time: new Date().toISOString() }));
      if (output === 'json') printResult(io, 'json', shortOf(rerun));
      else io.out(screenOf(rerun, bundles.pathOf(rerun.id)));
    } finally {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

async function refusals<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof CopyFailed || error instanceof RollbackRefused) throw new CliFailure(error.message, { hint: 'Stop the node; and do it before the node has gone back or on by more blocks than undo records are kept for.', cause: error });
    throw error;
  }
}
