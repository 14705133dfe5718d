/** MsgCreateValidator, MsgEditValidator, MsgUpdateParams. */
import { coinsText, parseAmount, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { addressOfKey, makePublicKeyCodec, type Any, type PublicKey, type PublicKeyCodec } from '../../crypto/public-key.js';
import { decOne, decText, decZero } from '../../decimal.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { unixEpoch } from '../../time.js';
import { requireAuthority } from '../../authority.js';
import { accountOfOperator, requireOperator } from '../checked-address.js';
import type { ConsensusKeeper } from '../consensus/index.js';
import { changedCommission, changedDescription, checkedDescription, checkedRates, commissionText, isEmptyDescription, messageDec, requireMinCommission } from './commission.js';
import { delegate, requireValidator } from './delegating.js';
import { stakingDefinition } from './definition.js';
import { positiveCoin, requireBondDenom } from './msg-fields.js';
import { faultOfParams } from './params.js';
import { tell, type StakingParts } from './parts.js';
import { refuseStaking } from './refusals.js';
import { bondStatus, type Description, type Validator } from './types.js';
import { fromWireParams, type WireParams, type WireRates } from './wire.js';

export type MsgCreateValidator = {
  description: Description | undefined; commission: WireRates | undefined; minSelfDelegation: string; delegatorAddress: string; validatorAddress: string;
  pubkey: Any | undefined; value: WireCoin | undefined;
};
export type MsgEditValidator = { description: Description | undefined; validatorAddress: string; commissionRate: string; minSelfDelegation: string };
export type MsgUpdateStakingParams = { authority: string; params: WireParams | undefined };

type Environment = { readonly codecs: Codecs; readonly parts: StakingParts; readonly consensus: ConsensusKeeper };

export function createValidatorDefinition(environment: Environment): MsgDefinition<MsgCreateValidator> {
  const { codecs } = environment;
  const publicKeys = makePublicKeyCodec(codecs);
  return stakingDefinition<MsgCreateValidator, object>(codecs, 'MsgCreateValidator', {
    signers: msg => [accountOfOperator(msg.validatorAddress)],
    validateBasic: msg => {
      checkedCreation(msg);
    },
    handle: (ctx, msg) => {
      createValidator(environment, publicKeys, ctx, msg);
      return {};
    },
  });
}

type Creation = { value: { denom: string; amount: bigint }; rates: ReturnType<typeof checkedRates>; minSelfDelegation: bigint; description: Description; pubkey: Any };

function checkedCreation(msg: MsgCreateValidator): Creation {
  requireOperator(msg.validatorAddress, 'invalid validator address');
  const pubkey = msg.pubkey ?? refuseStaking('emptyPubKey');
  const value = positiveCoin(msg.value, 'invalid delegation amount');
  const { description } = msg;
  if (!description || isEmptyDescription(description)) return refuseSdk('invalidRequest', 'empty description');
  const rates = checkedRates(msg.commission);
  const minSelfDelegation = positiveInt(msg.minSelfDelegation);
  if (value.amount < minSelfDelegation) refuseStaking('selfDelegationBelowMinimum');
  return { value, rates, minSelfDelegation, description, pubkey };
}

function positiveInt(text: string): bigint {
  const value = parseAmount(text);
  return value === undefined || value === 0n ? refuseSdk('invalidRequest', 'minimum self delegation must be a positive integer') : value;
}

function createValidator({ parts, consensus }: Environment, publicKeys: PublicKeyCodec, ctx: Context, msg: MsgCreateValidator): void {
  const { value, rates, minSelfDelegation, description, pubkey } = checkedCreation(msg);
  const { rows } = parts;
  const { minCommissionRate, bondDenom } = rows.params(ctx);
  const operator = msg.validatorAddress;
  // With validators of its own CometBFT would take ours into its set beside them, or instead of them: strangers would decide the blocks.
  if (ctx.mode !== 'genesis' && rows.lastTotalPower(ctx) === 0n) refuseSdk('notSupported', 'the validators of this chain are fixed by its genesis');
  requireMinCommission(rates.rate, minCommissionRate);
  if (rows.validator(ctx, operator)) refuseStaking('operatorExists');
  const key = publicKeys.fromAny(pubkey);
  if (rows.validatorByConsensus(ctx, addressOfKey(key))) refuseStaking('pubKeyExists');
  requireBondDenom(value, bondDenom);
  checkedDescription(description);
  requireKeyType(key, consensus.params(ctx).validator?.pubKeyTypes ?? []);
  const validator: Validator = {
    operatorAddress: operator, consensusPubkey: publicKeys.toAny(key), jailed: false, status: bondStatus.unbonded, tokens: 0n, delegatorShares: decZero, description,
    unbondingHeight: 0n, unbondingTime: unixEpoch, commission: { ...rates, updateTime: ctx.time }, minSelfDelegation, unbondingOnHoldRefCount: 0n, unbondingIds: [],
  };
  rows.setValidator(ctx, validator);
  rows.setByConsensus(ctx, validator);
  rows.setInPowerIndex(ctx, validator);
  tell(parts).afterValidatorCreated(ctx, operator);
  delegate(parts, ctx, accountOfOperator(operator), value.amount, 'account', validator);
  ctx.events.emit('create_validator', [['validator', operator], ['amount', coinsText([value])]]);
}

/** Only keys that CometBFT may be told of. */
function requireKeyType({ kind }: PublicKey, allowed: readonly string[]): void {
  if (kind === 'multisig' || !allowed.includes(kind)) refuseStaking('pubKeyType', `got: ${kind}, expected: [${allowed.join(' ')}]`);
}

export function editValidatorDefinition({ codecs, parts }: Environment): MsgDefinition<MsgEditValidator> {
  return stakingDefinition<MsgEditValidator, object>(codecs, 'MsgEditValidator', {
    signers: msg => [accountOfOperator(msg.validatorAddress)],
    validateBasic: msg => {
      requireOperator(msg.validatorAddress, 'invalid validator address');
      if (isEmptyDescription(msg.description)) refuseSdk('invalidRequest', 'empty description');
      if (msg.minSelfDelegation !== '') positiveInt(msg.minSelfDelegation);
      const rate = messageDec(msg.commissionRate);
      if (rate !== undefined && (rate > decOne || rate < decZero)) refuseSdk('invalidRequest', 'commission rate must be between 0 and 1 (inclusive)');
    },
    handle: (ctx, msg) => {
      editValidator(parts, ctx, msg);
      return {};
    },
  });
}

function editValidator(parts: StakingParts, ctx: Context, msg: MsgEditValidator): void {
  const { rows } = parts;
  const { minCommissionRate } = rows.params(ctx);
  const rate = messageDec(msg.commissionRate);
  if (rate !== undefined && rate < minCommissionRate) {
    refuseSdk('invalidRequest', `commission rate cannot be less than the min commission rate ${decText(minCommissionRate)}`);
  }
  const before = requireValidator(parts, ctx, msg.validatorAddress);
  let edited: Validator = { ...before, description: changedDescription(before.description, msg.description ?? before.description) };
  if (rate !== undefined) {
    const commission = changedCommission(before, rate, ctx.time, minCommissionRate);
    tell(parts).beforeValidatorModified(ctx, before.operatorAddress);
    edited = { ...edited, commission };
  }
  if (msg.minSelfDelegation !== '') edited = { ...edited, minSelfDelegation: raisedMinimum(before, positiveInt(msg.minSelfDelegation)) };
  rows.setValidator(ctx, edited);
  ctx.events.emit('edit_validator', [['commission_rate', commissionText(edited.commission)], ['min_self_delegation', edited.minSelfDelegation.toString()]]);
}

function raisedMinimum({ minSelfDelegation, tokens }: Validator, wanted: bigint): bigint {
  if (wanted <= minSelfDelegation) refuseStaking('minSelfDelegationDecreased');
  if (wanted > tokens) refuseStaking('selfDelegationBelowMinimum');
  return wanted;
}

/** Then what is owed is owed in the bond denom of now: in another, the end of the block could not pay it. (The SDK lets it change, and stops.) */
function holdsCoins({ rows }: StakingParts, ctx: Context): boolean {
  return rows.validators(ctx).length > 0 || rows.unbondings(ctx).length > 0;
}

export function updateStakingParamsDefinition({ codecs, parts }: Environment): MsgDefinition<MsgUpdateStakingParams> {
  const response = codecs.of<object>('cosmos.staking.v1beta1.MsgUpdateParamsResponse');
  return {
    codec: codecs.of<MsgUpdateStakingParams>('cosmos.staking.v1beta1.MsgUpdateParams'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/x/staking/MsgUpdateParams',
    eventModule: 'staking',
    signers: msg => [msg.authority],
    handle: (ctx, msg) => {
      requireAuthority(msg.authority);
      const params = fromWireParams(msg.params ?? refuseSdk('invalidRequest', 'empty params'));
      const fault = faultOfParams(params);
      if (fault !== undefined) refuse('undefined', 1, fault);
      if (params.bondDenom !== parts.rows.params(ctx).bondDenom && holdsCoins(parts, ctx)) refuse('undefined', 1, 'bond denom cannot change while coins are staked or on their way back');
      parts.rows.setParams(ctx, params);
      return response.encode({});
    },
  };
}
