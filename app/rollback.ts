/**
 * `windlass rollback` (design 7): a stopped node goes back to the state after an earlier block, CometBFT one height with it,
 * and executes the blocks since again. The validator's signing state stays: what was signed stays signed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeCodecs, makeUpgradeKeeper, openMultiStore, storesOnDisk, upgradeStore, type AppliedPlan, type Logger } from '../chain/index.js';
import { endOrphanedComet, rollBackComet } from '../chain/engine/comet/index.js';
import { RollbackRefused, rollBackRows, undoableTip } from './rollback-rows.js';
import { snapshotsFolder } from './state-sync/restorable.js';
import { SnapshotFolder } from './state-sync/store-folder.js';
import { NodeDatabase } from './store.js';
import type { Upgrades } from './upgrade-handlers.js';

export type RollbackOptions = {
  readonly home: string;
  readonly target: bigint;
  /** What this release can execute. */
  readonly upgrades: Upgrades;
  readonly protoFolders: readonly string[];
  /** Whether CometBFT's data is in the home: then its state goes back as well. */
  readonly withComet: boolean;
  readonly log: Logger;
  /** Takes CometBFT back; tests count its calls. */
  readonly rollBackEngine?: (home: string) => Promise<string>;
};

export type RollbackReport = {
  readonly from: bigint;
  readonly to: bigint;
  readonly blocks: number;
  /** What CometBFT said; undefined when it was not asked. */
  readonly comet: string | undefined;
  /** Exports of heights that are no more. */
  readonly exportsRemoved: readonly bigint[];
};

/**
 * CometBFT first, then the rows: stopped between the two or within, the same call goes on. Rejects with RollbackRefused before
 * anything is changed when undo records do not reach so far, or an upgrade lies between which this release has executed; and
 * with DatabaseLocked while a node runs.
 */
export async function rollBackHome({ home, target, upgrades, protoFolders, withComet, log, rollBackEngine = rollBackComet }: RollbackOptions): Promise<RollbackReport> {
  const path = join(home, 'data', 'windlass.db');
  if (!existsSync(join(path, 'CURRENT'))) throw new RollbackRefused(`there is no store in ${path}: no node has run there`);
  const database = await NodeDatabase.open(path);
  try {
    const from = undoableTip(database, target);
    if (from === target) return { from, to: target, blocks: 0, comet: undefined, exportsRemoved: [] };
    refuseOwnUpgrades(appliedPlans(database, protoFolders), target, upgrades);
    const comet = withComet ? await endThenRollBack(home, log, rollBackEngine) : undefined;
    const exportsRemoved = await removeExports(join(home, 'data', snapshotsFolder), target);
    const blocks = await rollBackRows(database, target);
    return { from, to: target, blocks, comet, exportsRemoved };
  } finally {
    await database.close();
  }
}

async function endThenRollBack(home: string, log: Logger, rollBackEngine: (home: string) => Promise<string>): Promise<string> {
  await endOrphanedComet(home, log);
  return rollBackEngine(home);
}

function appliedPlans(database: NodeDatabase, protoFolders: readonly string[]): readonly AppliedPlan[] {
  const names = storesOnDisk(database.chainRows);
  if (!names.includes(upgradeStore)) return [];
  const state = openMultiStore({ names, rows: database.chainRows, pruning: Number.POSITIVE_INFINITY }).branch();
  return makeUpgradeKeeper(makeCodecs(protoFolders)).applied(state);
}

/** The blocks before an upgrade are for the release before it: it must be that one that goes back, and then starts. */
function refuseOwnUpgrades(applied: readonly AppliedPlan[], target: bigint, upgrades: Upgrades): void {
  const crossed = applied.findIndex(({ name, height }) => height > target && upgrades.has(name));
  const plan = applied[crossed];
  if (!plan) return;
  const older = applied[crossed - 1];
  const release = older ? `the release of the upgrade "${older.name}"` : 'the release that the chain began with';
  throw new RollbackRefused(`block ${plan.height} is the upgrade "${plan.name}", which this release executed: only the release before it can go back to block ${target}. Run windlass rollback of ${release}, and start that one`);
}

/** What was exported of the blocks that go would be offered to joining nodes. */
async function removeExports(path: string, target: bigint): Promise<bigint[]> {
  const folder = new SnapshotFolder(path);
  const gone = (await folder.list()).map(({ height }) => BigInt(height)).filter(height => height > target);
  for (const height of gone) await folder.remove(height);
  return gone;
}
