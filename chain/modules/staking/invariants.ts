/** What must hold after every block, as sentences; nothing when all of it does. For tests and audits: it reads everything. */
import type { AuthKeeper } from '../auth/index.js';
import type { Readable } from '../state.js';
import { endOfPrefix } from '../../bytes.js';
import { powerIndexPrefix, stakingStore } from './keys.js';
import { poolsOwed } from './genesis.js';
import type { StakingParts } from './parts.js';
import { bondedPool, notBondedPool } from './pools.js';
import { bondStatus } from './types.js';

export function faultsOfStaking(parts: StakingParts, auth: AuthKeeper, state: Readable): string[] {
  return [...poolFaults(parts, auth, state), ...shareFaults(parts, state), ...setFaults(parts, state)];
}

function poolFaults(parts: StakingParts, auth: AuthKeeper, state: Readable): string[] {
  const { bondDenom } = parts.rows.params(state);
  const owed = poolsOwed(parts, state);
  const held = (name: string): bigint => parts.bank.balance(state, auth.moduleAddress(name), bondDenom);
  return [
    ...(held(bondedPool.name) === owed.bonded ? [] : [`the bonded pool holds ${held(bondedPool.name)}, its validators ${owed.bonded}`]),
    ...(held(notBondedPool.name) === owed.notBonded ? [] : [`the other pool holds ${held(notBondedPool.name)}, validators and unbondings ${owed.notBonded}`]),
  ];
}

function shareFaults({ rows }: StakingParts, state: Readable): string[] {
  const sums = new Map<string, bigint>();
  const faults: string[] = [];
  for (const { delegatorAddress, validatorAddress, shares } of rows.delegations(state)) {
    if (shares <= 0n) faults.push(`${delegatorAddress} delegates ${shares} shares to ${validatorAddress}`);
    sums.set(validatorAddress, (sums.get(validatorAddress) ?? 0n) + shares);
  }
  for (const { operatorAddress, delegatorShares, tokens } of rows.validators(state)) {
    if ((sums.get(operatorAddress) ?? 0n) !== delegatorShares) faults.push(`${operatorAddress} has ${delegatorShares} shares, its delegators ${sums.get(operatorAddress) ?? 0n}`);
    if (delegatorShares === 0n && tokens !== 0n) faults.push(`${operatorAddress} has tokens that are nobody's`);
    sums.delete(operatorAddress);
  }
  return [...faults, ...[...sums.keys()].map(operator => `delegations to ${operator}, which is no validator`)];
}

/** The index holds each validator that is not jailed once, and CometBFT's set is the bonded ones. */
function setFaults({ rows }: StakingParts, state: Readable): string[] {
  const validators = rows.validators(state);
  const indexed = [...rows.byPower(state)].map(({ operatorAddress }) => operatorAddress).sort().join();
  const free = validators.filter(({ jailed }) => !jailed).map(({ operatorAddress }) => operatorAddress).sort().join();
  const told = rows.lastPowers(state).map(({ operator }) => operator).sort().join();
  const bonded = validators.filter(({ status }) => status === bondStatus.bonded).map(({ operatorAddress }) => operatorAddress).sort().join();
  const size = [...state.store(stakingStore).iterate(powerIndexPrefix, endOfPrefix(powerIndexPrefix))].length;
  return [
    ...(indexed === free && size === validators.filter(({ jailed }) => !jailed).length ? [] : ['the power index is not of the validators that are not jailed']),
    ...(told === bonded ? [] : ['what CometBFT was told is not the bonded validators']),
  ];
}
