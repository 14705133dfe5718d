/** The store of distribution, row by row. What follows from what is in periods.ts and rewards.ts. */
import assert from 'node:assert/strict';
import { concatBytes, endOfPrefix } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import { addressBytes, addressText } from '../../crypto/address.js';
import type { DecCoins } from '../../dec-coins.js';
import { decodedOnce } from '../../decoded-once.js';
import { rowsBelow, type Readable, type Writable } from '../state.js';
import * as keys from './keys.js';
import { storedParams, toWireParams, type DistributionParams, type WireDistributionParams } from './params.js';
import { makeRecordCodecs, type CurrentRewards, type HistoricalRewards, type RecordCodec, type SlashEvent, type StartingInfo } from './records.js';

type Of<T> = { readonly operator: string } & T;
/** A slash event and the block of it. */
export type SlashEventAt = SlashEvent & { readonly height: bigint };

/** One row for each validator. */
export type OperatorRows<T> = {
  get(state: Readable, operator: string): T | undefined;
  set(state: Writable, operator: string, value: T): void;
  delete(state: Writable, operator: string): void;
  /** By operator bytes. */
  all(state: Readable): readonly Of<{ readonly value: T }>[];
};

export type DistributionRows = {
  params(state: Readable): DistributionParams;
  setParams(state: Writable, params: DistributionParams): void;
  /** The community pool: what belongs to nobody in particular. */
  pool(state: Readable): DecCoins;
  setPool(state: Writable, pool: DecCoins): void;
  previousProposer(state: Readable): Uint8Array | undefined;
  setPreviousProposer(state: Writable, consensus: Uint8Array): void;
  /** What validator and delegators have earned and not taken yet; of it, `commission` is the validator's. */
  readonly outstanding: OperatorRows<DecCoins>;
  readonly commission: OperatorRows<DecCoins>;
  readonly current: OperatorRows<CurrentRewards>;
  historical(state: Readable, operator: string, period: bigint): HistoricalRewards;
  setHistorical(state: Writable, operator: string, period: bigint, value: HistoricalRewards): void;
  deleteHistorical(state: Writable, operator: string, period: bigint): void;
  deleteAllHistorical(state: Writable, operator: string): void;
  allHistorical(state: Readable): readonly Of<HistoricalRewards & { readonly period: bigint }>[];
  startingInfo(state: Readable, operator: string, delegator: string): StartingInfo | undefined;
  setStartingInfo(state: Writable, operator: string, delegator: string, info: StartingInfo): void;
  deleteStartingInfo(state: Writable, operator: string, delegator: string): void;
  allStartingInfos(state: Readable): readonly Of<StartingInfo & { readonly delegator: string }>[];
  /** From one height to another, both included, in order. */
  slashEvents(state: Readable, operator: string, from: bigint, to: bigint): readonly SlashEventAt[];
  setSlashEvent(state: Writable, operator: string, event: SlashEventAt): void;
  deleteSlashEvents(state: Writable, operator: string): void;
  allSlashEvents(state: Readable): readonly Of<SlashEventAt>[];
  /** Who gets a delegator's rewards: itself, unless it said otherwise. */
  withdrawAddress(state: Readable, delegator: string): string;
  setWithdrawAddress(state: Writable, delegator: string, receiver: string): void;
  allWithdrawAddresses(state: Readable): readonly { readonly delegator: string; readonly receiver: string }[];
};

const storeOf = (state: Writable): ReturnType<Writable['store']> => state.store(keys.distributionStore);

const under = (state: Readable, prefix: Uint8Array): ReturnType<typeof rowsBelow> => rowsBelow(state, keys.distributionStore, prefix);

export function makeDistributionRows(codecs: Codecs): DistributionRows {
  const records = makeRecordCodecs(codecs);
  return {
    ...paramsAndPool(codecs, records.feePool),
    ...proposerRow,
    outstanding: operatorRows(keys.outstandingPrefix, keys.outstandingKey, records.outstanding),
    commission: operatorRows(keys.commissionPrefix, keys.commissionKey, records.commission),
    current: operatorRows(keys.currentPrefix, keys.currentKey, records.current),
    ...historicalRows(records.historical),
    ...startingInfoRows(records.startingInfo),
    ...slashEventRows(records.slashEvent),
    ...withdrawAddressRows,
  };
}

function paramsAndPool(codecs: Codecs, poolCodec: RecordCodec<DecCoins>): Pick<DistributionRows, 'params' | 'setParams' | 'pool' | 'setPool'> {
  const codec = codecs.of<WireDistributionParams>('cosmos.distribution.v1beta1.Params');
  const decode = decodedOnce(bytes => storedParams(codec.decode(bytes)), 4);
  const stored = (state: Readable, key: Uint8Array): Uint8Array => {
    const bytes = state.store(keys.distributionStore).get(key);
    assert(bytes !== undefined, 'genesis stored parameters and pool of distribution');
    return bytes;
  };
  return {
    params: state => decode(stored(state, keys.paramsKey)),
    setParams: (state, params) => storeOf(state).set(keys.paramsKey, codec.encode(toWireParams(params))),
    pool: state => poolCodec.decode(stored(state, keys.feePoolKey)),
    setPool: (state, pool) => storeOf(state).set(keys.feePoolKey, poolCodec.encode(pool)),
  };
}

/** google.protobuf.BytesValue: one field, of less than 128 bytes. */
const proposerRow: Pick<DistributionRows, 'previousProposer' | 'setPreviousProposer'> = {
  previousProposer: state => state.store(keys.distributionStore).get(keys.previousProposerKey)?.slice(2),
  setPreviousProposer: (state, consensus) => storeOf(state).set(keys.previousProposerKey, concatBytes(Uint8Array.of(0x0a, consensus.length), consensus)),
};

function operatorRows<T>(prefix: Uint8Array, keyOf: (operator: string) => Uint8Array, record: RecordCodec<T>): OperatorRows<T> {
  return {
    get: (state, operator) => {
      const bytes = state.store(keys.distributionStore).get(keyOf(operator));
      return bytes && record.decode(bytes);
    },
    set: (state, operator, value) => storeOf(state).set(keyOf(operator), record.encode(value)),
    delete: (state, operator) => storeOf(state).delete(keyOf(operator)),
    all: state => under(state, prefix).map(([key, bytes]) => ({ operator: keys.operatorOfKey(key), value: record.decode(bytes) })),
  };
}

type Historical = Pick<DistributionRows, 'historical' | 'setHistorical' | 'deleteHistorical' | 'deleteAllHistorical' | 'allHistorical'>;

function historicalRows(record: RecordCodec<HistoricalRewards>): Historical {
  return {
    historical: (state, operator, period) => {
      const bytes = state.store(keys.distributionStore).get(keys.historicalKey(operator, period));
      assert(bytes !== undefined, `period ${period} of ${operator} is kept as long as somebody counts from there`);
      return record.decode(bytes);
    },
    setHistorical: (state, operator, period, value) => storeOf(state).set(keys.historicalKey(operator, period), record.encode(value)),
    deleteHistorical: (state, operator, period) => storeOf(state).delete(keys.historicalKey(operator, period)),
    deleteAllHistorical: (state, operator) => {
      for (const [key] of under(state, keys.historicalOf(operator))) storeOf(state).delete(key);
    },
    allHistorical: state => under(state, keys.historicalPrefix)
      .map(([key, bytes]) => ({ operator: keys.operatorOfKey(key), period: keys.periodOfKey(key), ...record.decode(bytes) })),
  };
}

type StartingInfos = Pick<DistributionRows, 'startingInfo' | 'setStartingInfo' | 'deleteStartingInfo' | 'allStartingInfos'>;

function startingInfoRows(record: RecordCodec<StartingInfo>): StartingInfos {
  return {
    startingInfo: (state, operator, delegator) => {
      const bytes = state.store(keys.distributionStore).get(keys.startingInfoKey(operator, delegator));
      return bytes && record.decode(bytes);
    },
    setStartingInfo: (state, operator, delegator, info) => storeOf(state).set(keys.startingInfoKey(operator, delegator), record.encode(info)),
    deleteStartingInfo: (state, operator, delegator) => storeOf(state).delete(keys.startingInfoKey(operator, delegator)),
    allStartingInfos: state => under(state, keys.startingInfoPrefix)
      .map(([key, bytes]) => ({ operator: keys.operatorOfKey(key), delegator: keys.delegatorOfKey(key), ...record.decode(bytes) })),
  };
}

type SlashEvents = Pick<DistributionRows, 'slashEvents' | 'setSlashEvent' | 'deleteSlashEvents' | 'allSlashEvents'>;

function slashEventRows(record: RecordCodec<SlashEvent>): SlashEvents {
  const eventOf = ([key, bytes]: readonly [Uint8Array, Uint8Array]): SlashEventAt => ({ height: keys.heightOfKey(key), ...record.decode(bytes) });
  return {
    slashEvents: (state, operator, from, to) =>
      [...state.store(keys.distributionStore).iterate(keys.slashEventsAt(operator, from), endOfPrefix(keys.slashEventsAt(operator, to)))].map(eventOf),
    setSlashEvent: (state, operator, { height, period, fraction }) =>
      storeOf(state).set(keys.slashEventKey(operator, height, period), record.encode({ period, fraction })),
    deleteSlashEvents: (state, operator) => {
      for (const [key] of under(state, keys.slashEventsOf(operator))) storeOf(state).delete(key);
    },
    allSlashEvents: state => under(state, keys.slashEventPrefix).map(row => ({ operator: keys.operatorOfKey(row[0]), ...eventOf(row) })),
  };
}

const withdrawAddressRows: Pick<DistributionRows, 'withdrawAddress' | 'setWithdrawAddress' | 'allWithdrawAddresses'> = {
  withdrawAddress: (state, delegator) => {
    const bytes = state.store(keys.distributionStore).get(keys.withdrawAddressKey(delegator));
    return bytes ? addressText(bytes) : delegator;
  },
  setWithdrawAddress: (state, delegator, receiver) => storeOf(state).set(keys.withdrawAddressKey(delegator), addressBytes(receiver)),
  allWithdrawAddresses: state => under(state, keys.withdrawAddressPrefix).map(([key, bytes]) => ({ delegator: keys.accountOfKey(key), receiver: addressText(bytes) })),
};
