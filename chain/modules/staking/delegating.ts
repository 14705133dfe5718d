/** Coins into a validator and out of it: delegate, unbond, and what begins the way back. */
import assert from 'node:assert/strict';
import type { Timestamp } from '../../abci/types.js';
import type { Context } from '../../context.js';
import { addressBytes, operatorAddress } from '../../crypto/address.js';
import { addDec, decText, decZero, subDec, truncateDec, type Dec } from '../../decimal.js';
import { refuseSdk } from '../../refusal.js';
import { equalBytes } from '../../bytes.js';
import { addDuration, compareTimes, goZeroTime } from '../../time.js';
import { tell, type StakingParts } from './parts.js';
import { bondCoins, moveBetweenPools, poolOf } from './pools.js';
import { refuseStaking } from './refusals.js';
import { isWorthless, sharesFromTokens, sharesFromTokensTruncated, tokensFromShares } from './shares.js';
import { bondStatus, type BondStatus, type Delegation, type Redelegation, type Unbonding, type UnbondingEntry, type Validator } from './types.js';
import { addTokens, jail, remove, removeShares } from './validator-changes.js';

/** The validator of a message. */
export function requireValidator({ rows }: StakingParts, ctx: Context, operator: string): Validator {
  return rows.validator(ctx, operator) ?? refuseStaking('noValidator');
}

/**
 * Adds `amount` to the validator and its shares to the delegator. `from`: the delegator's own coins, or the status of the
 * validator (unbonding: of the entry) whose pool holds them already. Answers the new shares.
 */
export function delegate(parts: StakingParts, ctx: Context, delegator: string, amount: bigint, from: 'account' | BondStatus, validator: Validator): Dec {
  const { rows, bank } = parts;
  if (isWorthless(validator)) refuseStaking('worthlessShares');
  const operator = validator.operatorAddress;
  const before = rows.delegation(ctx, delegator, operator);
  if (before) tell(parts).beforeDelegationSharesModified(ctx, delegator, operator);
  else tell(parts).beforeDelegationCreated(ctx, delegator, operator);
  const coins = bondCoins(rows.params(ctx).bondDenom, amount);
  const pool = poolOf(validator.status);
  if (from === 'account') bank.delegateCoins(ctx, delegator, pool.name, coins);
  else moveBetweenPools(bank, ctx, poolOf(from), pool, coins);
  const { shares } = addTokens(parts, ctx, validator, amount);
  rows.setDelegation(ctx, { delegatorAddress: delegator, validatorAddress: operator, shares: addDec(before?.shares ?? decZero, shares) });
  tell(parts).afterDelegationModified(ctx, delegator, operator);
  return shares;
}

/** How many shares `amount` stands for, by a delegator who wants it back: never more than there are. Refuses what the delegation does not hold. */
export function sharesToUnbond(parts: StakingParts, ctx: Context, delegator: string, operator: string, amount: bigint): Dec {
  const validator = requireValidator(parts, ctx, operator);
  const delegation = parts.rows.delegation(ctx, delegator, operator) ?? refuseStaking('noDelegation');
  if (validator.tokens === 0n) refuseStaking('insufficientShares');
  if (sharesFromTokensTruncated(validator, amount) > delegation.shares) refuseSdk('invalidRequest', 'invalid shares amount');
  const shares = sharesFromTokens(validator, amount);
  return shares > delegation.shares ? delegation.shares : shares;
}

/** Takes shares off a delegation; answers their tokens, which the caller moves. An operator who keeps too little is jailed. */
export function unbond(parts: StakingParts, ctx: Context, delegator: string, operator: string, shares: Dec): bigint {
  const { rows } = parts;
  const before = rows.delegation(ctx, delegator, operator) ?? refuseStaking('noDelegatorForAddress');
  tell(parts).beforeDelegationSharesModified(ctx, delegator, operator);
  if (before.shares < shares) refuseStaking('notEnoughShares', decText(before.shares));
  const after: Delegation = { ...before, shares: subDec(before.shares, shares) };
  const validator = withOwnStake(parts, ctx, requireValidator(parts, ctx, operator), after);
  if (after.shares === 0n) {
    tell(parts).beforeDelegationRemoved(ctx, delegator, operator);
    rows.deleteDelegation(ctx, after);
  } else {
    rows.setDelegation(ctx, after);
    tell(parts).afterDelegationModified(ctx, delegator, operator);
  }
  const { validator: left, tokens } = removeShares(parts, ctx, validator, shares);
  if (left.delegatorShares === 0n && left.status === bondStatus.unbonded) remove(parts, ctx, left);
  return tokens;
}

/** The validator as it is after a look at what its operator keeps. */
function withOwnStake(parts: StakingParts, ctx: Context, validator: Validator, { delegatorAddress, shares }: Delegation): Validator {
  const isOwn = equalBytes(addressBytes(delegatorAddress), operatorAddress.bytes(validator.operatorAddress));
  if (!isOwn || validator.jailed || truncateDec(tokensFromShares(validator, shares)) >= validator.minSelfDelegation) return validator;
  jail(parts, ctx, validator);
  return parts.rows.knownValidator(ctx, validator.operatorAddress);
}

/** Begins the way back: the coins stay liable in the other pool until the unbonding time is over. */
export function undelegate(parts: StakingParts, ctx: Context, delegator: string, operator: string, shares: Dec): { completionTime: Timestamp; amount: bigint } {
  const { rows, queues, bank } = parts;
  const { status } = requireValidator(parts, ctx, operator);
  const { maxEntries, unbondingTime, bondDenom } = rows.params(ctx);
  if ((rows.unbonding(ctx, delegator, operator)?.entries.length ?? 0) >= maxEntries) refuseStaking('tooManyUnbondings');
  const amount = unbond(parts, ctx, delegator, operator, shares);
  moveBetweenPools(bank, ctx, poolOf(status), poolOf(bondStatus.unbonding), bondCoins(bondDenom, amount));
  const completionTime = addDuration(ctx.time, unbondingTime);
  const entry: UnbondingEntry = {
    creationHeight: ctx.height, completionTime, initialBalance: amount, balance: amount, unbondingId: rows.takeUnbondingId(ctx), unbondingOnHoldRefCount: 0n,
  };
  const before = rows.unbonding(ctx, delegator, operator) ?? { delegatorAddress: delegator, validatorAddress: operator, entries: [] };
  rows.setUnbonding(ctx, withEntry(before, entry));
  queues.addUnbonding(ctx, { delegatorAddress: delegator, validatorAddress: operator }, completionTime);
  return { completionTime, amount };
}

/** Entries of the same block are one. */
function withEntry(unbonding: Unbonding, entry: UnbondingEntry): Unbonding {
  const isSame = (other: UnbondingEntry): boolean => other.creationHeight === entry.creationHeight && compareTimes(other.completionTime, entry.completionTime) === 0;
  if (!unbonding.entries.some(isSame)) return { ...unbonding, entries: [...unbonding.entries, entry] };
  const joined = (other: UnbondingEntry): UnbondingEntry => ({ ...other, initialBalance: other.initialBalance + entry.initialBalance, balance: other.balance + entry.balance });
  return { ...unbonding, entries: unbonding.entries.map(other => (isSame(other) ? joined(other) : other)) };
}

/** Moves shares from one validator to another at once; the coins stay liable for the source's earlier faults. Answers until when. */
export function redelegate(parts: StakingParts, ctx: Context, delegator: string, source: string, destination: string, shares: Dec): Timestamp {
  const { rows, queues } = parts;
  if (source === destination) refuseStaking('selfRedelegation');
  const target = rows.validator(ctx, destination) ?? refuseStaking('badRedelegationDestination');
  const origin = rows.validator(ctx, source) ?? refuseStaking('badRedelegationDestination');
  if (rows.hasRedelegationInto(ctx, delegator, source)) refuseStaking('transitiveRedelegation');
  const before = rows.redelegation(ctx, delegator, source, destination)
    ?? { delegatorAddress: delegator, validatorSrcAddress: source, validatorDstAddress: destination, entries: [] } satisfies Redelegation;
  if (before.entries.length >= rows.params(ctx).maxEntries) refuseStaking('tooManyRedelegations');
  const amount = unbond(parts, ctx, delegator, source, shares);
  if (amount === 0n) refuseStaking('tinyRedelegation');
  const sharesDst = delegate(parts, ctx, delegator, amount, origin.status, target);
  const liable = liability(parts, ctx, source);
  if (!liable) return goZeroTime;
  const { completionTime, height: creationHeight } = liable;
  const entry = { creationHeight, completionTime, initialBalance: amount, sharesDst, unbondingId: rows.takeUnbondingId(ctx), unbondingOnHoldRefCount: 0n };
  rows.setRedelegation(ctx, { ...before, entries: [...before.entries, entry] });
  queues.addRedelegation(ctx, { delegatorAddress: delegator, validatorSrcAddress: source, validatorDstAddress: destination }, completionTime);
  return completionTime;
}

/** From when and until when coins that leave a validator are liable for it; undefined when they are not, as of an unbonded one. */
function liability({ rows }: StakingParts, ctx: Context, operator: string): { completionTime: Timestamp; height: bigint } | undefined {
  const validator = rows.validator(ctx, operator);
  switch (validator?.status) {
    case bondStatus.unbonded: return undefined;
    case bondStatus.unbonding: return { completionTime: validator.unbondingTime, height: validator.unbondingHeight };
    default: return { completionTime: addDuration(ctx.time, rows.params(ctx).unbondingTime), height: ctx.height };
  }
}

/** Gives what is on its way back to the validator again. Refuses as MsgCancelUnbondingDelegation does. */
export function cancelUnbonding(parts: StakingParts, ctx: Context, unbonding: Unbonding, creationHeight: bigint, amount: bigint, validator: Validator): void {
  const isMeant = (entry: UnbondingEntry): boolean => entry.creationHeight === creationHeight && compareTimes(entry.completionTime, ctx.time) > 0;
  const index = unbonding.entries.findIndex(isMeant);
  const entry = unbonding.entries[index] ?? refuseSdk('notFound', `unbonding delegation entry is not found at block height ${creationHeight}`);
  if (entry.balance < amount) refuseSdk('invalidRequest', 'amount is greater than the unbonding delegation entry balance');
  delegate(parts, ctx, unbonding.delegatorAddress, amount, bondStatus.unbonding, validator);
  const left = { ...entry, balance: entry.balance - amount, initialBalance: entry.initialBalance - amount };
  assert(left.initialBalance >= left.balance, 'an unbonding never grows');
  parts.rows.setUnbonding(ctx, { ...unbonding, entries: unbonding.entries.flatMap((other, at) => (at !== index ? [other] : left.balance === 0n ? [] : [left])) });
}
