/** Punishment: coins that stood behind a faulty validator are burned, wherever they have gone since. */
import assert from 'node:assert/strict';
import type { Context } from '../../context.js';
import { decOf, decOne, minDec, mulDec, mulDecInt, quoDecRoundUp, truncateDec, type Dec } from '../../decimal.js';
import { compareTimes } from '../../time.js';
import { unbond } from './delegating.js';
import { tell, type StakingParts } from './parts.js';
import { bondCoins, bondedPool, burnFromPool, notBondedPool, poolOf } from './pools.js';
import { powerReduction, sharesFromTokens } from './shares.js';
import { bondStatus, type Redelegation, type Unbonding, type UnbondingEntry } from './types.js';
import { removeTokens } from './validator-changes.js';

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** See StakingKeeper.slash. */
export function slash(parts: StakingParts, ctx: Context, consensus: Uint8Array, infractionHeight: bigint, power: bigint, fraction: Dec): bigint {
  const { rows, bank } = parts;
  assert(fraction >= 0n, 'a slash takes, it does not give');
  assert(infractionHeight <= ctx.height, `a fault at height ${infractionHeight} is not punished at height ${ctx.height}`);
  const found = rows.validatorByConsensus(ctx, consensus);
  if (!found) return 0n; // slashed to nothing, and removed
  const operator = found.operatorAddress;
  assert(found.status !== bondStatus.unbonded, 'an unbonded validator is not slashed');
  tell(parts).beforeValidatorModified(ctx, operator);
  const wanted = truncateDec(mulDec(decOf(power * powerReduction), fraction));
  const moved = infractionHeight < ctx.height ? slashWhatLeft(parts, ctx, operator, infractionHeight, fraction) : 0n;
  const validator = rows.knownValidator(ctx, operator);
  const burned = least(wanted > moved ? wanted - moved : 0n, validator.tokens);
  if (burned === 0n) return 0n;
  tell(parts).beforeValidatorSlashed(ctx, operator, minDec(quoDecRoundUp(decOf(burned), decOf(validator.tokens)), decOne));
  removeTokens(parts, ctx, rows.knownValidator(ctx, operator), burned);
  burnFromPool(bank, ctx, poolOf(validator.status), bondCoins(rows.params(ctx).bondDenom, burned));
  return burned;
}

/** Coins that left the validator since the fault. Answers what they owe, which may be more than could be taken. */
function slashWhatLeft(parts: StakingParts, ctx: Context, operator: string, since: bigint, fraction: Dec): bigint {
  let owed = 0n;
  for (const unbonding of parts.rows.unbondingsFrom(ctx, operator)) owed += slashUnbonding(parts, ctx, unbonding, since, fraction);
  for (const redelegation of parts.rows.redelegationsFrom(ctx, operator)) owed += slashRedelegation(parts, ctx, redelegation, since, fraction);
  return owed;
}

/** What left before the fault had no part in it; what is mature is free. */
const isLiable = (ctx: Context, entry: Pick<UnbondingEntry, 'creationHeight' | 'completionTime'>, since: bigint): boolean =>
  entry.creationHeight >= since && compareTimes(entry.completionTime, ctx.time) > 0;

const partOf = (fraction: Dec, amount: bigint): bigint => truncateDec(mulDecInt(fraction, amount));

function slashUnbonding({ rows, bank }: StakingParts, ctx: Context, unbonding: Unbonding, since: bigint, fraction: Dec): bigint {
  let [owed, burned] = [0n, 0n];
  const entries = unbonding.entries.map(entry => {
    if (!isLiable(ctx, entry, since)) return entry;
    const part = partOf(fraction, entry.initialBalance);
    const taken = least(part, entry.balance); // it may have been slashed before
    owed += part;
    burned += taken;
    return { ...entry, balance: entry.balance - taken };
  });
  rows.setUnbonding(ctx, { ...unbonding, entries });
  burnFromPool(bank, ctx, notBondedPool, bondCoins(rows.params(ctx).bondDenom, burned));
  return owed;
}

/** First from what has gone on into an unbonding at the destination, then from the delegation there. */
function slashRedelegation(parts: StakingParts, ctx: Context, redelegation: Redelegation, since: bigint, fraction: Dec): bigint {
  const { rows, bank } = parts;
  let owed = 0n;
  const burned = { bonded: 0n, notBonded: 0n };
  for (const entry of redelegation.entries) {
    if (!isLiable(ctx, entry, since)) continue;
    const part = partOf(fraction, entry.initialBalance);
    owed += part;
    const fromUnbonding = takeFromUnbonding(parts, ctx, redelegation, since, part);
    burned.notBonded += fromUnbonding;
    const { tokens, isBonded } = takeFromDelegation(parts, ctx, redelegation, part - fromUnbonding);
    burned[isBonded ? 'bonded' : 'notBonded'] += tokens;
  }
  const { bondDenom } = rows.params(ctx);
  burnFromPool(bank, ctx, bondedPool, bondCoins(bondDenom, burned.bonded));
  burnFromPool(bank, ctx, notBondedPool, bondCoins(bondDenom, burned.notBonded));
  return owed;
}

function takeFromUnbonding({ rows }: StakingParts, ctx: Context, { delegatorAddress, validatorDstAddress }: Redelegation, since: bigint, wanted: bigint): bigint {
  const unbonding = rows.unbonding(ctx, delegatorAddress, validatorDstAddress);
  if (!unbonding) return 0n;
  let taken = 0n;
  const entries = unbonding.entries.map(entry => {
    if (!isLiable(ctx, entry, since)) return entry;
    const part = least(wanted - taken, entry.balance);
    taken += part;
    return { ...entry, balance: entry.balance - part };
  });
  rows.setUnbonding(ctx, { ...unbonding, entries });
  return taken;
}

function takeFromDelegation(parts: StakingParts, ctx: Context, { delegatorAddress, validatorDstAddress }: Redelegation, wanted: bigint): { tokens: bigint; isBonded: boolean } {
  const nothing = { tokens: 0n, isBonded: false };
  const delegation = parts.rows.delegation(ctx, delegatorAddress, validatorDstAddress);
  const validator = parts.rows.validator(ctx, validatorDstAddress);
  if (wanted === 0n || !delegation || !validator || validator.tokens === 0n) return nothing;
  const shares = minDec(sharesFromTokens(validator, wanted), delegation.shares);
  if (shares === 0n) return nothing;
  const tokens = unbond(parts, ctx, delegatorAddress, validatorDstAddress, shares);
  return { tokens, isBonded: validator.status === bondStatus.bonded };
}
