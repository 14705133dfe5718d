/** `upgrade rehearse-copy`: what `upgrade rehearse` has the next release do. It changes the data of the home that it is given. */
import type { Command } from 'commander';
import { chainProtoFolder, planTexts } from '../../../chain/index.js';
import { makeXsnapWorkerFactory } from '../../../kernel/index.js';
import { appProtoFolder } from '../../client/codecs.js';
import { UpgradeNeeded, WrongRelease } from '../../host/upgrade.js';
import { makeLog } from '../../log.js';
import type { Findings } from '../../rehearsal/findings.js';
import { rehearseUpgrade, type Rehearsal, type RehearsalOptions } from '../../rehearsal/rehearse.js';
import { loadUpgrades } from '../../upgrade-handlers.js';
import { CliFailure, ReportedFailure } from '../failure.js';
import type { Io } from '../io.js';
import { toJson } from '../output.js';
import { settingsOf } from '../settings.js';
import { programVersion } from '../version.js';

type Flags = { readonly name: string; readonly info: string; readonly blocks: string };

/** Old app states and undo records do not matter to a copy that is thrown away; undo records tell what a block changed. */
const app: Omit<RehearsalOptions['app'], 'workers' | 'upgrades' | 'log' | 'version' | 'protoFolders'> = { minGasPrices: [], pruning: 2, undoBlocks: 2n, maxVatsOnline: 50 };

export function addRehearseCopy(upgrade: Command, io: Io): void {
  const command = upgrade.command('rehearse-copy', { hidden: true })
    .description('changes the data of the home: only for the copy that upgrade rehearse makes')
    .requiredOption('--name <name>')
    .requiredOption('--info <text>')
    .requiredOption('--blocks <number>');
  command.action(async () => {
    const { paths, output } = settingsOf(command, io);
    const { name, info, blocks } = command.opts<Flags>();
    const rehearsal = await refusals(async () => rehearseUpgrade({
      home: paths.home, plan: { name, info }, time: BigInt(Math.floor(Date.now() / 1000)), blocksMax: Number(blocks), clock: io,
      app: {
        ...app, workers: makeXsnapWorkerFactory(), upgrades: await loadUpgrades(), version: programVersion(),
        protoFolders: [chainProtoFolder, appProtoFolder], log: makeLog('warn', 'plain', line => { io.err(line); }),
      },
    }));
    io.out(output === 'json' ? `${toJson(jsonOf(rehearsal))}\n` : textOf(rehearsal));
    if (!rehearsal.isDrained || rehearsal.after.faultCount > 0) throw new ReportedFailure();
  });
}

async function refusals<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof UpgradeNeeded) throw new CliFailure(`this release cannot execute the upgrade "${error.plan.name}": it has no app/upgrades/${error.plan.name}.js`, { hint: planTexts.needed(error.plan), cause: error });
    if (error instanceof WrongRelease) throw new CliFailure(error.message, { hint: error.advice, cause: error });
    throw error;
  }
}

const secondsOf = ({ blocks }: Rehearsal): { readonly all: number; readonly upgrade: number; readonly longest: number } => ({
  all: Number(blocks.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)), upgrade: blocks[0]?.seconds ?? 0, longest: Math.max(0, ...blocks.map(({ seconds }) => seconds)),
});

const findingsJson = ({ height, schema, leaked, leakedOfTerminated, faults, faultCount }: Findings): object => ({
  height, schema, leaked, leaked_of_terminated: leakedOfTerminated, audit: { ok: faultCount === 0, fault_count: faultCount, faults },
});

function jsonOf(rehearsal: Rehearsal): object {
  const { plan, blocks, isDrained, before, after } = rehearsal;
  return { plan, drained: isDrained, seconds: secondsOf(rehearsal), blocks, before: findingsJson(before), after: findingsJson(after) };
}

function textOf(rehearsal: Rehearsal): string {
  const { plan, blocks, isDrained, before, after } = rehearsal;
  const { all, upgrade, longest } = secondsOf(rehearsal);
  const rows = blocks[0]?.rows ?? { app: 0, kernel: 0, local: 0 };
  const finding = (what: string, { schema, leaked, faults, faultCount }: Findings): string[] => [
    `${what}: schema ${schema ?? 'none'}, ${leaked} settled promises left in c-lists, ${faultCount} faults found by the audit`, ...faults.map(fault => `    ${fault}`),
  ];
  return `${[
    `upgrade "${plan.name}" executed on a copy at height ${plan.height}`,
    `the block of the upgrade took ${upgrade} s and changed ${rows.kernel} rows of the kernel, ${rows.app} of the app state and ${rows.local} others`,
    isDrained ? `after ${blocks.length} blocks nothing of it is left to do: ${all} s in all, the longest ${longest} s` : `after ${blocks.length} blocks something is left to do`,
    ...finding('before', before), ...finding('after', after),
  ].join('\n')}\n`;
}
