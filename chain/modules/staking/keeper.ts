/** Staking as other modules see it, over its parts. */
import type { Codecs } from '../../codec/index.js';
import type { BankKeeper } from '../bank/index.js';
import { delegate, undelegate } from './delegating.js';
import { makeDelegationRows } from './delegation-rows.js';
import type { StakingParts } from './parts.js';
import { bondedPool } from './pools.js';
import { makeStakingQueues } from './queues.js';
import { slash } from './slash.js';
import { bondStatus, type StakingHooks, type StakingKeeper, type Validator } from './types.js';
import type { AuthKeeper } from '../auth/index.js';
import type { Readable } from '../state.js';
import { jail, unjail } from './validator-changes.js';
import { makeValidatorRows } from './validator-rows.js';

/** `hooks` may be filled after this, before the first block. */
export function makeStakingParts(codecs: Codecs, bank: BankKeeper, hooks: readonly StakingHooks[]): StakingParts {
  return { rows: { ...makeValidatorRows(codecs), ...makeDelegationRows(codecs) }, queues: makeStakingQueues(codecs), bank, hooks };
}

export function makeStakingKeeper(parts: StakingParts, auth: AuthKeeper): StakingKeeper {
  const { rows, bank } = parts;
  const { params, setParams, validator, validatorByConsensus, consensusBytes, validators, lastPower, lastTotalPower } = rows;
  const { delegation, delegationsOf, delegationsTo, delegations } = rows;
  const known = (state: Readable, consensus: Uint8Array): Validator => {
    const found = validatorByConsensus(state, consensus);
    if (!found) throw new Error('a validator that is jailed or released has a record');
    return found;
  };
  return {
    params, setParams, validator, validatorByConsensus, consensusBytes, validators, lastPower, lastTotalPower,
    delegation, delegationsOf, delegationsTo, delegations,
    bondDenom: state => params(state).bondDenom,
    bondedByPower: state => bondedByPower(parts, state),
    totalBonded: state => bank.balance(state, auth.moduleAddress(bondedPool.name), params(state).bondDenom),
    delegate: (ctx, delegator, amount, into) => delegate(parts, ctx, delegator, amount, 'account', into),
    undelegate: (ctx, delegator, operator, shares) => undelegate(parts, ctx, delegator, operator, shares),
    slash: (ctx, consensus, infractionHeight, power, fraction) => slash(parts, ctx, consensus, infractionHeight, power, fraction),
    jail: (ctx, consensus) => jail(parts, ctx, known(ctx, consensus)),
    unjail: (ctx, consensus) => unjail(parts, ctx, known(ctx, consensus)),
  };
}

function bondedByPower({ rows }: StakingParts, state: Readable): Validator[] {
  const { maxValidators } = rows.params(state);
  const bonded: Validator[] = [];
  for (const validator of rows.byPower(state)) {
    if (bonded.length === maxValidators) break;
    if (validator.status === bondStatus.bonded) bonded.push(validator);
  }
  return bonded;
}
