/** MsgDelegate, MsgBeginRedelegate, MsgUndelegate, MsgCancelUnbondingDelegation. */
import type { Timestamp } from '../../abci/types.js';
import { coinsText, toWireCoins, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { decText } from '../../decimal.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { secondsText } from '../../time.js';
import { requireAddress, requireOperator } from '../checked-address.js';
import { cancelUnbonding, delegate, redelegate, requireValidator, sharesToUnbond, undelegate } from './delegating.js';
import { stakingDefinition, type OwnPart } from './definition.js';
import { positiveCoin, requireBondDenom } from './msg-fields.js';
import type { StakingParts } from './parts.js';
import { refuseStaking } from './refusals.js';
import { isWorthless } from './shares.js';

export type MsgDelegate = { delegatorAddress: string; validatorAddress: string; amount: WireCoin | undefined };
export type MsgUndelegate = MsgDelegate;
export type MsgBeginRedelegate = { delegatorAddress: string; validatorSrcAddress: string; validatorDstAddress: string; amount: WireCoin | undefined };
export type MsgCancelUnbondingDelegation = MsgDelegate & { creationHeight: bigint };

type Environment = { readonly codecs: Codecs; readonly parts: StakingParts };

/** The delegator signs. */
function definition<M extends { delegatorAddress: string }, Response>(
  { codecs }: Environment, name: string, own: Omit<OwnPart<M, Response>, 'signers'>,
): MsgDefinition<M> {
  return stakingDefinition<M, Response>(codecs, name, { signers: msg => [msg.delegatorAddress], ...own });
}

export function delegateDefinition(environment: Environment): MsgDefinition<MsgDelegate> {
  const { parts } = environment;
  return definition<MsgDelegate, object>(environment, 'MsgDelegate', {
    validateBasic: msg => {
      requireOperator(msg.validatorAddress, 'invalid validator address');
      requireAddress(msg.delegatorAddress, 'invalid delegator address');
      positiveCoin(msg.amount, 'invalid delegation amount');
    },
    handle: (ctx, { delegatorAddress, validatorAddress, amount }) => {
      const coin = positiveCoin(amount, 'invalid delegation amount');
      const validator = requireValidator(parts, ctx, validatorAddress);
      requireBondDenom(coin, parts.rows.params(ctx).bondDenom);
      const shares = delegate(parts, ctx, delegatorAddress, coin.amount, 'account', validator);
      ctx.events.emit('delegate', [['validator', validatorAddress], ['delegator', delegatorAddress], ['amount', coinsText([coin])], ['new_shares', decText(shares)]]);
      return {};
    },
  });
}

export function beginRedelegateDefinition(environment: Environment): MsgDefinition<MsgBeginRedelegate> {
  const { parts } = environment;
  return definition<MsgBeginRedelegate, { completionTime: Timestamp }>(environment, 'MsgBeginRedelegate', {
    validateBasic: msg => {
      requireOperator(msg.validatorSrcAddress, 'invalid source validator address');
      requireOperator(msg.validatorDstAddress, 'invalid destination validator address');
      requireAddress(msg.delegatorAddress, 'invalid delegator address');
      positiveCoin(msg.amount, 'invalid shares amount');
    },
    handle: (ctx, { delegatorAddress, validatorSrcAddress, validatorDstAddress, amount }) => {
      const coin = positiveCoin(amount, 'invalid shares amount');
      const shares = sharesToUnbond(parts, ctx, delegatorAddress, validatorSrcAddress, coin.amount);
      requireBondDenom(coin, parts.rows.params(ctx).bondDenom);
      const completionTime = redelegate(parts, ctx, delegatorAddress, validatorSrcAddress, validatorDstAddress, shares);
      ctx.events.emit('redelegate', [
        ['source_validator', validatorSrcAddress], ['destination_validator', validatorDstAddress], ['amount', coinsText([coin])], ['completion_time', secondsText(completionTime)],
      ]);
      return { completionTime };
    },
  });
}

export function undelegateDefinition(environment: Environment): MsgDefinition<MsgUndelegate> {
  const { parts } = environment;
  return definition<MsgUndelegate, { completionTime: Timestamp; amount: WireCoin | undefined }>(environment, 'MsgUndelegate', {
    validateBasic: msg => {
      requireOperator(msg.validatorAddress, 'invalid validator address');
      requireAddress(msg.delegatorAddress, 'invalid delegator address');
      positiveCoin(msg.amount, 'invalid shares amount');
    },
    handle: (ctx, { delegatorAddress, validatorAddress, amount: wanted }) => {
      const coin = positiveCoin(wanted, 'invalid shares amount');
      const shares = sharesToUnbond(parts, ctx, delegatorAddress, validatorAddress, coin.amount);
      requireBondDenom(coin, parts.rows.params(ctx).bondDenom);
      const { completionTime, amount } = undelegate(parts, ctx, delegatorAddress, validatorAddress, shares);
      const unbonded = { denom: coin.denom, amount };
      ctx.events.emit('unbond', [
        ['validator', validatorAddress], ['delegator', delegatorAddress], ['amount', coinsText([unbonded])], ['completion_time', secondsText(completionTime)],
      ]);
      return { completionTime, amount: toWireCoins([unbonded])[0] };
    },
  });
}

export function cancelUnbondingDefinition(environment: Environment): MsgDefinition<MsgCancelUnbondingDelegation> {
  const { parts } = environment;
  return definition<MsgCancelUnbondingDelegation, object>(environment, 'MsgCancelUnbondingDelegation', {
    validateBasic: msg => {
      requireOperator(msg.validatorAddress, 'invalid validator address');
      requireAddress(msg.delegatorAddress, 'invalid delegator address');
      positiveCoin(msg.amount, 'invalid amount');
      if (msg.creationHeight <= 0n) refuseSdk('invalidRequest', 'invalid height');
    },
    handle: (ctx, { delegatorAddress, validatorAddress, amount, creationHeight }) => {
      const coin = positiveCoin(amount, 'invalid amount');
      requireBondDenom(coin, parts.rows.params(ctx).bondDenom);
      const validator = requireValidator(parts, ctx, validatorAddress);
      if (isWorthless(validator)) refuseStaking('worthlessShares');
      if (validator.jailed) refuseStaking('jailed');
      const unbonding = parts.rows.unbonding(ctx, delegatorAddress, validatorAddress)
        ?? refuse('undefined', 1, `rpc error: code = NotFound desc = unbonding delegation with delegator ${delegatorAddress} not found for validator ${validatorAddress}`);
      cancelUnbonding(parts, ctx, unbonding, creationHeight, coin.amount, validator);
      ctx.events.emit('cancel_unbonding_delegation', [
        ['amount', coinsText([coin])], ['validator', validatorAddress], ['delegator', delegatorAddress], ['creation_height', creationHeight.toString()],
      ]);
      return {};
    },
  });
}
