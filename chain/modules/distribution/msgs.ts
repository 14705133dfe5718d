/** The messages of cosmos.distribution.v1beta1. */
import { requireAuthority } from '../../authority.js';
import { parseCoins, toWireCoins, type Coins, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { decCoinsOf, subDecCoinsOrNothing } from '../../dec-coins.js';
import type { AnyMsgDefinition, MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { refuseStaking } from '../staking/refusals.js';
import { accountOfOperator, requireAddress, requireOperator } from '../checked-address.js';
import { allocateToValidator } from './allocation.js';
import { codespace, distributionModule, errors } from './errors.js';
import { problemOfParams, rewardsProposers, storedParams, type WireDistributionParams } from './params.js';
import { beginDelegation, fundPool, paidCoins, takeCommission, takeRewards, type DistributionParts } from './rewards.js';

type MsgSetWithdrawAddress = { delegatorAddress: string; withdrawAddress: string };
type MsgWithdrawDelegatorReward = { delegatorAddress: string; validatorAddress: string };
type MsgWithdrawValidatorCommission = { validatorAddress: string };
type MsgFundCommunityPool = { amount: WireCoin[]; depositor: string };
type MsgUpdateParams = { authority: string; params: WireDistributionParams | undefined };
type MsgCommunityPoolSpend = { authority: string; recipient: string; amount: WireCoin[] };
type MsgDepositValidatorRewardsPool = { depositor: string; validatorAddress: string; amount: WireCoin[] };
type Paid = { amount: WireCoin[] };

/** What differs from message to message; `handle` returns the response's fields. */
type Sketch<M, R> = Pick<MsgDefinition<M>, 'aminoName' | 'aminoNameOfClients' | 'aminoKeepEmpty' | 'eventModule' | 'signers' | 'validateBasic'> & { handle(ctx: Context, msg: M): R };

export function distributionMsgs(codecs: Codecs, parts: DistributionParts): readonly AnyMsgDefinition[] {
  const define = <M, R extends object>(name: string, { handle, ...rest }: Sketch<M, R>): MsgDefinition<M> => {
    const response = codecs.of<R>(`cosmos.distribution.v1beta1.${name}Response`);
    return {
      codec: codecs.of<M>(`cosmos.distribution.v1beta1.${name}`),
      responseTypeUrl: response.typeUrl,
      ...rest,
      handle: (ctx, msg) => response.encode(handle(ctx, msg)),
    };
  };
  return [
    define('MsgSetWithdrawAddress', setWithdrawAddress(parts)),
    define('MsgWithdrawDelegatorReward', withdrawDelegatorReward(parts)),
    define('MsgWithdrawValidatorCommission', withdrawValidatorCommission(parts)),
    define('MsgFundCommunityPool', fundCommunityPool(parts)),
    define('MsgUpdateParams', updateParams(parts)),
    define('MsgCommunityPoolSpend', communityPoolSpend(parts)),
    define('MsgDepositValidatorRewardsPool', depositValidatorRewardsPool(parts)),
  ];
}

const setWithdrawAddress = ({ rows, bank }: DistributionParts): Sketch<MsgSetWithdrawAddress, object> => ({
  aminoName: 'cosmos-sdk/MsgModifyWithdrawAddress',
  eventModule: 'distribution',
  signers: ({ delegatorAddress }) => [delegatorAddress],
  validateBasic: ({ delegatorAddress, withdrawAddress }) => {
    requireAddress(delegatorAddress, 'invalid delegator address');
    requireAddress(withdrawAddress, 'invalid withdraw address');
  },
  handle: (ctx, { delegatorAddress, withdrawAddress }) => {
    if (bank.isBlocked(withdrawAddress)) refuseSdk('unauthorized', `${withdrawAddress} is not allowed to receive external funds`);
    if (!rows.params(ctx).withdrawAddrEnabled) refuse(codespace, ...errors.withdrawAddressDisabled);
    ctx.events.emit('set_withdraw_address', [['withdraw_address', withdrawAddress]]);
    rows.setWithdrawAddress(ctx, delegatorAddress, withdrawAddress);
    return {};
  },
});

const withdrawDelegatorReward = (parts: DistributionParts): Sketch<MsgWithdrawDelegatorReward, Paid> => ({
  aminoName: 'cosmos-sdk/MsgWithdrawDelegationReward',
  eventModule: 'distribution',
  signers: ({ delegatorAddress }) => [delegatorAddress],
  validateBasic: ({ delegatorAddress, validatorAddress }) => {
    requireOperator(validatorAddress, 'invalid validator address');
    requireAddress(delegatorAddress, 'invalid delegator address');
  },
  handle: (ctx, { delegatorAddress, validatorAddress }) => {
    const { staking } = parts;
    const validator = staking.validator(ctx, validatorAddress) ?? refuseStaking('noValidator');
    const delegation = staking.delegation(ctx, delegatorAddress, validatorAddress) ?? refuseStaking('noDelegation');
    const paid = takeRewards(parts, ctx, validator, delegation);
    beginDelegation(parts, ctx, validatorAddress, delegatorAddress);
    return { amount: paidCoins(paid, staking.bondDenom(ctx)) };
  },
});

const withdrawValidatorCommission = (parts: DistributionParts): Sketch<MsgWithdrawValidatorCommission, Paid> => ({
  aminoName: 'cosmos-sdk/MsgWithdrawValCommission', // shortened for hardware wallets; cosmjs did not follow
  aminoNameOfClients: 'cosmos-sdk/MsgWithdrawValidatorCommission',
  eventModule: 'distribution',
  signers: ({ validatorAddress }) => [accountOfOperator(validatorAddress)],
  validateBasic: ({ validatorAddress }) => requireOperator(validatorAddress, 'invalid validator address'),
  handle: (ctx, { validatorAddress }) => ({ amount: toWireCoins(takeCommission(parts, ctx, validatorAddress, accountOfOperator(validatorAddress))) }),
});

const fundCommunityPool = (parts: DistributionParts): Sketch<MsgFundCommunityPool, object> => ({
  aminoName: 'cosmos-sdk/MsgFundCommunityPool',
  aminoKeepEmpty: ['amount'],
  eventModule: 'distribution',
  signers: ({ depositor }) => [depositor],
  validateBasic: ({ depositor, amount }) => {
    requireAddress(depositor, 'invalid depositor address');
    someCoins(amount);
  },
  handle: (ctx, { depositor, amount }) => {
    fundPool(parts, ctx, depositor, someCoins(amount));
    return {};
  },
});

const updateParams = ({ rows }: DistributionParts): Sketch<MsgUpdateParams, object> => ({
  aminoName: 'cosmos-sdk/distribution/MsgUpdateParams',
  aminoKeepEmpty: ['params'],
  signers: ({ authority }) => [authority],
  handle: (ctx, { authority, params }) => {
    requireAuthority(authority);
    const wire = params ?? refuseSdk('invalidRequest', 'params are missing');
    const problem = problemOfParams(wire);
    if (problem !== undefined && rewardsProposers(wire)) refuseSdk('invalidRequest', problem);
    if (problem !== undefined) refuse('undefined', 1, problem);
    rows.setParams(ctx, storedParams(wire));
    return {};
  },
});

const communityPoolSpend = ({ rows, bank }: DistributionParts): Sketch<MsgCommunityPoolSpend, object> => ({
  aminoName: 'cosmos-sdk/distr/MsgCommunityPoolSpend',
  signers: ({ authority }) => [authority],
  handle: (ctx, { authority, recipient, amount }) => {
    requireAuthority(authority);
    const coins = someCoins(amount);
    requireAddress(recipient, 'invalid recipient address');
    if (bank.isBlocked(recipient)) refuseSdk('unauthorized', `${recipient} is not allowed to receive external funds`);
    rows.setPool(ctx, subDecCoinsOrNothing(rows.pool(ctx), decCoinsOf(coins)) ?? refuse(codespace, ...errors.poolTooSmall));
    bank.sendFromModule(ctx, distributionModule, recipient, coins);
    return {};
  },
});

const depositValidatorRewardsPool = (parts: DistributionParts): Sketch<MsgDepositValidatorRewardsPool, object> => ({
  aminoName: 'cosmos-sdk/distr/MsgDepositValRewards',
  aminoKeepEmpty: ['amount'],
  eventModule: 'distribution',
  signers: ({ depositor }) => [depositor],
  validateBasic: ({ depositor, validatorAddress, amount }) => {
    requireAddress(depositor, 'invalid depositor address');
    requireOperator(validatorAddress, 'invalid validator address');
    someCoins(amount);
  },
  handle: (ctx, { depositor, validatorAddress, amount }) => {
    const coins = someCoins(amount);
    parts.bank.sendToModule(ctx, depositor, distributionModule, coins);
    const validator = parts.staking.validator(ctx, validatorAddress) ?? refuseStaking('noValidator');
    allocateToValidator(parts, ctx, validator, decCoinsOf(coins));
    return {};
  },
});

function someCoins(amount: readonly WireCoin[]): Coins {
  return amount.length === 0 ? refuseSdk('invalidCoins', 'amount cannot be nil') : parseCoins(amount);
}
