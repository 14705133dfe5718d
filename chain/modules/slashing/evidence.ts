/** Misbehaviour that CometBFT has proved: a validator signed two blocks of one height, or helped to fool a light client. */
import type { Misbehavior, Timestamp } from '../../abci/types.js';
import type { Context } from '../../context.js';
import { consensusAddress } from '../../crypto/address.js';
import { addDuration, compareTimes, unixEpoch } from '../../time.js';
import type { ConsensusKeeper } from '../consensus/index.js';
import { bondStatus } from '../staking/types.js';
import type { SlashingParts } from './liveness.js';
import { updateDelay } from './update-delay.js';

const duplicateVote = 1;
const lightClientAttack = 2;

/** The last second of the year 9999. */
export const foreverJailed: Timestamp = { seconds: 253_402_300_799n, nanos: 0 };

/**
 * Slashes, jails and tombstones. Ignored are: other kinds, evidence that is too old by both age and blocks, validators that
 * are gone or unbonded, and those that are tombstoned already.
 */
export function punishMisbehavior({ keeper, staking }: SlashingParts, consensusKeeper: ConsensusKeeper, ctx: Context, misbehavior: Misbehavior): void {
  const { type, validator: accused, height } = misbehavior;
  if ((type !== duplicateVote && type !== lightClientAttack) || !accused || isTooOld(consensusKeeper, ctx, misbehavior)) return;
  const { address: consensus, power } = accused;
  const validator = staking.validatorByConsensus(ctx, consensus);
  if (!validator || validator.status === bondStatus.unbonded || !keeper.hasPublicKey(ctx, consensus)) return;
  const info = keeper.signingInfo(ctx, consensus);
  if (!info || info.tombstoned) return;
  const address = consensusAddress.text(consensus);
  const burned = staking.slash(ctx, consensus, height - updateDelay, power, keeper.params(ctx).slashFractionDoubleSign);
  ctx.events.emit('slash', [['address', address], ['power', String(power)], ['reason', 'double_sign'], ['burned_coins', String(burned)]]);
  if (!validator.jailed) {
    ctx.events.emit('slash', [['jailed', address]]);
    staking.jail(ctx, consensus);
  }
  keeper.setSigningInfo(ctx, consensus, { ...info, jailedUntil: foreverJailed, tombstoned: true });
}

function isTooOld(consensusKeeper: ConsensusKeeper, ctx: Context, { height, time }: Misbehavior): boolean {
  const { evidence } = consensusKeeper.params(ctx);
  if (!evidence) return false;
  const endOfAge = addDuration(time ?? unixEpoch, evidence.maxAgeDuration ?? { seconds: 0n, nanos: 0 });
  return compareTimes(ctx.time, endOfAge) > 0 && ctx.height - height > evidence.maxAgeNumBlocks;
}
