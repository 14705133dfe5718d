/** MsgUnjail and MsgUpdateParams. */
import { requireAuthority } from '../../authority.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { addressText, operatorAddress } from '../../crypto/address.js';
import { truncateDec } from '../../decimal.js';
import type { AnyMsgDefinition, MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { compareTimes } from '../../time.js';
import { accountOfOperator, requireOperator } from '../checked-address.js';
import { refuseStaking } from '../staking/refusals.js';
import { tokensFromShares } from '../staking/shares.js';
import type { SlashingParts } from './liveness.js';
import { problemOfParams, storedParams, type WireSlashingParams } from './params.js';

type MsgUnjail = { validatorAddr: string };
type MsgUpdateParams = { authority: string; params: WireSlashingParams | undefined };

const types = 'cosmos.slashing.v1beta1';

export function slashingMsgs(codecs: Codecs, parts: SlashingParts): readonly AnyMsgDefinition[] {
  return [unjailDefinition(codecs, parts), updateParamsDefinition(codecs, parts)];
}

function unjailDefinition(codecs: Codecs, parts: SlashingParts): MsgDefinition<MsgUnjail> {
  const response = codecs.of<object>(`${types}.MsgUnjailResponse`);
  return {
    codec: codecs.of<MsgUnjail>(`${types}.MsgUnjail`),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgUnjail',
    aminoKeepEmpty: ['validator_addr'],
    eventModule: 'slashing',
    signers: ({ validatorAddr }) => [accountOfOperator(validatorAddr)],
    validateBasic: ({ validatorAddr }) => requireOperator(validatorAddr, 'validator input address'),
    handle: (ctx, { validatorAddr }) => {
      unjail(parts, ctx, validatorAddr);
      return response.encode({});
    },
  };
}

/** Refuses with the SDK's codes of codespace `slashing`, in its order. */
function unjail({ keeper, staking }: SlashingParts, ctx: Context, operator: string): void {
  const validator = staking.validator(ctx, operator) ?? refuseStaking('noValidator'); // staking's own refusal, as in the SDK: its slashing/2 and /6 are never reached
  const own = staking.delegation(ctx, addressText(operatorAddress.bytes(operator)), operator) ?? refuseStaking('noDelegation');
  const tokens = truncateDec(tokensFromShares(validator, own.shares));
  if (tokens < validator.minSelfDelegation) {
    refuse('slashing', 7, `${tokens} less than ${validator.minSelfDelegation}: validator's self delegation less than minimum; cannot be unjailed`);
  }
  if (!validator.jailed) refuse('slashing', 5, 'validator not jailed; cannot be unjailed');
  const consensus = staking.consensusBytes(validator);
  // Without signing info it was never bonded, and is in jail because its operator staked too little.
  const info = keeper.signingInfo(ctx, consensus);
  if (info && (info.tombstoned || compareTimes(ctx.time, info.jailedUntil ?? ctx.time) < 0)) refuse('slashing', 4, 'validator still jailed; cannot be unjailed');
  staking.unjail(ctx, consensus);
}

function updateParamsDefinition(codecs: Codecs, { keeper }: SlashingParts): MsgDefinition<MsgUpdateParams> {
  const response = codecs.of<object>(`${types}.MsgUpdateParamsResponse`);
  return {
    codec: codecs.of<MsgUpdateParams>(`${types}.MsgUpdateParams`),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/x/slashing/MsgUpdateParams',
    aminoKeepEmpty: ['params', 'params.min_signed_per_window', 'params.downtime_jail_duration', 'params.slash_fraction_double_sign', 'params.slash_fraction_downtime'],
    signers: ({ authority }) => [authority],
    handle: (ctx, { authority, params }) => {
      requireAuthority(authority);
      const wire = params ?? refuseSdk('invalidRequest', 'params are missing');
      const problem = problemOfParams(wire);
      if (problem !== undefined) refuse('undefined', 1, problem);
      const before = keeper.params(ctx).signedBlocksWindow;
      keeper.setParams(ctx, storedParams(wire));
      if (wire.signedBlocksWindow !== before) countAnew(keeper, ctx);
      return response.encode({});
    },
  };
}

/** Bits of another window would be counted as missed blocks for ever. */
function countAnew(keeper: SlashingParts['keeper'], ctx: Context): void {
  for (const [consensus, info] of keeper.signingInfos(ctx)) {
    keeper.clearMissed(ctx, consensus);
    keeper.setSigningInfo(ctx, consensus, { ...info, indexOffset: 0n, missedBlocksCounter: 0n });
  }
}
