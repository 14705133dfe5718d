/** At the begin of a block: the fees of the one before go to those who voted for it, by their power, and to the community. */
import type { RequestFinalizeBlock, VoteInfo } from '../../abci/types.js';
import { equalBytes } from '../../bytes.js';
import type { Context } from '../../context.js';
import { addDecCoins, decCoinsOf, decCoinsText, mulDecCoins, mulDecCoinsTruncate, subDecCoins, type DecCoins } from '../../dec-coins.js';
import { decOf, decOne, quoDecTruncate, subDec } from '../../decimal.js';
import type { AuthKeeper } from '../auth/index.js';
import { feeCollector } from '../auth/index.js';
import type { Validator } from '../staking/types.js';
import { distributionModule } from './errors.js';
import { currentRewards } from './periods.js';
import type { DistributionParts } from './rewards.js';

export function allocateFees(parts: DistributionParts, auth: AuthKeeper, ctx: Context, { decidedLastCommit, proposerAddress }: RequestFinalizeBlock): void {
  const { rows, bank } = parts;
  const fees = bank.balances(ctx, auth.moduleAddress(feeCollector.name));
  if (ctx.height > 1n && fees.length > 0) {
    bank.sendBetweenModules(ctx, feeCollector.name, distributionModule, fees);
    const rest = allocateToVoters(parts, ctx, decCoinsOf(fees), decidedLastCommit?.votes ?? []);
    if (rest.length > 0) rows.setPool(ctx, addDecCoins(rows.pool(ctx), rest));
  }
  const known = rows.previousProposer(ctx);
  if (!known || !equalBytes(known, proposerAddress)) rows.setPreviousProposer(ctx, proposerAddress);
}

/** Returns what nobody got: the community's tax, what is lost in rounding, and the shares of validators that staking does not know any more. */
function allocateToVoters(parts: DistributionParts, ctx: Context, fees: DecCoins, votes: readonly VoteInfo[]): DecCoins {
  const total = votes.reduce((sum, { validator }) => sum + (validator?.power ?? 0n), 0n);
  if (total === 0n) return fees;
  const shared = mulDecCoinsTruncate(fees, subDec(decOne, parts.rows.params(ctx).communityTax));
  let rest = fees;
  for (const { validator: voter } of votes) {
    const validator = voter && parts.staking.validatorByConsensus(ctx, voter.address);
    if (!voter || !validator) continue;
    const reward = mulDecCoinsTruncate(shared, quoDecTruncate(decOf(voter.power), decOf(total)));
    allocateToValidator(parts, ctx, validator, reward);
    rest = subDecCoins(rest, reward);
  }
  return rest;
}

/** The validator's commission comes first, rounded to the nearest; the rest is its delegators'. The coins are in the module's account already. */
export function allocateToValidator({ rows }: DistributionParts, ctx: Context, { operatorAddress: operator, commission: { rate } }: Validator, tokens: DecCoins): void {
  const commission = mulDecCoins(tokens, rate);
  ctx.events.emit('commission', [['amount', decCoinsText(commission)], ['validator', operator]]);
  rows.commission.set(ctx, operator, addDecCoins(rows.commission.get(ctx, operator) ?? [], commission));
  const current = currentRewards(rows, ctx, operator);
  rows.current.set(ctx, operator, { ...current, rewards: addDecCoins(current.rewards, subDecCoins(tokens, commission)) });
  ctx.events.emit('rewards', [['amount', decCoinsText(tokens)], ['validator', operator]]);
  rows.outstanding.set(ctx, operator, addDecCoins(rows.outstanding.get(ctx, operator) ?? [], tokens));
}
