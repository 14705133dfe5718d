/** What waits for a time: unbondings, redelegations and validators on their way out. Rows by time; all of one time in one row. */
import { concatBytes, uint64Of } from '../../bytes.js';
import type { Timestamp } from '../../abci/types.js';
import type { Codec, Codecs } from '../../codec/index.js';
import type { Readable, Writable } from '../state.js';
import { redelegationQueueKey, redelegationQueuePrefix, stakingStore, unbondingQueueKey, unbondingQueuePrefix, validatorQueueKey, validatorQueuePrefix } from './keys.js';
import type { Validator } from './types.js';

export type DelegatorAndValidator = { delegatorAddress: string; validatorAddress: string };
export type DelegatorAndValidators = { delegatorAddress: string; validatorSrcAddress: string; validatorDstAddress: string };

export type StakingQueues = {
  addUnbonding(state: Writable, pair: DelegatorAndValidator, time: Timestamp): void;
  /** Takes off all that are due at `time`; earliest first, then in the order they were added. */
  takeUnbondings(state: Writable, time: Timestamp): DelegatorAndValidator[];
  addRedelegation(state: Writable, triplet: DelegatorAndValidators, time: Timestamp): void;
  takeRedelegations(state: Writable, time: Timestamp): DelegatorAndValidators[];
  /** At the validator's own unbonding time and height. */
  addValidator(state: Writable, validator: Validator): void;
  removeValidator(state: Writable, validator: Validator): void;
  /** Operators that are due by time and by height (after a restart from an export, heights may count anew); they stay until they are removed. */
  dueValidators(state: Readable, time: Timestamp, height: bigint): string[];
};

export function makeStakingQueues(codecs: Codecs): StakingQueues {
  const pairs = timeQueue(codecs.of<{ pairs: DelegatorAndValidator[] }>('cosmos.staking.v1beta1.DVPairs'), 'pairs');
  const triplets = timeQueue(codecs.of<{ triplets: DelegatorAndValidators[] }>('cosmos.staking.v1beta1.DVVTriplets'), 'triplets');
  return {
    addUnbonding: (state, pair, time) => pairs.add(state, unbondingQueueKey(time), pair),
    takeUnbondings: (state, time) => pairs.take(state, unbondingQueuePrefix, unbondingQueueKey(time)),
    addRedelegation: (state, triplet, time) => triplets.add(state, redelegationQueueKey(time), triplet),
    takeRedelegations: (state, time) => triplets.take(state, redelegationQueuePrefix, redelegationQueueKey(time)),
    ...validatorQueue(codecs),
  };
}

const heightLast = 2n ** 64n - 1n;

/** The first key after `key`. */
const after = (key: Uint8Array): Uint8Array => concatBytes(key, Uint8Array.of(0));

function timeQueue<Name extends string, Item>(codec: Codec<{ [K in Name]: Item[] }>, name: Name) {
  const encode = (items: readonly Item[]): Uint8Array => codec.encode({ [name]: [...items] } as unknown as { [K in Name]: Item[] });
  return {
    add: (state: Writable, key: Uint8Array, item: Item): void => {
      const bytes = state.store(stakingStore).get(key);
      state.store(stakingStore).set(key, encode([...(bytes ? codec.decode(bytes)[name] : []), item]));
    },
    take: (state: Writable, prefix: Uint8Array, last: Uint8Array): Item[] => {
      const store = state.store(stakingStore);
      const due = [...store.iterate(prefix, after(last))];
      for (const [key] of due) store.delete(key);
      return due.flatMap(([, bytes]) => codec.decode(bytes)[name]);
    },
  };
}

function validatorQueue(codecs: Codecs): Pick<StakingQueues, 'addValidator' | 'removeValidator' | 'dueValidators'> {
  const codec = codecs.of<{ addresses: string[] }>('cosmos.staking.v1beta1.ValAddresses');
  const keyOf = ({ unbondingTime, unbondingHeight }: Validator): Uint8Array => validatorQueueKey(unbondingTime, unbondingHeight);
  const addressesAt = (state: Readable, key: Uint8Array): string[] => {
    const bytes = state.store(stakingStore).get(key);
    return bytes ? codec.decode(bytes).addresses : [];
  };
  return {
    addValidator: (state, validator) => {
      const key = keyOf(validator);
      state.store(stakingStore).set(key, codec.encode({ addresses: [...addressesAt(state, key), validator.operatorAddress] }));
    },
    removeValidator: (state, validator) => {
      const key = keyOf(validator);
      const left = addressesAt(state, key).filter(operator => operator !== validator.operatorAddress);
      if (left.length > 0) state.store(stakingStore).set(key, codec.encode({ addresses: left }));
      else state.store(stakingStore).delete(key);
    },
    dueValidators: (state, time, height) => {
      const rows = [...state.store(stakingStore).iterate(validatorQueuePrefix, after(validatorQueueKey(time, heightLast)))];
      return rows.filter(([key]) => uint64Of(key.slice(-8)) <= height).flatMap(([, bytes]) => codec.decode(bytes).addresses);
    },
  };
}
