/** Fees to those who stake: to validators by their votes, to delegators by their shares, and a part to the community. */
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import type { AuthKeeper, ModuleAccountSpec } from '../auth/index.js';
import { allocateFees } from './allocation.js';
import { distributionModule } from './errors.js';
import { exportDistributionGenesis, initDistributionGenesis } from './genesis.js';
import { holdingsAreTheBalance, periodsAreCounted } from './invariants.js';
import { distributionStore } from './keys.js';
import { distributionMsgs } from './msgs.js';
import { distributionQueries } from './queries.js';
import type { DistributionParts } from './rewards.js';

export { makeDistributionRows } from './rows.js';
export { fundPool } from './rewards.js';
export type { DistributionParts } from './rewards.js';
export { distributionHooks } from './hooks.js';
export { distributionStore } from './keys.js';

/** Holds what is not paid out yet. */
export const distributionAccount: ModuleAccountSpec = { name: distributionModule, permissions: [], mayReceive: false };

/** Begins a block before slashing: the fees of the last block belong to the stakes that voted for it. */
export function makeDistributionModule(codecs: Codecs, parts: DistributionParts, auth: AuthKeeper): Module {
  const { rows, staking } = parts;
  return {
    name: distributionModule,
    stores: [distributionStore],
    msgs: distributionMsgs(codecs, parts),
    queries: distributionQueries(codecs, rows, staking),
    initGenesis: (ctx, state) => initDistributionGenesis(codecs, parts, auth, ctx, state),
    finishGenesis: ctx => {
      const problem = holdingsAreTheBalance({ ...parts, auth }, ctx) ?? periodsAreCounted({ ...parts, auth }, ctx);
      if (problem !== undefined) throw new Error(`genesis: app_state.distribution: ${problem}`);
    },
    exportGenesis: state => exportDistributionGenesis(codecs, rows, state),
    beginBlock: (ctx, block) => allocateFees(parts, auth, ctx, block),
  };
}
