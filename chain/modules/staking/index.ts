/** Validators and those who stand behind them with their coins. */
import type { Codecs } from '../../codec/index.js';
import { makePublicKeyCodec } from '../../crypto/public-key.js';
import type { Module } from '../../module.js';
import type { AuthKeeper, ModuleAccountSpec } from '../auth/index.js';
import type { ConsensusKeeper } from '../consensus/index.js';
import { completeMature, updateValidatorSet } from './block-end.js';
import { beginRedelegateDefinition, cancelUnbondingDefinition, delegateDefinition, undelegateDefinition } from './delegation-msgs.js';
import { exportStakingGenesis, initStakingGenesis } from './genesis.js';
import { makeHistory } from './historical.js';
import { stakingStore } from './keys.js';
import type { StakingParts } from './parts.js';
import { bondedPool, notBondedPool } from './pools.js';
import { stakingQueries } from './queries.js';
import { createValidatorDefinition, editValidatorDefinition, updateStakingParamsDefinition } from './validator-msgs.js';

export { makeStakingKeeper, makeStakingParts } from './keeper.js';
export { faultsOfStaking } from './invariants.js';
export { updateValidatorSet } from './block-end.js';
export { stakingParamsDefault } from './params.js';
export { powerReduction } from './shares.js';
export type { StakingParts } from './parts.js';

export const stakingModuleAccounts: readonly ModuleAccountSpec[] = [bondedPool, notBondedPool];

export function makeStakingModule(codecs: Codecs, parts: StakingParts, auth: AuthKeeper, consensus: ConsensusKeeper): Module {
  const publicKeys = makePublicKeyCodec(codecs);
  const history = makeHistory(codecs, parts);
  const environment = { codecs, parts, auth, consensus, history };
  return {
    name: 'staking',
    stores: [stakingStore],
    msgs: [
      createValidatorDefinition(environment), editValidatorDefinition(environment), delegateDefinition(environment), beginRedelegateDefinition(environment),
      undelegateDefinition(environment), cancelUnbondingDefinition(environment), updateStakingParamsDefinition(environment),
    ],
    queries: stakingQueries(environment),
    initGenesis: (ctx, state) => initStakingGenesis(codecs, parts, auth, publicKeys, ctx, state),
    exportGenesis: state => exportStakingGenesis(codecs, parts, state),
    beginBlock: (ctx, block) => history.track(ctx, block),
    endBlock: ctx => {
      const updates = updateValidatorSet(parts, publicKeys, ctx);
      completeMature(parts, ctx);
      return updates;
    },
  };
}
