import type { Codecs } from './codec/index.js';
import type { Coins } from './coins.js';
import type { Context } from './context.js';
import { makeAuthKeeper, makeAuthModule, type AuthKeeper, type ModuleAccountSpec } from './modules/auth/index.js';
import { makeBankKeeper, makeBankModule, type BankKeeper } from './modules/bank/index.js';
import { makeConsensusKeeper } from './modules/consensus/index.js';
import { distributionAccount, distributionHooks, distributionStore, fundPool, makeDistributionModule, makeDistributionRows, type DistributionParts } from './modules/distribution/index.js';
import { govAccount, govStore, makeGovModule } from './modules/gov/index.js';
import { makeGenutilModule } from './modules/genutil/index.js';
import { makeSlashingKeeper, makeSlashingModule, slashingHooks, slashingStore, type SlashingKeeper } from './modules/slashing/index.js';
import { makeStakingKeeper, makeStakingModule, makeStakingParts, stakingModuleAccounts, type StakingParts } from './modules/staking/index.js';
import type { StakingHooks, StakingKeeper } from './modules/staking/types.js';
import type { Module } from './module.js';

export type CoreModules = {
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly staking: StakingKeeper;
  /** For tests and audits, which look below the keeper. */
  readonly stakingParts: StakingParts;
  readonly distribution: DistributionParts;
  readonly slashing: SlashingKeeper;
  readonly modules: readonly Module[];
};

/** Of deposits in a genesis that does not say. */
const depositDenom = 'uwind';

/**
 * What every chain has: accounts, coins, rewards, governance, validators. `moduleAccounts` are the host's; fee_collector and those of the core are
 * always there. The host appends its own modules. The order is that of genesis, begin-block and end-block.
 */
export function makeCoreModules(codecs: Codecs, moduleAccounts: readonly ModuleAccountSpec[]): CoreModules {
  const auth = makeAuthKeeper(codecs, [...moduleAccounts, distributionAccount, govAccount, ...stakingModuleAccounts]);
  const bank = makeBankKeeper(codecs, auth);
  const consensus = makeConsensusKeeper(codecs);
  const hooks: StakingHooks[] = []; // of modules that are made below, because they need the keeper
  const stakingParts = makeStakingParts(codecs, bank, hooks);
  const staking = makeStakingKeeper(stakingParts, auth);
  const distribution: DistributionParts = { rows: makeDistributionRows(codecs), bank, staking };
  const slashing = makeSlashingKeeper(codecs);
  hooks.push(distributionHooks(distribution), slashingHooks(slashing, staking));
  const communityPool = { address: auth.moduleAddress(distributionAccount.name), fund: (ctx: Context, from: string, coins: Coins) => fundPool(distribution, ctx, from, coins) };
  const modules = [
    makeAuthModule(codecs, auth), makeBankModule(codecs, bank),
    makeDistributionModule(codecs, distribution, auth), makeSlashingModule(codecs, slashing, staking, consensus),
    makeGovModule({ codecs, auth, bank, staking, denom: depositDenom, communityPool }),
    makeStakingModule(codecs, stakingParts, auth, consensus), makeGenutilModule(codecs, stakingParts),
  ];
  return { auth, bank, staking, stakingParts, distribution, slashing, modules };
}

/** The stores of makeCoreModules and of the base app itself; a host adds those of its modules. */
export const coreStores: readonly string[] = ['acc', 'bank', 'consensus', distributionStore, slashingStore, govStore, 'staking'];
