/** What staking keeps, as values; what it offers to other modules; what it tells them. */
import type { Duration, Timestamp } from '../../abci/types.js';
import type { Context } from '../../context.js';
import type { Any } from '../../crypto/public-key.js';
import type { Dec } from '../../decimal.js';
import type { Readable, Writable } from '../state.js';

/** cosmos.staking.v1beta1.BondStatus. */
export const bondStatus = { unspecified: 0, unbonded: 1, unbonding: 2, bonded: 3 } as const;
export type BondStatus = (typeof bondStatus)[keyof typeof bondStatus];

export type StakingParams = {
  readonly unbondingTime: Duration;
  readonly maxValidators: number;
  /** Unbondings of one delegator from one validator at a time; redelegations likewise. */
  readonly maxEntries: number;
  readonly historicalEntries: number;
  readonly bondDenom: string;
  readonly minCommissionRate: Dec;
};

export type Description = {
  readonly moniker: string; readonly identity: string; readonly website: string; readonly securityContact: string; readonly details: string;
};
export type CommissionRates = { readonly rate: Dec; readonly maxRate: Dec; readonly maxChangeRate: Dec };

export type Validator = {
  /** `windlassvaloper1…`: the operator's account bytes. */
  readonly operatorAddress: string;
  readonly consensusPubkey: Any;
  readonly jailed: boolean;
  readonly status: BondStatus;
  /** Own and delegated, in the bond denom's smallest unit. */
  readonly tokens: bigint;
  readonly delegatorShares: Dec;
  readonly description: Description;
  /** Of the block that began the unbonding, and when it ends; both of the Unix epoch when there was none. */
  readonly unbondingHeight: bigint;
  readonly unbondingTime: Timestamp;
  readonly commission: CommissionRates & { readonly updateTime: Timestamp };
  readonly minSelfDelegation: bigint;
  readonly unbondingOnHoldRefCount: bigint;
  readonly unbondingIds: readonly bigint[];
};

export type Delegation = { readonly delegatorAddress: string; readonly validatorAddress: string; readonly shares: Dec };

/** Coins on their way back to a delegator: in the pool of coins that are not bonded until they are mature. */
export type UnbondingEntry = {
  readonly creationHeight: bigint; readonly completionTime: Timestamp; readonly initialBalance: bigint; readonly balance: bigint;
  readonly unbondingId: bigint; readonly unbondingOnHoldRefCount: bigint;
};
export type Unbonding = { readonly delegatorAddress: string; readonly validatorAddress: string; readonly entries: readonly UnbondingEntry[] };

/** Remembered until it is mature, so that an earlier fault of the source can still be punished. */
export type RedelegationEntry = {
  readonly creationHeight: bigint; readonly completionTime: Timestamp; readonly initialBalance: bigint; readonly sharesDst: Dec;
  readonly unbondingId: bigint; readonly unbondingOnHoldRefCount: bigint;
};
export type Redelegation = {
  readonly delegatorAddress: string; readonly validatorSrcAddress: string; readonly validatorDstAddress: string; readonly entries: readonly RedelegationEntry[];
};

/**
 * What happens to validators and delegations, told at once and inside the same branch. `operator` and `delegator` are
 * address texts, `consensus` the 20 bytes that CometBFT knows a validator by. A hook may read staking's state as it is at
 * that moment; it may throw Refusal, which refuses the message.
 */
export type StakingHooks = {
  afterValidatorCreated?(ctx: Context, operator: string): void;
  beforeValidatorModified?(ctx: Context, operator: string): void;
  /** Its record is already gone. */
  afterValidatorRemoved?(ctx: Context, consensus: Uint8Array, operator: string): void;
  afterValidatorBonded?(ctx: Context, consensus: Uint8Array, operator: string): void;
  afterValidatorBeginUnbonding?(ctx: Context, consensus: Uint8Array, operator: string): void;
  beforeDelegationCreated?(ctx: Context, delegator: string, operator: string): void;
  beforeDelegationSharesModified?(ctx: Context, delegator: string, operator: string): void;
  beforeDelegationRemoved?(ctx: Context, delegator: string, operator: string): void;
  afterDelegationModified?(ctx: Context, delegator: string, operator: string): void;
  /** `fraction` is of the validator's tokens now, rounded as the SDK does: what is effectively taken from it. */
  beforeValidatorSlashed?(ctx: Context, operator: string, fraction: Dec): void;
};

/**
 * Staking for other modules. Addresses are texts that were checked. Lists are in a stated order; those that come from the
 * store must be read to their end before the store is written.
 */
export type StakingKeeper = {
  params(state: Readable): StakingParams;
  setParams(state: Writable, params: StakingParams): void;
  bondDenom(state: Readable): string;

  validator(state: Readable, operator: string): Validator | undefined;
  /** Undefined too for a validator that genesis names at its top level without staking: a fixed set has votes, but no records. */
  validatorByConsensus(state: Readable, consensus: Uint8Array): Validator | undefined;
  /** The 20 bytes of the validator's consensus key. */
  consensusBytes(validator: Validator): Uint8Array;
  /** All, by operator bytes. */
  validators(state: Readable): readonly Validator[];
  /** Those with status bonded, strongest first (ties: lower operator bytes first), at most max_validators. */
  bondedByPower(state: Readable): readonly Validator[];
  /** As of the last end-block: what CometBFT was told. Undefined: not in the set. */
  lastPower(state: Readable, operator: string): bigint | undefined;
  lastTotalPower(state: Readable): bigint;

  delegation(state: Readable, delegator: string, operator: string): Delegation | undefined;
  /** By operator bytes. */
  delegationsOf(state: Readable, delegator: string): readonly Delegation[];
  /** By delegator bytes. */
  delegationsTo(state: Readable, operator: string): readonly Delegation[];
  /** All, by delegator, then operator. */
  delegations(state: Readable): readonly Delegation[];
  /** Coins of the bonded pool, in the bond denom. */
  totalBonded(state: Readable): bigint;

  /** Takes coins from the delegator's account and adds shares; returns them. Refuses as MsgDelegate does. */
  delegate(ctx: Context, delegator: string, amount: bigint, validator: Validator): Dec;
  /** Takes the shares off and begins their unbonding. Refuses as MsgUndelegate does. */
  undelegate(ctx: Context, delegator: string, operator: string, shares: Dec): { completionTime: Timestamp; amount: bigint };

  /**
   * Burns `fraction` of what `power` at `infractionHeight` was worth: of the unbondings and redelegations that began since,
   * and of the validator's own tokens for the rest. Returns the burned amount. A validator that is gone is left alone.
   * Asserts that the height is not in the future, and that the validator is not unbonded.
   */
  slash(ctx: Context, consensus: Uint8Array, infractionHeight: bigint, power: bigint, fraction: Dec): bigint;
  /** The validator leaves the set at the end of this block. It must not be jailed already (asserted, as in the SDK). */
  jail(ctx: Context, consensus: Uint8Array): void;
  unjail(ctx: Context, consensus: Uint8Array): void;
};
