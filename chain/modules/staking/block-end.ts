/** The end of a block: who validates from now on, and what has become mature. */
import type { PublicKey, ValidatorUpdate } from '../../abci/types.js';
import { coinsText, type Coins } from '../../coins.js';
import type { Context } from '../../context.js';
import type { PublicKeyCodec } from '../../crypto/public-key.js';
import { compareTimes } from '../../time.js';
import type { StakingParts } from './parts.js';
import { bondCoins, bondedPool, moveBetweenPools, notBondedPool } from './pools.js';
import { potentialPower } from './shares.js';
import { bondStatus, type UnbondingEntry, type Validator } from './types.js';
import { beginUnbonding, bond, completeUnbonding } from './validator-changes.js';

/**
 * The strongest by the power index, at most max_validators with power above 0, are the set; answers what changed against what
 * CometBFT was told, those who leave last, by operator bytes.
 */
export function updateValidatorSet(parts: StakingParts, publicKeys: PublicKeyCodec, ctx: Context): ValidatorUpdate[] {
  const { rows, bank } = parts;
  const { maxValidators, bondDenom } = rows.params(ctx);
  const last = new Map(rows.lastPowers(ctx).map(({ operator, power }) => [operator, power]));
  const updates: ValidatorUpdate[] = [];
  const update = (validator: Validator, power: bigint): void => {
    updates.push({ pubKey: abciKey(publicKeys, validator), power });
    rows.setLastPower(ctx, validator.operatorAddress, power === 0n ? undefined : power);
  };
  let totalPower = 0n;
  let [entering, leaving] = [0n, 0n];
  let count = 0;
  for (const candidate of rows.byPower(ctx)) {
    const power = potentialPower(candidate);
    if (count === maxValidators || power === 0n) break;
    const isNew = candidate.status !== bondStatus.bonded;
    const validator = isNew ? bond(parts, ctx, candidate) : candidate;
    if (isNew) entering += validator.tokens;
    if (last.get(validator.operatorAddress) !== power) update(validator, power);
    last.delete(validator.operatorAddress);
    totalPower += power;
    count += 1;
  }
  for (const operator of last.keys()) { // rows.lastPowers gave them by operator bytes
    const validator = beginUnbonding(parts, ctx, rows.knownValidator(ctx, operator));
    leaving += validator.tokens;
    update(validator, 0n);
  }
  if (entering > leaving) moveBetweenPools(bank, ctx, notBondedPool, bondedPool, bondCoins(bondDenom, entering - leaving));
  if (leaving > entering) moveBetweenPools(bank, ctx, bondedPool, notBondedPool, bondCoins(bondDenom, leaving - entering));
  if (updates.length > 0) rows.setLastTotalPower(ctx, totalPower);
  return updates;
}

/** The consensus key as CometBFT is told it. */
export function abciKey(publicKeys: PublicKeyCodec, { consensusPubkey }: Validator): PublicKey {
  const key = publicKeys.fromAny(consensusPubkey);
  if (key.kind === 'multisig') throw new Error('a validator has one key');
  return { [key.kind]: key.key };
}

/** After the new set: validators, unbondings and redelegations whose time has come. */
export function completeMature(parts: StakingParts, ctx: Context): void {
  const { rows, queues } = parts;
  for (const operator of queues.dueValidators(ctx, ctx.time, ctx.height)) completeUnbonding(parts, ctx, rows.knownValidator(ctx, operator));
  for (const { delegatorAddress, validatorAddress } of queues.takeUnbondings(ctx, ctx.time)) {
    const coins = completeUnbondings(parts, ctx, delegatorAddress, validatorAddress);
    if (coins) ctx.events.emit('complete_unbonding', [['amount', coinsText(coins)], ['validator', validatorAddress], ['delegator', delegatorAddress]]);
  }
  for (const { delegatorAddress, validatorSrcAddress, validatorDstAddress } of queues.takeRedelegations(ctx, ctx.time)) {
    const coins = completeRedelegations(parts, ctx, delegatorAddress, validatorSrcAddress, validatorDstAddress);
    if (!coins) continue;
    ctx.events.emit('complete_redelegation', [
      ['amount', coinsText(coins)], ['delegator', delegatorAddress], ['source_validator', validatorSrcAddress], ['destination_validator', validatorDstAddress],
    ]);
  }
}

const isMature = (ctx: Context, entry: Pick<UnbondingEntry, 'completionTime'>): boolean => compareTimes(entry.completionTime, ctx.time) <= 0;

/** Pays out the mature entries. Undefined when there is no unbonding any more: another row of the queue was first, or it was cancelled. */
function completeUnbondings({ rows, bank }: StakingParts, ctx: Context, delegator: string, operator: string): Coins | undefined {
  const unbonding = rows.unbonding(ctx, delegator, operator);
  if (!unbonding) return undefined;
  const { bondDenom } = rows.params(ctx);
  const mature = unbonding.entries.filter(entry => isMature(ctx, entry));
  for (const { balance } of mature) if (balance > 0n) bank.undelegateCoins(ctx, notBondedPool.name, delegator, bondCoins(bondDenom, balance));
  rows.setUnbonding(ctx, { ...unbonding, entries: unbonding.entries.filter(entry => !isMature(ctx, entry)) });
  return bondCoins(bondDenom, mature.reduce((sum, { balance }) => sum + balance, 0n));
}

function completeRedelegations({ rows }: StakingParts, ctx: Context, delegator: string, source: string, destination: string): Coins | undefined {
  const redelegation = rows.redelegation(ctx, delegator, source, destination);
  if (!redelegation) return undefined;
  const mature = redelegation.entries.filter(entry => isMature(ctx, entry));
  rows.setRedelegation(ctx, { ...redelegation, entries: redelegation.entries.filter(entry => !isMature(ctx, entry)) });
  return bondCoins(rows.params(ctx).bondDenom, mature.reduce((sum, { initialBalance }) => sum + initialBalance, 0n));
}
