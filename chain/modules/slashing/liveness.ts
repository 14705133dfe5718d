/** Downtime: who did not sign the last block, counted over a window of blocks, and what too many of them cost. */
import assert from 'node:assert/strict';
import type { VoteInfo } from '../../abci/types.js';
import type { Context } from '../../context.js';
import { consensusAddress } from '../../crypto/address.js';
import { mulDecInt, roundDec } from '../../decimal.js';
import { addDuration } from '../../time.js';
import { bondStatus, type StakingKeeper } from '../staking/types.js';
import type { SigningInfo, SlashingKeeper } from './keeper.js';
import type { SlashingParams } from './params.js';
import { updateDelay } from './update-delay.js';

export type SlashingParts = {
  readonly keeper: SlashingKeeper;
  readonly staking: Pick<StakingKeeper, 'validator' | 'validatorByConsensus' | 'consensusBytes' | 'validators' | 'delegation' | 'slash' | 'jail' | 'unjail'>;
};

/** BlockIDFlag: only a vote that is not there at all counts as missed; one for nothing is a sign of life. */
const absent = 1;

/** One vote of the last commit. It counts for nothing if staking does not know the validator, or it is in jail or has nothing at stake any more. */
export function countVote({ keeper, staking }: SlashingParts, ctx: Context, vote: VoteInfo): void {
  const { address: consensus, power } = vote.validator ?? assert.fail('a vote has a validator');
  const validator = staking.validatorByConsensus(ctx, consensus);
  if (!validator || validator.jailed || validator.status === bondStatus.unbonded) return;
  const known = keeper.signingInfo(ctx, consensus);
  assert(known !== undefined, `validator ${consensusAddress.text(consensus)} votes, so it was bonded and has signing info`);
  const params = keeper.params(ctx);
  const missed = vote.blockIdFlag === absent;
  const counted = countBlock(keeper, ctx, { consensus, info: known, missed }, params.signedBlocksWindow);
  if (missed) {
    ctx.events.emit('liveness', [
      ['address', consensusAddress.text(consensus)], ['missed_blocks', String(counted.missedBlocksCounter)], ['height', String(ctx.height)],
    ]);
  }
  const isDown = ctx.height > counted.startHeight + params.signedBlocksWindow && counted.missedBlocksCounter > missedMax(params);
  keeper.setSigningInfo(ctx, consensus, isDown ? punish({ keeper, staking }, ctx, { consensus, info: counted, power }, params) : counted);
}

type CountedVote = { readonly consensus: Uint8Array; readonly info: SigningInfo; readonly missed: boolean };

/** The window is a ring: the counter is always the number of bits that are set. */
function countBlock(keeper: SlashingKeeper, ctx: Context, { consensus, info, missed }: CountedVote, window: bigint): SigningInfo {
  const index = info.indexOffset % window;
  const before = keeper.isMissed(ctx, consensus, index);
  if (before !== missed) keeper.setMissed(ctx, consensus, index, missed);
  const change = missed === before ? 0n : missed ? 1n : -1n;
  return { ...info, indexOffset: info.indexOffset + 1n, missedBlocksCounter: info.missedBlocksCounter + change };
}

export function missedMax({ signedBlocksWindow, minSignedPerWindow }: SlashingParams): bigint {
  return signedBlocksWindow - roundDec(mulDecInt(minSignedPerWindow, signedBlocksWindow));
}

type Down = { readonly consensus: Uint8Array; readonly info: SigningInfo; readonly power: bigint };

/** The stake that was to sign is that of the block before, and of as many before that as an update takes. The count begins anew, lest it be jailed again at once when it comes back. */
function punish({ keeper, staking }: SlashingParts, ctx: Context, { consensus, info, power }: Down, params: SlashingParams): SigningInfo {
  const address = consensusAddress.text(consensus);
  const burned = staking.slash(ctx, consensus, ctx.height - updateDelay - 1n, power, params.slashFractionDowntime);
  ctx.events.emit('slash', [
    ['address', address], ['power', String(power)], ['reason', 'missing_signature'], ['jailed', address], ['burned_coins', String(burned)],
  ]);
  staking.jail(ctx, consensus);
  keeper.clearMissed(ctx, consensus);
  return { ...info, jailedUntil: addDuration(ctx.time, params.downtimeJailDuration), missedBlocksCounter: 0n, indexOffset: 0n };
}
