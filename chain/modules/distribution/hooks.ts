import assert from 'node:assert/strict';
import type { Context } from '../../context.js';
import { addressText, operatorAddress } from '../../crypto/address.js';
import { addDecCoins, splitDecCoins, subDecCoins } from '../../dec-coins.js';
import { decOne, decZero } from '../../decimal.js';
import type { StakingHooks, Validator } from '../staking/types.js';
import { distributionModule } from './errors.js';
import { beginPeriods, endPeriod, hold } from './periods.js';
import { beginDelegation, takeRewards, type DistributionParts } from './rewards.js';

/** Rewards are settled before a stake changes, and counted from there on afterwards. */
export function distributionHooks(parts: DistributionParts): StakingHooks {
  const { rows, staking } = parts;
  const validatorOf = (ctx: Context, operator: string): Validator => {
    const validator = staking.validator(ctx, operator);
    assert(validator !== undefined, `${operator} is a validator`);
    return validator;
  };
  return {
    afterValidatorCreated: (ctx, operator) => beginPeriods(rows, ctx, operator),
    afterValidatorRemoved: (ctx, _consensus, operator) => closeValidator(parts, ctx, operator),
    beforeDelegationCreated: (ctx, _delegator, operator) => {
      endPeriod(rows, ctx, validatorOf(ctx, operator));
    },
    beforeDelegationSharesModified: (ctx, delegator, operator) => {
      const delegation = staking.delegation(ctx, delegator, operator);
      assert(delegation !== undefined, 'the shares that change are there');
      takeRewards(parts, ctx, validatorOf(ctx, operator), delegation);
    },
    afterDelegationModified: (ctx, delegator, operator) => beginDelegation(parts, ctx, operator, delegator),
    beforeValidatorSlashed: (ctx, operator, fraction) => {
      assert(fraction >= decZero && fraction <= decOne, 'a slash takes between nothing and all');
      const { period } = endPeriod(rows, ctx, validatorOf(ctx, operator));
      hold(rows, ctx, operator, period);
      rows.setSlashEvent(ctx, operator, { height: ctx.height, period, fraction });
    },
  };
}

/** The last delegation is gone: the commission is paid, what is left is dust and goes to the community. */
function closeValidator({ rows, bank }: DistributionParts, ctx: Context, operator: string): void {
  const commission = rows.commission.get(ctx, operator) ?? [];
  const { whole, rest } = splitDecCoins(commission);
  const dust = subDecCoins(rows.outstanding.get(ctx, operator) ?? [], commission);
  rows.setPool(ctx, addDecCoins(rows.pool(ctx), addDecCoins(rest, dust)));
  if (whole.length > 0) bank.sendFromModule(ctx, distributionModule, rows.withdrawAddress(ctx, addressText(operatorAddress.bytes(operator))), whole);
  rows.outstanding.delete(ctx, operator);
  rows.commission.delete(ctx, operator);
  rows.deleteSlashEvents(ctx, operator);
  rows.deleteAllHistorical(ctx, operator);
  rows.current.delete(ctx, operator);
}
