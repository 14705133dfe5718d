/** What a delegation has earned, how it is taken, and where its next count begins. */
import assert from 'node:assert/strict';
import { toWireCoins, wireCoinsText, type Coins } from '../../coins.js';
import type { Context } from '../../context.js';
import { addDecCoins, decCoinsOf, intersectDecCoins, mulDecCoinsTruncate, splitDecCoins, subDecCoins, type DecCoins } from '../../dec-coins.js';
import { addDec, decOne, decText, mulDecInt, mulDecTruncate, subDec, decSmallest, type Dec } from '../../decimal.js';
import { refuse } from '../../refusal.js';
import type { BankKeeper } from '../bank/index.js';
import { tokensFromShares, tokensFromSharesTruncated } from '../staking/shares.js';
import type { Delegation, StakingKeeper, Validator } from '../staking/types.js';
import type { Readable } from '../state.js';
import { codespace, distributionModule, errors } from './errors.js';
import { currentRewards, endPeriod, hold, release, type PeriodEnd } from './periods.js';
import type { DistributionRows } from './rows.js';

export type DistributionParts = {
  readonly rows: DistributionRows;
  readonly bank: BankKeeper;
  readonly staking: Pick<StakingKeeper, 'bondDenom' | 'validator' | 'validatorByConsensus' | 'validators' | 'delegation' | 'delegationsOf' | 'delegationsTo' | 'delegations'>;
};

/** The delegation counts from the period that has just ended, with its worth in tokens, rounded down lest it earn more than there is. */
export function beginDelegation({ rows, staking }: DistributionParts, ctx: Context, operator: string, delegator: string): void {
  const previousPeriod = currentRewards(rows, ctx, operator).period - 1n;
  hold(rows, ctx, operator, previousPeriod);
  const validator = staking.validator(ctx, operator) ?? assert.fail('the delegation has a validator');
  const delegation = staking.delegation(ctx, delegator, operator) ?? assert.fail('the delegation was stored');
  rows.setStartingInfo(ctx, operator, delegator, { previousPeriod, stake: tokensFromSharesTruncated(validator, delegation.shares), height: ctx.height });
}

/**
 * What the delegation has earned until `end`, as of `height`: for each stretch between slashes the difference of what a
 * token had earned, times what the stake was worth then. Everything is rounded down.
 */
export function rewardsUntil(rows: DistributionRows, state: Readable, validator: Validator, delegation: Delegation, end: PeriodEnd, height: bigint): DecCoins {
  const operator = validator.operatorAddress;
  const starting = rows.startingInfo(state, operator, delegation.delegatorAddress) ?? refuse(codespace, ...errors.noDelegationInfo);
  if (starting.height === height) return []; // it began in this block
  let { previousPeriod: period, stake } = starting;
  let from = rows.historical(state, operator, period).ratio;
  let rewards: DecCoins = [];
  for (const slash of rows.slashEvents(state, operator, starting.height, height)) {
    if (slash.period <= period) continue;
    const until = rows.historical(state, operator, slash.period).ratio;
    rewards = addDecCoins(rewards, mulDecCoinsTruncate(subDecCoins(until, from), stake));
    stake = mulDecTruncate(stake, subDec(decOne, slash.fraction));
    [period, from] = [slash.period, until];
  }
  stake = notMoreThanNow(validator, delegation, stake);
  return addDecCoins(rewards, mulDecCoinsTruncate(subDecCoins(end.ratio, from), stake));
}

/** Slash by slash is rounded otherwise than all at once: so much may be between them, and no more. */
const roundingMax: Dec = mulDecInt(decSmallest, 3n);

function notMoreThanNow(validator: Validator, delegation: Delegation, stake: Dec): Dec {
  const now = tokensFromShares(validator, delegation.shares);
  if (stake <= now) return stake;
  if (stake <= addDec(now, roundingMax)) return now;
  return refuse('undefined', 111222, `calculated final stake for delegator ${delegation.delegatorAddress} greater than current stake: ${decText(stake)}, ${decText(now)}: panic`);
}

/** Ends the period, pays whole coins to the delegator's receiver, gives what is below a coin to the community, and forgets where the delegation counted from. */
export function takeRewards({ rows, bank, staking }: DistributionParts, ctx: Context, validator: Validator, delegation: Delegation): Coins {
  const operator = validator.operatorAddress;
  const delegator = delegation.delegatorAddress;
  const starting = rows.startingInfo(ctx, operator, delegator) ?? refuse(codespace, ...errors.noDelegationInfo);
  const end = endPeriod(rows, ctx, validator);
  const earned = rewardsUntil(rows, ctx, validator, delegation, end, ctx.height);
  const outstanding = rows.outstanding.get(ctx, operator) ?? [];
  const rewards = intersectDecCoins(earned, outstanding); // the order of rounding may make a difference in the last digit
  const { whole, rest } = splitDecCoins(rewards);
  if (whole.length > 0) bank.sendFromModule(ctx, distributionModule, rows.withdrawAddress(ctx, delegator), whole);
  rows.outstanding.set(ctx, operator, subDecCoins(outstanding, rewards));
  if (rest.length > 0) rows.setPool(ctx, addDecCoins(rows.pool(ctx), rest));
  release(rows, ctx, operator, starting.previousPeriod);
  rows.deleteStartingInfo(ctx, operator, delegator);
  ctx.events.emit('withdraw_rewards', [['amount', wireCoinsText(paidCoins(whole, staking.bondDenom(ctx)))], ['validator', operator], ['delegator', delegator]]);
  return whole;
}

/** As clients are told: a zero of the staked denom when there was nothing. */
export function paidCoins(whole: Coins, bondDenom: string): ReturnType<typeof toWireCoins> {
  return whole.length === 0 ? [{ denom: bondDenom, amount: '0' }] : toWireCoins(whole);
}

/** Gives coins of an account to the community. Refuses with sdk/5 what it does not have. */
export function fundPool({ rows, bank }: DistributionParts, ctx: Context, from: string, coins: Coins): void {
  bank.sendToModule(ctx, from, distributionModule, coins);
  rows.setPool(ctx, addDecCoins(rows.pool(ctx), decCoinsOf(coins)));
}

/** Pays the validator's commission in whole coins; the rest stays its own. Refuses when there is none. */
export function takeCommission({ rows, bank }: DistributionParts, ctx: Context, operator: string, operatorAccount: string): Coins {
  const commission = rows.commission.get(ctx, operator) ?? [];
  if (commission.length === 0) refuse(codespace, ...errors.noCommission);
  const { whole, rest } = splitDecCoins(commission);
  rows.commission.set(ctx, operator, rest);
  rows.outstanding.set(ctx, operator, subDecCoins(rows.outstanding.get(ctx, operator) ?? [], decCoinsOf(whole)));
  if (whole.length > 0) bank.sendFromModule(ctx, distributionModule, rows.withdrawAddress(ctx, operatorAccount), whole);
  ctx.events.emit('withdraw_commission', [['amount', wireCoinsText(toWireCoins(whole))]]);
  return whole;
}
