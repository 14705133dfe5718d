/** Rows of parameters and validators: their records, the index by consensus address, the power index, what CometBFT was told. */
import assert from 'node:assert/strict';
import { endOfPrefix } from '../../bytes.js';
import { parseAmount } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { operatorAddress } from '../../crypto/address.js';
import { addressOfKey, makePublicKeyCodec } from '../../crypto/public-key.js';
import { decodedOnce } from '../../decoded-once.js';
import type { Readable, Writable } from '../state.js';
import { byConsensusKey, lastPowerKey, lastPowersPrefix, lastTotalPowerKey, paramsKey, powerIndexKey, powerIndexPrefix, sizedAddresses, stakingStore, validatorKey, validatorsPrefix } from './keys.js';
import { potentialPower } from './shares.js';
import type { StakingParams, Validator } from './types.js';
import { makeStakingCodecs } from './wire.js';

export type ValidatorRows = {
  params(state: Readable): StakingParams;
  setParams(state: Writable, params: StakingParams): void;
  validator(state: Readable, operator: string): Validator | undefined;
  /** Asserts that there is one. */
  knownValidator(state: Readable, operator: string): Validator;
  validatorByConsensus(state: Readable, consensus: Uint8Array): Validator | undefined;
  consensusBytes(validator: Validator): Uint8Array;
  /** The record alone; its place in the power index is setInPowerIndex's. */
  setValidator(state: Writable, validator: Validator): void;
  setByConsensus(state: Writable, validator: Validator): void;
  /** A jailed validator is not in it. */
  setInPowerIndex(state: Writable, validator: Validator): void;
  /** `validator` as it was when it was set there. */
  deleteFromPowerIndex(state: Writable, validator: Validator): void;
  /** The record and both indexes. */
  deleteValidator(state: Writable, validator: Validator): void;
  /** By operator bytes. */
  validators(state: Readable): Validator[];
  /** Strongest first, one at a time; ties: lower operator bytes first. */
  byPower(state: Readable): Iterable<Validator>;
  lastPower(state: Readable, operator: string): bigint | undefined;
  setLastPower(state: Writable, operator: string, power: bigint | undefined): void;
  /** By operator bytes. */
  lastPowers(state: Readable): { operator: string; power: bigint }[];
  lastTotalPower(state: Readable): bigint;
  setLastTotalPower(state: Writable, power: bigint): void;
};

/** A busy chain's validators. */
const decodedValidatorsMax = 1_000;

export function makeValidatorRows(codecs: Codecs): ValidatorRows {
  const wire = makeStakingCodecs(codecs);
  const decodeParams = decodedOnce(bytes => wire.params.decode(bytes), 4);
  const decodeValidator = decodedOnce(bytes => wire.validator.decode(bytes), decodedValidatorsMax);
  const publicKeys = makePublicKeyCodec(codecs);

  const validatorAt = (state: Readable, operator: Uint8Array): Validator | undefined => {
    const bytes = state.store(stakingStore).get(validatorKey(operator));
    return bytes && decodeValidator(bytes);
  };
  const known = (found: Validator | undefined): Validator => {
    assert(found !== undefined, 'a validator that others refer to has a record');
    return found;
  };
  const consensusBytes = (validator: Validator): Uint8Array => addressOfKey(publicKeys.fromAny(validator.consensusPubkey));
  const indexKey = (validator: Validator): Uint8Array => powerIndexKey(potentialPower(validator), operatorAddress.bytes(validator.operatorAddress));
  const deleteFromPowerIndex = (state: Writable, validator: Validator): void => state.store(stakingStore).delete(indexKey(validator));
  return {
    params: state => {
      const bytes = state.store(stakingStore).get(paramsKey);
      assert(bytes !== undefined, 'genesis stored the parameters of staking');
      return decodeParams(bytes);
    },
    setParams: (state, params) => state.store(stakingStore).set(paramsKey, wire.params.encode(params)),
    validator: (state, operator) => validatorAt(state, operatorAddress.bytes(operator)),
    knownValidator: (state, operator) => known(validatorAt(state, operatorAddress.bytes(operator))),
    validatorByConsensus: (state, consensus) => {
      const operator = state.store(stakingStore).get(byConsensusKey(consensus));
      return operator && known(validatorAt(state, operator));
    },
    consensusBytes,
    setValidator: (state, validator) => state.store(stakingStore).set(validatorKey(operatorAddress.bytes(validator.operatorAddress)), wire.validator.encode(validator)),
    setByConsensus: (state, validator) => state.store(stakingStore).set(byConsensusKey(consensusBytes(validator)), operatorAddress.bytes(validator.operatorAddress)),
    setInPowerIndex: (state, validator) => {
      if (!validator.jailed) state.store(stakingStore).set(indexKey(validator), operatorAddress.bytes(validator.operatorAddress));
    },
    deleteFromPowerIndex,
    deleteValidator: (state, validator) => {
      const store = state.store(stakingStore);
      store.delete(validatorKey(operatorAddress.bytes(validator.operatorAddress)));
      store.delete(byConsensusKey(consensusBytes(validator)));
      deleteFromPowerIndex(state, validator);
    },
    validators: state => [...state.store(stakingStore).iterate(validatorsPrefix, endOfPrefix(validatorsPrefix))].map(([, bytes]) => decodeValidator(bytes)),
    *byPower(state) {
      const rows = state.store(stakingStore).iterate(powerIndexPrefix, endOfPrefix(powerIndexPrefix), { reverse: true });
      for (const [, operator] of rows) yield known(validatorAt(state, operator));
    },
    ...lastPowerRows(codecs),
  };
}

type LastPowerRows = Pick<ValidatorRows, 'lastPower' | 'setLastPower' | 'lastPowers' | 'lastTotalPower' | 'setLastTotalPower'>;

function lastPowerRows(codecs: Codecs): LastPowerRows {
  const power = codecs.of<{ value: bigint }>('cosmos.staking.v1beta1.LastPower');
  const total = codecs.of<{ int: string }>('cosmos.staking.v1beta1.LastTotalPower');
  return {
    lastPower: (state, operator) => {
      const bytes = state.store(stakingStore).get(lastPowerKey(operatorAddress.bytes(operator)));
      return bytes && power.decode(bytes).value;
    },
    setLastPower: (state, operator, value) => {
      const key = lastPowerKey(operatorAddress.bytes(operator));
      if (value === undefined) state.store(stakingStore).delete(key);
      else state.store(stakingStore).set(key, power.encode({ value }));
    },
    lastPowers: state => [...state.store(stakingStore).iterate(lastPowersPrefix, endOfPrefix(lastPowersPrefix))].map(([key, bytes]) => {
      const [operator] = sizedAddresses(key.slice(lastPowersPrefix.length));
      assert(operator !== undefined, 'the key of a last power holds an address');
      return { operator: operatorAddress.text(operator), power: power.decode(bytes).value };
    }),
    lastTotalPower: state => {
      const bytes = state.store(stakingStore).get(lastTotalPowerKey);
      const value = bytes ? parseAmount(total.decode(bytes).int) : 0n;
      assert(value !== undefined, 'the last total power is decimal text');
      return value;
    },
    setLastTotalPower: (state, value) => state.store(stakingStore).set(lastTotalPowerKey, total.encode({ int: value.toString() })),
  };
}
