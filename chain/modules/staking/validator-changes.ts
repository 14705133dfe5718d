/** Changes of one validator: tokens and shares, jail, status, removal. The power index follows each of them. */
import assert from 'node:assert/strict';
import type { Context } from '../../context.js';
import { addDec, decZero, subDec, truncateDec, type Dec } from '../../decimal.js';
import { addDuration } from '../../time.js';
import { tell, type StakingParts } from './parts.js';
import { sharesFromTokens, tokensFromShares } from './shares.js';
import { bondStatus, type Validator } from './types.js';

function replace({ rows }: StakingParts, ctx: Context, before: Validator, after: Validator): Validator {
  rows.deleteFromPowerIndex(ctx, before);
  rows.setValidator(ctx, after);
  rows.setInPowerIndex(ctx, after);
  return after;
}

export function addTokens(parts: StakingParts, ctx: Context, validator: Validator, amount: bigint): { validator: Validator; shares: Dec } {
  const shares = sharesFromTokens(validator, amount);
  const after = { ...validator, tokens: validator.tokens + amount, delegatorShares: addDec(validator.delegatorShares, shares) };
  return { validator: replace(parts, ctx, validator, after), shares };
}

/** The last shares get what rounding left. */
export function removeShares(parts: StakingParts, ctx: Context, validator: Validator, shares: Dec): { validator: Validator; tokens: bigint } {
  const remaining = subDec(validator.delegatorShares, shares);
  assert(remaining >= 0n, 'no more shares are taken off than a validator has');
  const tokens = remaining === 0n ? validator.tokens : truncateDec(tokensFromShares(validator, shares));
  assert(tokens <= validator.tokens, 'no more tokens are taken off than a validator has');
  const after = { ...validator, tokens: validator.tokens - tokens, delegatorShares: remaining };
  return { validator: replace(parts, ctx, validator, after), tokens };
}

export function removeTokens(parts: StakingParts, ctx: Context, validator: Validator, tokens: bigint): Validator {
  assert(tokens >= 0n && tokens <= validator.tokens, 'no more tokens are taken off than a validator has');
  return replace(parts, ctx, validator, { ...validator, tokens: validator.tokens - tokens });
}

/** It leaves the power index, and with it the set at the end of the block. */
export function jail({ rows }: StakingParts, ctx: Context, validator: Validator): void {
  assert(!validator.jailed, 'a jailed validator is not jailed again');
  rows.deleteFromPowerIndex(ctx, validator);
  rows.setValidator(ctx, { ...validator, jailed: true });
}

export function unjail({ rows }: StakingParts, ctx: Context, validator: Validator): void {
  assert(validator.jailed, 'only a jailed validator is unjailed');
  const after = { ...validator, jailed: false };
  rows.setValidator(ctx, after);
  rows.setInPowerIndex(ctx, after);
}

/** Into the set. */
export function bond(parts: StakingParts, ctx: Context, validator: Validator): Validator {
  const { rows, queues } = parts;
  assert(validator.status !== bondStatus.bonded && !validator.jailed, 'who enters the set is neither in it nor jailed');
  const after = replace(parts, ctx, validator, { ...validator, status: bondStatus.bonded });
  queues.removeValidator(ctx, validator);
  tell(parts).afterValidatorBonded(ctx, rows.consensusBytes(after), after.operatorAddress);
  return after;
}

/** Out of the set; what it holds stays liable for the unbonding time. */
export function beginUnbonding(parts: StakingParts, ctx: Context, validator: Validator): Validator {
  const { rows, queues } = parts;
  assert(validator.status === bondStatus.bonded, 'who leaves the set is in it');
  const after = replace(parts, ctx, validator, {
    ...validator,
    status: bondStatus.unbonding,
    unbondingTime: addDuration(ctx.time, rows.params(ctx).unbondingTime),
    unbondingHeight: ctx.height,
    unbondingIds: [...validator.unbondingIds, rows.takeUnbondingId(ctx)],
  });
  queues.addValidator(ctx, after);
  tell(parts).afterValidatorBeginUnbonding(ctx, rows.consensusBytes(after), after.operatorAddress);
  return after;
}

/** The unbonding time is over. A validator without shares goes. */
export function completeUnbonding(parts: StakingParts, ctx: Context, validator: Validator): void {
  assert(validator.status === bondStatus.unbonding, 'whose unbonding is complete was unbonding');
  parts.queues.removeValidator(ctx, validator);
  const after: Validator = { ...validator, status: bondStatus.unbonded, unbondingIds: [] };
  parts.rows.setValidator(ctx, after);
  if (after.delegatorShares === decZero) remove(parts, ctx, after);
}

/** Its record goes; nobody holds shares of it any more. */
export function remove(parts: StakingParts, ctx: Context, validator: Validator): void {
  assert(validator.status === bondStatus.unbonded && validator.tokens === 0n, 'only an unbonded validator without tokens is removed');
  parts.rows.deleteValidator(ctx, validator);
  tell(parts).afterValidatorRemoved(ctx, parts.rows.consensusBytes(validator), validator.operatorAddress);
}
