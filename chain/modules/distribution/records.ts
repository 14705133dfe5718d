/** The rows of distribution as values, and their stored forms. */
import type { WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { storedDecCoins, toWireDecCoins, type DecCoins } from '../../dec-coins.js';
import { decWire, storedDec, type Dec } from '../../decimal.js';

/** What one token has earned since the validator began, at the end of a period; kept as long as somebody counts from there. */
export type HistoricalRewards = { readonly ratio: DecCoins; readonly referenceCount: number };
/** What delegators have earned in the period that is under way. */
export type CurrentRewards = { readonly rewards: DecCoins; readonly period: bigint };
/** `fraction` was taken at the end of `period`. */
export type SlashEvent = { readonly period: bigint; readonly fraction: Dec };
/** Since when a delegation counts: the period before, its worth in tokens then, and the block. */
export type StartingInfo = { readonly previousPeriod: bigint; readonly stake: Dec; readonly height: bigint };

export type WireHistorical = { cumulativeRewardRatio: WireCoin[]; referenceCount: number };
export type WireCurrent = { rewards: WireCoin[]; period: bigint };
export type WireSlashEvent = { validatorPeriod: bigint; fraction: string };
export type WireStartingInfo = { previousPeriod: bigint; stake: string; height: bigint };

export const toWireHistorical = ({ ratio, referenceCount }: HistoricalRewards): WireHistorical => ({ cumulativeRewardRatio: toWireDecCoins(ratio), referenceCount });
export const toWireCurrent = ({ rewards, period }: CurrentRewards): WireCurrent => ({ rewards: toWireDecCoins(rewards), period });
export const toWireSlashEvent = ({ period, fraction }: SlashEvent): WireSlashEvent => ({ validatorPeriod: period, fraction: decWire(fraction) });
export const toWireStartingInfo = ({ previousPeriod, stake, height }: StartingInfo): WireStartingInfo => ({ previousPeriod, stake: decWire(stake), height });

export const fromWireHistorical = (wire: WireHistorical): HistoricalRewards => ({ ratio: storedDecCoins(wire.cumulativeRewardRatio), referenceCount: wire.referenceCount });
export const fromWireCurrent = (wire: WireCurrent): CurrentRewards => ({ rewards: storedDecCoins(wire.rewards), period: wire.period });
export const fromWireSlashEvent = (wire: WireSlashEvent): SlashEvent => ({ period: wire.validatorPeriod, fraction: storedDec(wire.fraction) });
export const fromWireStartingInfo = (wire: WireStartingInfo): StartingInfo => ({ previousPeriod: wire.previousPeriod, stake: storedDec(wire.stake), height: wire.height });

/** A value and its bytes. */
export type RecordCodec<T> = { encode(value: T): Uint8Array; decode(bytes: Uint8Array): T };

export type RecordCodecs = {
  readonly feePool: RecordCodec<DecCoins>;
  readonly outstanding: RecordCodec<DecCoins>;
  readonly commission: RecordCodec<DecCoins>;
  readonly historical: RecordCodec<HistoricalRewards>;
  readonly current: RecordCodec<CurrentRewards>;
  readonly slashEvent: RecordCodec<SlashEvent>;
  readonly startingInfo: RecordCodec<StartingInfo>;
};

export function makeRecordCodecs(codecs: Codecs): RecordCodecs {
  const record = <T, Wire>(name: string, toWire: (value: T) => Wire, fromWire: (wire: Wire) => T): RecordCodec<T> => {
    const codec = codecs.of<Wire>(`cosmos.distribution.v1beta1.${name}`);
    return { encode: value => codec.encode(toWire(value)), decode: bytes => fromWire(codec.decode(bytes)) };
  };
  const coinsIn = <Field extends string>(name: string, field: Field): RecordCodec<DecCoins> =>
    record<DecCoins, Record<Field, WireCoin[]>>(name, coins => ({ [field]: toWireDecCoins(coins) }) as Record<Field, WireCoin[]>, wire => storedDecCoins(wire[field]));
  return {
    feePool: coinsIn('FeePool', 'communityPool'),
    outstanding: coinsIn('ValidatorOutstandingRewards', 'rewards'),
    commission: coinsIn('ValidatorAccumulatedCommission', 'commission'),
    historical: record('ValidatorHistoricalRewards', toWireHistorical, fromWireHistorical),
    current: record('ValidatorCurrentRewards', toWireCurrent, fromWireCurrent),
    slashEvent: record('ValidatorSlashEvent', toWireSlashEvent, fromWireSlashEvent),
    startingInfo: record('DelegatorStartingInfo', toWireStartingInfo, fromWireStartingInfo),
  };
}
