/** Staking as distribution and slashing see it, without its rules: a test says what happens to validators and delegations, and the hooks are called in staking's order. */
import assert from 'node:assert/strict';
import { type Context, type Delegation, type StakingHooks, type StakingKeeper, type Validator } from '../../chain/index.js';
import { operatorAddress, sha256 } from '../../chain/crypto/address.js';
import { addDec, dec, decOf, decZero, mulDec, quoDecRoundUp, subDec, truncateDec, type Dec } from '../../chain/decimal.js';
import { sharesFromTokens, tokensFromShares } from '../../chain/modules/staking/shares.js';
import { unixEpoch } from '../../chain/time.js';

export type StakingView = Pick<StakingKeeper,
  'bondDenom' | 'validator' | 'validatorByConsensus' | 'consensusBytes' | 'validators' | 'delegation' | 'delegationsOf' | 'delegationsTo' | 'delegations' | 'slash' | 'jail' | 'unjail'>;

/** One slash or jailing, as the module asked for it. */
export type Punishment = { readonly kind: 'slash'; readonly infractionHeight: bigint; readonly power: bigint; readonly fraction: Dec } | { readonly kind: 'jail' | 'unjail' };

export class ScriptedStaking {
  readonly #validators = new Map<string, Validator>();
  readonly #delegations = new Map<string, Delegation>();
  readonly hooks: StakingHooks[] = [];
  readonly punishments: Punishment[] = [];

  readonly view: StakingView = {
    bondDenom: () => 'uwind',
    validator: (_state, operator) => this.#validators.get(operator),
    validatorByConsensus: (_state, consensus) => [...this.#validators.values()].find(one => Buffer.compare(consensusOf(one), consensus) === 0),
    consensusBytes: consensusOf,
    validators: () => [...this.#validators.values()].sort((a, b) => (a.operatorAddress < b.operatorAddress ? -1 : 1)),
    delegation: (_state, delegator, operator) => this.#delegations.get(`${delegator} ${operator}`),
    delegationsOf: (_state, delegator) => [...this.#delegations.values()].filter(one => one.delegatorAddress === delegator),
    delegationsTo: (_state, operator) => [...this.#delegations.values()].filter(one => one.validatorAddress === operator),
    delegations: () => [...this.#delegations.values()],
    slash: (ctx, consensus, infractionHeight, power, fraction) => {
      this.punishments.push({ kind: 'slash', infractionHeight, power, fraction });
      return this.slash(ctx, this.#byConsensus(consensus).operatorAddress, fraction);
    },
    jail: (_ctx, consensus) => this.#setJailed(consensus, true),
    unjail: (_ctx, consensus) => this.#setJailed(consensus, false),
  };

  validator(operator: string): Validator {
    const validator = this.#validators.get(operator);
    assert(validator, `the test made ${operator}`);
    return validator;
  }

  /** The same validators and delegations, without hooks. */
  goOnFrom(other: ScriptedStaking): void {
    for (const [key, value] of other.#validators) this.#validators.set(key, value);
    for (const [key, value] of other.#delegations) this.#delegations.set(key, value);
  }

  change(operator: string, changes: Partial<Validator>): void {
    this.#validators.set(operator, { ...this.validator(operator), ...changes });
  }

  /** A bonded validator with a delegation of its own account. */
  create(ctx: Context, account: Uint8Array, accountText: string, tokens: bigint, rate: Dec): string {
    const operator = operatorAddress.text(account);
    this.#validators.set(operator, {
      operatorAddress: operator, consensusPubkey: { typeUrl: '/cosmos.crypto.ed25519.PubKey', value: Uint8Array.of(10, 32, ...sha256(account)) }, jailed: false, status: 3,
      tokens: 0n, delegatorShares: decZero, description: { moniker: 'm', identity: '', website: '', securityContact: '', details: '' },
      unbondingHeight: 0n, unbondingTime: unixEpoch, commission: { rate, maxRate: dec('1'), maxChangeRate: dec('1'), updateTime: unixEpoch },
      minSelfDelegation: 1n, unbondingOnHoldRefCount: 0n, unbondingIds: [],
    });
    for (const hooks of this.hooks) hooks.afterValidatorCreated?.(ctx, operator);
    this.delegate(ctx, accountText, operator, tokens);
    for (const hooks of this.hooks) hooks.afterValidatorBonded?.(ctx, consensusOf(this.validator(operator)), operator);
    return operator;
  }

  delegate(ctx: Context, delegator: string, operator: string, amount: bigint): void {
    const known = this.#delegations.get(`${delegator} ${operator}`);
    for (const hooks of this.hooks) (known ? hooks.beforeDelegationSharesModified : hooks.beforeDelegationCreated)?.(ctx, delegator, operator);
    const validator = this.validator(operator);
    const shares = sharesFromTokens(validator, amount);
    this.change(operator, { tokens: validator.tokens + amount, delegatorShares: addDec(validator.delegatorShares, shares) });
    this.#setShares(ctx, delegator, operator, addDec(known?.shares ?? decZero, shares));
  }

  /** Takes off shares; the validator goes with the last. */
  undelegate(ctx: Context, delegator: string, operator: string, shares: Dec): void {
    const known = this.#delegations.get(`${delegator} ${operator}`);
    assert(known && known.shares >= shares);
    for (const hooks of this.hooks) hooks.beforeDelegationSharesModified?.(ctx, delegator, operator);
    if (known.shares === shares) {
      for (const hooks of this.hooks) hooks.beforeDelegationRemoved?.(ctx, delegator, operator);
      this.#delegations.delete(`${delegator} ${operator}`);
    } else {
      this.#setShares(ctx, delegator, operator, subDec(known.shares, shares));
    }
    const validator = this.validator(operator);
    const rest = subDec(validator.delegatorShares, shares);
    const taken = rest === decZero ? validator.tokens : truncateDec(tokensFromShares(validator, shares));
    this.change(operator, { tokens: validator.tokens - taken, delegatorShares: rest });
    if (rest !== decZero) return;
    this.#validators.delete(operator);
    for (const hooks of this.hooks) hooks.afterValidatorRemoved?.(ctx, consensusOf(validator), operator);
  }

  /** Burns a part of the validator's tokens; returns how much. */
  slash(ctx: Context, operator: string, fraction: Dec): bigint {
    const { tokens } = this.validator(operator);
    const burned = truncateDec(mulDec(decOf(tokens), fraction));
    if (burned > 0n) for (const hooks of this.hooks) hooks.beforeValidatorSlashed?.(ctx, operator, quoDecRoundUp(decOf(burned), decOf(tokens)));
    this.change(operator, { tokens: tokens - burned });
    return burned;
  }

  #setShares(ctx: Context, delegator: string, operator: string, shares: Dec): void {
    this.#delegations.set(`${delegator} ${operator}`, { delegatorAddress: delegator, validatorAddress: operator, shares });
    for (const hooks of this.hooks) hooks.afterDelegationModified?.(ctx, delegator, operator);
  }

  #byConsensus(consensus: Uint8Array): Validator {
    const validator = this.view.validatorByConsensus({ store: () => assert.fail() }, consensus);
    assert(validator);
    return validator;
  }

  #setJailed(consensus: Uint8Array, jailed: boolean): void {
    const { operatorAddress: operator, jailed: before } = this.#byConsensus(consensus);
    assert.notEqual(before, jailed, 'nobody is jailed twice');
    this.punishments.push({ kind: jailed ? 'jail' : 'unjail' });
    this.change(operator, { jailed });
  }
}

/** Any 20 bytes that belong to the key. */
export function consensusOf({ consensusPubkey }: Validator): Uint8Array {
  return sha256(consensusPubkey.value.slice(2)).slice(0, 20);
}
