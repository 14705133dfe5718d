/** Plans of upgrades: what governance decided, what was applied, and which versions the modules have. */
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import type { Module } from '../../module.js';
import { Refusal } from '../../refusal.js';
import type { ModuleVersion, UpgradeKeeper } from './keeper.js';
import { upgradeStore } from './keys.js';
import { upgradeMsgs } from './msgs.js';
import { checkedPlan, type WirePlan } from './plan.js';
import { upgradeQueries } from './queries.js';

export { makeUpgradeKeeper } from './keeper.js';
export type { AppliedPlan, ModuleVersion, UpgradeKeeper } from './keeper.js';
export { upgradeStore } from './keys.js';
export { planTexts } from './plan.js';
export type { Plan } from './plan.js';

export type UpgradeModuleOptions = {
  /** Who may plan: the account of governance. */
  readonly authority: string;
  /** Of every module of this release, for genesis. */
  readonly versions: () => readonly ModuleVersion[];
};

/** Executing a plan is the host's: it knows which handlers this release has, and how a node stops. */
export function makeUpgradeModule(codecs: Codecs, keeper: UpgradeKeeper, { authority, versions }: UpgradeModuleOptions): Module {
  return {
    name: 'upgrade',
    stores: [upgradeStore],
    msgs: upgradeMsgs(codecs, keeper, authority),
    queries: upgradeQueries(codecs, keeper, authority),
    initGenesis: (ctx, state) => {
      keeper.setModuleVersions(ctx, versions());
      initPlan(codecs, keeper, ctx, state);
    },
  };
}

/** app_state.upgrade may hold the plan of a chain that was exported before its height. */
function initPlan(codecs: Codecs, keeper: UpgradeKeeper, ctx: Context, state: unknown): void {
  const { plan } = codecs.of<{ plan: WirePlan | undefined }>('cosmos.upgrade.v1beta1.GenesisState').fromJson(state ?? {});
  if (!plan) return;
  try {
    keeper.schedule(ctx, checkedPlan(plan), ctx.height + 2n); // the first block belongs to the release that made the genesis
  } catch (error) {
    if (error instanceof Refusal) throw new Error(`genesis: app_state.upgrade.plan: ${error.message}`, { cause: error });
    throw error;
  }
}
