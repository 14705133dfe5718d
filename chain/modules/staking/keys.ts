/** Keys of store `staking`, as the SDK's x/staking lays them out. Addresses are preceded by their length. */
import type { Timestamp } from '../../abci/types.js';
import { concatBytes, lengthFirst, uint64Bytes } from '../../bytes.js';
import { sortableTimeBytes } from '../../time.js';

export const stakingStore = 'staking';

const prefix = (byte: number): Uint8Array => Uint8Array.of(byte);

export const lastPowersPrefix = prefix(0x11);
export const lastTotalPowerKey = prefix(0x12);
export const validatorsPrefix = prefix(0x21);
const byConsensusPrefix = prefix(0x22);
export const powerIndexPrefix = prefix(0x23);
export const delegationsPrefix = prefix(0x31);
export const unbondingsPrefix = prefix(0x32);
const unbondingsByValidatorPrefix = prefix(0x33);
export const redelegationsPrefix = prefix(0x34);
const redelegationsBySourcePrefix = prefix(0x35);
const redelegationsByDestinationPrefix = prefix(0x36);
export const unbondingIdKey = prefix(0x37);
export const unbondingQueuePrefix = prefix(0x41);
export const redelegationQueuePrefix = prefix(0x42);
export const validatorQueuePrefix = prefix(0x43);
const historicalPrefix = prefix(0x50);
export const paramsKey = prefix(0x51);
const delegationsByValidatorPrefix = prefix(0x71);

/** The addresses that follow one another in a key, each with its length before it. */
export function sizedAddresses(bytes: Uint8Array): Uint8Array[] {
  const addresses: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] as number;
    addresses.push(bytes.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return addresses;
}

export const lastPowerKey = (operator: Uint8Array): Uint8Array => concatBytes(lastPowersPrefix, lengthFirst(operator));
export const validatorKey = (operator: Uint8Array): Uint8Array => concatBytes(validatorsPrefix, lengthFirst(operator));
export const byConsensusKey = (consensus: Uint8Array): Uint8Array => concatBytes(byConsensusPrefix, lengthFirst(consensus));

/** Read backwards: the strongest first; of equals, the one with the lower address, because its bits are inverted. */
export function powerIndexKey(power: bigint, operator: Uint8Array): Uint8Array {
  return concatBytes(powerIndexPrefix, uint64Bytes(power), Uint8Array.of(operator.length), operator.map(byte => ~byte & 0xff));
}

export const delegationsOfPrefix = (delegator: Uint8Array): Uint8Array => concatBytes(delegationsPrefix, lengthFirst(delegator));
export const delegationKey = (delegator: Uint8Array, operator: Uint8Array): Uint8Array => concatBytes(delegationsOfPrefix(delegator), lengthFirst(operator));
export const delegationsToPrefix = (operator: Uint8Array): Uint8Array => concatBytes(delegationsByValidatorPrefix, lengthFirst(operator));
export const delegationToKey = (operator: Uint8Array, delegator: Uint8Array): Uint8Array => concatBytes(delegationsToPrefix(operator), lengthFirst(delegator));

export const unbondingsOfPrefix = (delegator: Uint8Array): Uint8Array => concatBytes(unbondingsPrefix, lengthFirst(delegator));
export const unbondingKey = (delegator: Uint8Array, operator: Uint8Array): Uint8Array => concatBytes(unbondingsOfPrefix(delegator), lengthFirst(operator));
export const unbondingsFromPrefix = (operator: Uint8Array): Uint8Array => concatBytes(unbondingsByValidatorPrefix, lengthFirst(operator));
export const unbondingFromKey = (operator: Uint8Array, delegator: Uint8Array): Uint8Array => concatBytes(unbondingsFromPrefix(operator), lengthFirst(delegator));

export const redelegationsOfPrefix = (delegator: Uint8Array): Uint8Array => concatBytes(redelegationsPrefix, lengthFirst(delegator));
export const redelegationKey = (delegator: Uint8Array, source: Uint8Array, destination: Uint8Array): Uint8Array =>
  concatBytes(redelegationsOfPrefix(delegator), lengthFirst(source), lengthFirst(destination));
export const redelegationsFromPrefix = (source: Uint8Array): Uint8Array => concatBytes(redelegationsBySourcePrefix, lengthFirst(source));
export const redelegationFromKey = (source: Uint8Array, delegator: Uint8Array, destination: Uint8Array): Uint8Array =>
  concatBytes(redelegationsFromPrefix(source), lengthFirst(delegator), lengthFirst(destination));
/** Those of one delegator into one validator. */
export const redelegationsIntoPrefix = (destination: Uint8Array, delegator: Uint8Array): Uint8Array =>
  concatBytes(redelegationsByDestinationPrefix, lengthFirst(destination), lengthFirst(delegator));
export const redelegationIntoKey = (destination: Uint8Array, delegator: Uint8Array, source: Uint8Array): Uint8Array =>
  concatBytes(redelegationsIntoPrefix(destination, delegator), lengthFirst(source));

export const unbondingQueueKey = (time: Timestamp): Uint8Array => concatBytes(unbondingQueuePrefix, sortableTimeBytes(time));
export const redelegationQueueKey = (time: Timestamp): Uint8Array => concatBytes(redelegationQueuePrefix, sortableTimeBytes(time));
export function validatorQueueKey(time: Timestamp, height: bigint): Uint8Array {
  const bytes = sortableTimeBytes(time);
  return concatBytes(validatorQueuePrefix, uint64Bytes(BigInt(bytes.length)), bytes, uint64Bytes(height));
}

export const historicalKey = (height: bigint): Uint8Array => concatBytes(historicalPrefix, uint64Bytes(height));
