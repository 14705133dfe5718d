/** Rows of delegations, unbondings and redelegations, with the indexes by validator. */
import assert from 'node:assert/strict';
import { endOfPrefix, uint64Bytes, uint64Of } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import { addressBytes, operatorAddress } from '../../crypto/address.js';
import type { KVStore } from '../../store/types.js';
import type { Readable, Writable } from '../state.js';
import {
  delegationKey, delegationsOfPrefix, delegationsPrefix, delegationToKey, delegationsToPrefix, redelegationFromKey, redelegationIntoKey, redelegationKey, redelegationsFromPrefix,
  redelegationsIntoPrefix, redelegationsPrefix, sizedAddresses, stakingStore, unbondingFromKey, unbondingIdKey, unbondingKey, unbondingsFromPrefix, unbondingsPrefix,
} from './keys.js';
import type { Delegation, Redelegation, Unbonding } from './types.js';
import { makeStakingCodecs } from './wire.js';

/** Lists are read whole; those "of" a delegator are by operator, those "to" or "from" a validator by delegator. Bytes order them. */
export type DelegationRows = {
  delegation(state: Readable, delegator: string, operator: string): Delegation | undefined;
  setDelegation(state: Writable, delegation: Delegation): void;
  deleteDelegation(state: Writable, delegation: Delegation): void;
  delegations(state: Readable): Delegation[];
  delegationsOf(state: Readable, delegator: string): Delegation[];
  delegationsTo(state: Readable, operator: string): Delegation[];

  unbonding(state: Readable, delegator: string, operator: string): Unbonding | undefined;
  /** Without entries, it is deleted. */
  setUnbonding(state: Writable, unbonding: Unbonding): void;
  unbondings(state: Readable): Unbonding[];
  unbondingsFrom(state: Readable, operator: string): Unbonding[];

  redelegation(state: Readable, delegator: string, source: string, destination: string): Redelegation | undefined;
  /** Without entries, it is deleted. */
  setRedelegation(state: Writable, redelegation: Redelegation): void;
  redelegations(state: Readable): Redelegation[];
  redelegationsFrom(state: Readable, source: string): Redelegation[];
  /** Whether coins of the delegator came to the validator by a redelegation that is not mature. */
  hasRedelegationInto(state: Readable, delegator: string, destination: string): boolean;

  /** The next number of an unbonding, redelegation or a validator's unbonding; they begin with 1. */
  takeUnbondingId(state: Writable): bigint;
  /** The last number that was taken; 0 for none. */
  setUnbondingId(state: Writable, last: bigint): void;
};

type Store = Pick<KVStore, 'get' | 'iterate'>;
const emptyRow = new Uint8Array(0);

export function makeDelegationRows(codecs: Codecs): DelegationRows {
  return { ...delegationRows(codecs), ...unbondingRows(codecs), ...redelegationRows(codecs), takeUnbondingId, setUnbondingId };
}

function valuesUnder<T>(store: Store, prefix: Uint8Array, decode: (bytes: Uint8Array) => T): T[] {
  return [...store.iterate(prefix, endOfPrefix(prefix))].map(([, bytes]) => decode(bytes));
}

/** The addresses in the keys of an index, after its prefix. */
function indexedUnder(store: Store, prefix: Uint8Array): Uint8Array[][] {
  return [...store.iterate(prefix, endOfPrefix(prefix))].map(([key]) => sizedAddresses(key.slice(prefix.length)));
}

/** The row that an index leads to. */
function indexed<T>(store: Store, key: Uint8Array, decode: (bytes: Uint8Array) => T): T {
  const bytes = store.get(key);
  assert(bytes !== undefined, 'an index leads to a row');
  return decode(bytes);
}

function delegationRows(codecs: Codecs): Pick<DelegationRows, 'delegation' | 'setDelegation' | 'deleteDelegation' | 'delegations' | 'delegationsOf' | 'delegationsTo'> {
  const { encode, decode } = makeStakingCodecs(codecs).delegation;
  return {
    delegation: (state, delegator, operator) => {
      const bytes = state.store(stakingStore).get(delegationKey(addressBytes(delegator), operatorAddress.bytes(operator)));
      return bytes && decode(bytes);
    },
    setDelegation: (state, delegation) => {
      const [delegator, operator] = [addressBytes(delegation.delegatorAddress), operatorAddress.bytes(delegation.validatorAddress)];
      state.store(stakingStore).set(delegationKey(delegator, operator), encode(delegation));
      state.store(stakingStore).set(delegationToKey(operator, delegator), emptyRow);
    },
    deleteDelegation: (state, { delegatorAddress, validatorAddress }) => {
      const [delegator, operator] = [addressBytes(delegatorAddress), operatorAddress.bytes(validatorAddress)];
      state.store(stakingStore).delete(delegationKey(delegator, operator));
      state.store(stakingStore).delete(delegationToKey(operator, delegator));
    },
    delegations: state => valuesUnder(state.store(stakingStore), delegationsPrefix, decode),
    delegationsOf: (state, delegator) => valuesUnder(state.store(stakingStore), delegationsOfPrefix(addressBytes(delegator)), decode),
    delegationsTo: (state, operator) => {
      const [store, bytes] = [state.store(stakingStore), operatorAddress.bytes(operator)];
      return indexedUnder(store, delegationsToPrefix(bytes)).map(([delegator = emptyRow]) => indexed(store, delegationKey(delegator, bytes), decode));
    },
  };
}

function unbondingRows(codecs: Codecs): Pick<DelegationRows, 'unbonding' | 'setUnbonding' | 'unbondings' | 'unbondingsFrom'> {
  const { encode, decode } = makeStakingCodecs(codecs).unbonding;
  return {
    unbonding: (state, delegator, operator) => {
      const bytes = state.store(stakingStore).get(unbondingKey(addressBytes(delegator), operatorAddress.bytes(operator)));
      return bytes && decode(bytes);
    },
    setUnbonding: (state, unbonding) => {
      const [delegator, operator] = [addressBytes(unbonding.delegatorAddress), operatorAddress.bytes(unbonding.validatorAddress)];
      setOrDelete(state, unbonding.entries.length > 0, [unbondingKey(delegator, operator), encode(unbonding)], [unbondingFromKey(operator, delegator)]);
    },
    unbondings: state => valuesUnder(state.store(stakingStore), unbondingsPrefix, decode),
    unbondingsFrom: (state, operator) => {
      const [store, bytes] = [state.store(stakingStore), operatorAddress.bytes(operator)];
      return indexedUnder(store, unbondingsFromPrefix(bytes)).map(([delegator = emptyRow]) => indexed(store, unbondingKey(delegator, bytes), decode));
    },
  };
}

function redelegationRows(codecs: Codecs): Pick<DelegationRows, 'redelegation' | 'setRedelegation' | 'redelegations' | 'redelegationsFrom' | 'hasRedelegationInto'> {
  const { encode, decode } = makeStakingCodecs(codecs).redelegation;
  return {
    redelegation: (state, delegator, source, destination) => {
      const bytes = state.store(stakingStore).get(redelegationKey(addressBytes(delegator), operatorAddress.bytes(source), operatorAddress.bytes(destination)));
      return bytes && decode(bytes);
    },
    setRedelegation: (state, redelegation) => {
      const delegator = addressBytes(redelegation.delegatorAddress);
      const [source, destination] = [operatorAddress.bytes(redelegation.validatorSrcAddress), operatorAddress.bytes(redelegation.validatorDstAddress)];
      const indexes = [redelegationFromKey(source, delegator, destination), redelegationIntoKey(destination, delegator, source)];
      setOrDelete(state, redelegation.entries.length > 0, [redelegationKey(delegator, source, destination), encode(redelegation)], indexes);
    },
    redelegations: state => valuesUnder(state.store(stakingStore), redelegationsPrefix, decode),
    redelegationsFrom: (state, source) => {
      const [store, bytes] = [state.store(stakingStore), operatorAddress.bytes(source)];
      return indexedUnder(store, redelegationsFromPrefix(bytes)).map(([delegator = emptyRow, destination = emptyRow]) =>
        indexed(store, redelegationKey(delegator, bytes, destination), decode));
    },
    hasRedelegationInto: (state, delegator, destination) => {
      const prefix = redelegationsIntoPrefix(operatorAddress.bytes(destination), addressBytes(delegator));
      for (const row of state.store(stakingStore).iterate(prefix, endOfPrefix(prefix))) return row.length > 0;
      return false;
    },
  };
}

/** A row and what leads to it come and go together. */
function setOrDelete(state: Writable, stays: boolean, [key, value]: readonly [Uint8Array, Uint8Array], indexes: readonly Uint8Array[]): void {
  const store = state.store(stakingStore);
  for (const [at, content] of [[key, value] as const, ...indexes.map(index => [index, emptyRow] as const)]) {
    if (stays) store.set(at, content);
    else store.delete(at);
  }
}

function takeUnbondingId(state: Writable): bigint {
  const bytes = state.store(stakingStore).get(unbondingIdKey);
  const id = (bytes ? uint64Of(bytes) : 0n) + 1n;
  setUnbondingId(state, id);
  return id;
}

function setUnbondingId(state: Writable, last: bigint): void {
  if (last > 0n) state.store(stakingStore).set(unbondingIdKey, uint64Bytes(last));
}
