/** `windlass rollback`: a stopped node goes back to the state after an earlier block. */
import { Option, type Command } from 'commander';
import { chainProtoFolder } from '../../chain/index.js';
import { appProtoFolder } from '../client/codecs.js';
import { makeLog } from '../log.js';
import { RollbackRefused } from '../rollback-rows.js';
import { rollBackHome, type RollbackOptions } from '../rollback.js';
import { DatabaseLocked } from '../store.js';
import { loadUpgrades } from '../upgrade-handlers.js';
import { CliFailure, UsageFailure } from './failure.js';
import { bundlesOf } from './forensics/incident.js';
import { recordedEngine } from './home/engine.js';
import type { Io } from './io.js';
import { printResult } from './output.js';
import { settingsOf } from './settings.js';

export function addRollback(program: Command, io: Io): void {
  const command = program.command('rollback')
    .description("take a stopped node back to the state after an earlier block; it executes the blocks since again. The validator's signing state is not touched")
    .requiredOption('--to <height>', 'the last block that stays as it is')
    .addOption(new Option('--with-comet <bool>', 'false: CometBFT is run by an operator, who takes it back himself').choices(['true', 'false']).default('true'))
    .addHelpText('after', '\nExample:\n  windlass rollback --to 8812');
  command.action(async () => {
    const { paths: { home }, output } = settingsOf(command, io);
    const { to, withComet } = command.opts<{ to: string; withComet: string }>();
    if (!/^[1-9]\d{0,17}$/.test(to)) throw new UsageFailure(`--to ${to} is no height`, 'Write it as 8812: the last block that stays.');
    const isComet = recordedEngine(home) === 'cometbft';
    const log = makeLog('warn', 'plain', line => io.err(line));
    const report = await refusals({ home, target: BigInt(to), upgrades: await loadUpgrades(), protoFolders: [chainProtoFolder, appProtoFolder], withComet: isComet && withComet === 'true', log });
    const acknowledged = acknowledge(home, report.to);
    if (isComet && withComet === 'false' && report.blocks > 0) io.err('Now take CometBFT back, once, on its own home: cometbft rollback --home DIR. Without --hard.\n');
    printResult(io, output, { from: report.from, to: report.to, blocks: report.blocks, cometbft: report.comet ?? null, exports_removed: report.exportsRemoved, acknowledged });
  });
}

/** Whoever goes back to before an incident has taken note of it. */
function acknowledge(home: string, height: bigint): string[] {
  const bundles = bundlesOf(home);
  const ids = bundles.open().filter(incident => BigInt(incident.height) > height).map(({ id }) => id);
  for (const id of ids) bundles.update(id, { acknowledged: new Date().toISOString() });
  return ids;
}

async function refusals(options: RollbackOptions): ReturnType<typeof rollBackHome> {
  try {
    return await rollBackHome(options);
  } catch (error) {
    if (error instanceof RollbackRefused) throw new CliFailure(error.message, { hint: 'Nothing was changed.', cause: error });
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { hint: 'Stop the node first.', cause: error });
    throw error;
  }
}
