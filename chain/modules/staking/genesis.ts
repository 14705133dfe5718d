/** app_state.staking in the SDK's JSON: in and out. */
import type { ValidatorUpdate } from '../../abci/types.js';
import { coinsText, parseAmount } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { accountAddress, operatorAddress, type AddressForm } from '../../crypto/address.js';
import type { PublicKeyCodec } from '../../crypto/public-key.js';
import type { AuthKeeper } from '../auth/index.js';
import type { Readable } from '../state.js';
import { abciKey, updateValidatorSet } from './block-end.js';
import { faultOfParams, stakingParamsDefault } from './params.js';
import { tell, type StakingParts } from './parts.js';
import { bondCoins, bondedPool, notBondedPool } from './pools.js';
import { powerReduction, powerTotalMax } from './shares.js';
import { bondStatus, type Delegation, type StakingParams, type Validator } from './types.js';
import {
  fromWireDelegation, fromWireParams, fromWireRedelegation, fromWireUnbonding, fromWireValidator, toWireDelegation, toWireParams, toWireRedelegation, toWireUnbonding, toWireValidator,
  type WireDelegation, type WireParams, type WireRedelegation, type WireUnbonding, type WireValidator,
} from './wire.js';

type WireGenesis = {
  params: WireParams | undefined; lastTotalPower: string; lastValidatorPowers: { address: string; power: bigint }[]; validators: WireValidator[]; delegations: WireDelegation[];
  unbondingDelegations: WireUnbonding[]; redelegations: WireRedelegation[]; exported: boolean;
};

const genesisType = 'cosmos.staking.v1beta1.GenesisState';

function fail(reason: string): never {
  throw new Error(`genesis: app_state.staking: ${reason}`);
}

/** Checks and stores all; answers the validators for CometBFT. The hooks are told of what is not from an export. Throws an Error that says what is wrong. */
export function initStakingGenesis(codecs: Codecs, parts: StakingParts, auth: AuthKeeper, publicKeys: PublicKeyCodec, ctx: Context, state: unknown): readonly ValidatorUpdate[] {
  const { rows } = parts;
  const genesis = codecs.of<WireGenesis>(genesisType).fromJson(state ?? {});
  const params = genesis.params ? fromWireParams(genesis.params) : stakingParamsDefault;
  const fault = faultOfParams(params);
  if (fault !== undefined) fail(fault);
  rows.setParams(ctx, params);
  checkSupply(parts, ctx, params);
  for (const { name } of [bondedPool, notBondedPool]) auth.ensureModuleAccount(ctx, name);
  rows.setLastTotalPower(ctx, parseAmount(genesis.lastTotalPower || '0') ?? fail(`last_total_power ${genesis.lastTotalPower} is no number`));
  const validators = storeValidators(parts, ctx, genesis);
  storeDelegations(parts, ctx, genesis);
  storeUnbondings(parts, ctx, genesis);
  checkShares(validators, rows.delegations(ctx));
  checkPools(parts, auth, ctx);
  return genesis.exported ? exportedSet(parts, publicKeys, ctx, genesis) : updateValidatorSet(parts, publicKeys, ctx);
}

/** Whatever is staked later, CometBFT and the stored powers can hold it: the bond denom is never minted. */
function checkSupply({ bank }: StakingParts, ctx: Context, { bondDenom }: StakingParams): void {
  const [supply, most] = [bank.supply(ctx, bondDenom), powerTotalMax * powerReduction];
  if (supply > most) fail(`the supply of the bond denom is ${supply}${bondDenom}, and no more than ${most} can be staked`);
}

function storeValidators(parts: StakingParts, ctx: Context, genesis: WireGenesis): Validator[] {
  const { rows, queues } = parts;
  return genesis.validators.map((wire, index) => {
    requireAddress(operatorAddress, wire.operatorAddress, `validators[${index}]`);
    if (!wire.consensusPubkey) fail(`validators[${index}] has no consensus_pubkey`);
    const validator = fromWireValidator(wire);
    if (validator.status === bondStatus.unspecified) fail(`validators[${index}] has no status`);
    if (rows.validator(ctx, validator.operatorAddress)) fail(`validators[${index}]: ${validator.operatorAddress} is listed twice`);
    if (rows.validatorByConsensus(ctx, rows.consensusBytes(validator))) fail(`validators[${index}] has the consensus key of another`);
    rows.setValidator(ctx, validator);
    rows.setByConsensus(ctx, validator);
    rows.setInPowerIndex(ctx, validator);
    if (!genesis.exported) tell(parts).afterValidatorCreated(ctx, validator.operatorAddress);
    if (validator.status === bondStatus.unbonding) queues.addValidator(ctx, validator);
    return validator;
  });
}

function storeDelegations(parts: StakingParts, ctx: Context, { delegations, exported }: WireGenesis): void {
  for (const [index, wire] of delegations.entries()) {
    const delegation = fromWireDelegation(wire);
    const { delegatorAddress: delegator, validatorAddress: operator } = delegation;
    requireAddress(accountAddress, delegator, `delegations[${index}]`);
    requireAddress(operatorAddress, operator, `delegations[${index}]`);
    if (parts.rows.delegation(ctx, delegator, operator)) fail(`delegations[${index}]: ${delegator} to ${operator} is listed twice`);
    if (!parts.rows.validator(ctx, operator)) fail(`delegations[${index}]: there is no validator ${operator}`);
    if (!exported) tell(parts).beforeDelegationCreated(ctx, delegator, operator);
    parts.rows.setDelegation(ctx, delegation);
    if (!exported) tell(parts).afterDelegationModified(ctx, delegator, operator);
  }
}

function storeUnbondings({ rows, queues }: StakingParts, ctx: Context, genesis: WireGenesis): void {
  for (const [index, wire] of genesis.unbondingDelegations.entries()) {
    requireAddress(accountAddress, wire.delegatorAddress, `unbonding_delegations[${index}]`);
    requireAddress(operatorAddress, wire.validatorAddress, `unbonding_delegations[${index}]`);
    const unbonding = fromWireUnbonding(wire);
    rows.setUnbonding(ctx, unbonding);
    for (const { completionTime } of unbonding.entries) {
      queues.addUnbonding(ctx, { delegatorAddress: wire.delegatorAddress, validatorAddress: wire.validatorAddress }, completionTime);
    }
  }
  for (const [index, wire] of genesis.redelegations.entries()) {
    const { delegatorAddress, validatorSrcAddress, validatorDstAddress } = wire;
    requireAddress(accountAddress, delegatorAddress, `redelegations[${index}]`);
    for (const operator of [validatorSrcAddress, validatorDstAddress]) requireAddress(operatorAddress, operator, `redelegations[${index}]`);
    const redelegation = fromWireRedelegation(wire);
    rows.setRedelegation(ctx, redelegation);
    for (const { completionTime } of redelegation.entries) queues.addRedelegation(ctx, { delegatorAddress, validatorSrcAddress, validatorDstAddress }, completionTime);
  }
  rows.setUnbondingId(ctx, lastUnbondingId(genesis));
}

/** The SDK counts anew; a number that is used twice would be nobody's, so we go on from the highest. */
function lastUnbondingId({ validators, unbondingDelegations, redelegations }: WireGenesis): bigint {
  const ids = [
    ...validators.flatMap(({ unbondingIds }) => unbondingIds),
    ...[...unbondingDelegations, ...redelegations].flatMap(({ entries }) => entries.map(({ unbondingId }) => unbondingId)),
  ];
  return ids.reduce((highest, id) => (id > highest ? id : highest), 0n);
}

function requireAddress(form: AddressForm, text: string, place: string): void {
  const parsed = form.parse(text);
  if ('problem' in parsed) fail(`${place}: ${text || '(empty)'} is not an address: ${parsed.problem}`);
}

function checkShares(validators: readonly Validator[], delegations: readonly Delegation[]): void {
  const sums = new Map<string, bigint>();
  for (const { validatorAddress, shares } of delegations) sums.set(validatorAddress, (sums.get(validatorAddress) ?? 0n) + shares);
  for (const { operatorAddress: operator, delegatorShares } of validators) {
    if ((sums.get(operator) ?? 0n) !== delegatorShares) fail(`the delegations to ${operator} do not add up to its delegator_shares`);
  }
}

/** What the two pools must hold by validators and unbondings, in the bond denom. */
export function poolsOwed({ rows }: StakingParts, state: Readable): { bonded: bigint; notBonded: bigint } {
  const owed = { bonded: 0n, notBonded: 0n };
  for (const { status, tokens } of rows.validators(state)) owed[status === bondStatus.bonded ? 'bonded' : 'notBonded'] += tokens;
  for (const { entries } of rows.unbondings(state)) for (const { balance } of entries) owed.notBonded += balance;
  return owed;
}

function checkPools(parts: StakingParts, auth: AuthKeeper, ctx: Context): void {
  const { bondDenom } = parts.rows.params(ctx);
  const owed = poolsOwed(parts, ctx);
  for (const [{ name }, amount, what] of [[bondedPool, owed.bonded, 'bonded'], [notBondedPool, owed.notBonded, 'not bonded']] as const) {
    const held = coinsText(parts.bank.balances(ctx, auth.moduleAddress(name)));
    const wanted = coinsText(bondCoins(bondDenom, amount));
    if (held !== wanted) fail(`${what} pool balance is different from ${what} coins: ${held || 'nothing'} <-> ${wanted || 'nothing'}`);
  }
}

/** The set goes on as it was: with the powers that CometBFT was last told. */
function exportedSet({ rows }: StakingParts, publicKeys: PublicKeyCodec, ctx: Context, { lastValidatorPowers }: WireGenesis): ValidatorUpdate[] {
  return lastValidatorPowers.map(({ address, power }, index) => {
    requireAddress(operatorAddress, address, `last_validator_powers[${index}]`);
    const validator = rows.validator(ctx, address) ?? fail(`validator ${address} not found`);
    rows.setLastPower(ctx, address, power);
    return { pubKey: abciKey(publicKeys, validator), power };
  });
}

/** The state as app_state.staking of a chain that goes on from here. */
export function exportStakingGenesis(codecs: Codecs, { rows }: StakingParts, state: Readable): unknown {
  return codecs.of<WireGenesis>(genesisType).toJson({
    params: toWireParams(rows.params(state)),
    lastTotalPower: rows.lastTotalPower(state).toString(),
    lastValidatorPowers: rows.lastPowers(state).map(({ operator, power }) => ({ address: operator, power })),
    validators: rows.validators(state).map(toWireValidator),
    delegations: rows.delegations(state).map(toWireDelegation),
    unbondingDelegations: rows.unbondings(state).map(toWireUnbonding),
    redelegations: rows.redelegations(state).map(toWireRedelegation),
    exported: true,
  });
}
