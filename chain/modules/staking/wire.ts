/** Staking's values in their protobuf form: what rows, queries and genesis hold. */
import assert from 'node:assert/strict';
import type { Timestamp } from '../../abci/types.js';
import { parseAmount } from '../../coins.js';
import type { Codec, Codecs } from '../../codec/index.js';
import type { Any } from '../../crypto/public-key.js';
import { decWire, storedDec } from '../../decimal.js';
import type { BondStatus, Delegation, Description, Redelegation, StakingParams, Unbonding, Validator } from './types.js';

export type WireRates = { rate: string; maxRate: string; maxChangeRate: string };
export type WireValidator = {
  operatorAddress: string; consensusPubkey: Any | undefined; jailed: boolean; status: number; tokens: string; delegatorShares: string;
  description: Description | undefined; unbondingHeight: bigint; unbondingTime: Timestamp | undefined;
  commission: { commissionRates: WireRates | undefined; updateTime: Timestamp | undefined } | undefined;
  minSelfDelegation: string; unbondingOnHoldRefCount: bigint; unbondingIds: bigint[];
};
export type WireDelegation = { delegatorAddress: string; validatorAddress: string; shares: string };
type WireUnbondingEntry = {
  creationHeight: bigint; completionTime: Timestamp | undefined; initialBalance: string; balance: string; unbondingId: bigint; unbondingOnHoldRefCount: bigint;
};
export type WireUnbonding = { delegatorAddress: string; validatorAddress: string; entries: WireUnbondingEntry[] };
export type WireRedelegationEntry = {
  creationHeight: bigint; completionTime: Timestamp | undefined; initialBalance: string; sharesDst: string; unbondingId: bigint; unbondingOnHoldRefCount: bigint;
};
export type WireRedelegation = { delegatorAddress: string; validatorSrcAddress: string; validatorDstAddress: string; entries: WireRedelegationEntry[] };
export type WireParams = {
  unbondingTime: { seconds: bigint; nanos: number } | undefined; maxValidators: number; maxEntries: number; historicalEntries: number; bondDenom: string; minCommissionRate: string;
};

/** The number of a stored text; empty stands for zero, as Go's nil Int. */
export function storedInt(text: string): bigint {
  const value = text === '' ? 0n : parseAmount(text);
  assert(value !== undefined, 'a stored amount is decimal text');
  return value;
}

function present<T>(value: T | undefined, what: string): T {
  assert(value !== undefined, `stored staking state has ${what}`);
  return value;
}

const emptyDescription: Description = { moniker: '', identity: '', website: '', securityContact: '', details: '' };

export function toWireValidator(validator: Validator): WireValidator {
  const { commission: { updateTime, rate, maxRate, maxChangeRate } } = validator;
  return {
    ...validator,
    tokens: validator.tokens.toString(),
    delegatorShares: decWire(validator.delegatorShares),
    commission: { commissionRates: { rate: decWire(rate), maxRate: decWire(maxRate), maxChangeRate: decWire(maxChangeRate) }, updateTime },
    minSelfDelegation: validator.minSelfDelegation.toString(),
    unbondingIds: [...validator.unbondingIds],
  };
}

export function fromWireValidator(wire: WireValidator): Validator {
  const commission = present(wire.commission, 'a commission');
  const rates = present(commission.commissionRates, 'commission rates');
  return {
    ...wire,
    consensusPubkey: present(wire.consensusPubkey, 'a consensus key'),
    status: wire.status as BondStatus,
    tokens: storedInt(wire.tokens),
    delegatorShares: storedDec(wire.delegatorShares),
    description: wire.description ?? emptyDescription,
    unbondingTime: present(wire.unbondingTime, 'an unbonding time'),
    commission: {
      rate: storedDec(rates.rate), maxRate: storedDec(rates.maxRate), maxChangeRate: storedDec(rates.maxChangeRate),
      updateTime: present(commission.updateTime, 'a time of its commission'),
    },
    minSelfDelegation: storedInt(wire.minSelfDelegation),
  };
}

export const toWireDelegation = (delegation: Delegation): WireDelegation => ({ ...delegation, shares: decWire(delegation.shares) });
export const fromWireDelegation = (wire: WireDelegation): Delegation => ({ ...wire, shares: storedDec(wire.shares) });

export function toWireUnbonding(unbonding: Unbonding): WireUnbonding {
  return { ...unbonding, entries: unbonding.entries.map(entry => ({ ...entry, initialBalance: entry.initialBalance.toString(), balance: entry.balance.toString() })) };
}

export function fromWireUnbonding(wire: WireUnbonding): Unbonding {
  return {
    ...wire,
    entries: wire.entries.map(entry => ({
      ...entry, completionTime: present(entry.completionTime, 'a completion time'), initialBalance: storedInt(entry.initialBalance), balance: storedInt(entry.balance),
    })),
  };
}

export function toWireRedelegation(redelegation: Redelegation): WireRedelegation {
  return { ...redelegation, entries: redelegation.entries.map(entry => ({ ...entry, initialBalance: entry.initialBalance.toString(), sharesDst: decWire(entry.sharesDst) })) };
}

export function fromWireRedelegation(wire: WireRedelegation): Redelegation {
  return {
    ...wire,
    entries: wire.entries.map(entry => ({
      ...entry, completionTime: present(entry.completionTime, 'a completion time'), initialBalance: storedInt(entry.initialBalance), sharesDst: storedDec(entry.sharesDst),
    })),
  };
}

export const toWireParams = (params: StakingParams): WireParams => ({ ...params, minCommissionRate: decWire(params.minCommissionRate) });
export const fromWireParams = (wire: WireParams): StakingParams => ({
  ...wire, unbondingTime: wire.unbondingTime ?? { seconds: 0n, nanos: 0 }, minCommissionRate: storedDec(wire.minCommissionRate),
});

/** A codec of our own values over the codec of their wire form. */
export type ValueCodec<T> = { encode(value: T): Uint8Array; decode(bytes: Uint8Array): T };

function valueCodec<T, Wire>(codec: Codec<Wire>, to: (value: T) => Wire, from: (wire: Wire) => T): ValueCodec<T> {
  return { encode: value => codec.encode(to(value)), decode: bytes => from(codec.decode(bytes)) };
}

export type StakingCodecs = {
  readonly validator: ValueCodec<Validator>;
  readonly delegation: ValueCodec<Delegation>;
  readonly unbonding: ValueCodec<Unbonding>;
  readonly redelegation: ValueCodec<Redelegation>;
  readonly params: ValueCodec<StakingParams>;
};

export function makeStakingCodecs(codecs: Codecs): StakingCodecs {
  const of = <Wire>(name: string): Codec<Wire> => codecs.of<Wire>(`cosmos.staking.v1beta1.${name}`);
  return {
    validator: valueCodec(of<WireValidator>('Validator'), toWireValidator, fromWireValidator),
    delegation: valueCodec(of<WireDelegation>('Delegation'), toWireDelegation, fromWireDelegation),
    unbonding: valueCodec(of<WireUnbonding>('UnbondingDelegation'), toWireUnbonding, fromWireUnbonding),
    redelegation: valueCodec(of<WireRedelegation>('Redelegation'), toWireRedelegation, fromWireRedelegation),
    params: valueCodec(of<WireParams>('Params'), toWireParams, fromWireParams),
  };
}
