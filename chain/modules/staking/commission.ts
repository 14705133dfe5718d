/** A validator's commission and description: what they may be, and how they may change. */
import type { Timestamp } from '../../abci/types.js';
import { decFromWire, decOne, decText, decZero, subDec, type Dec } from '../../decimal.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { nanosOf } from '../../time.js';
import { refuseStaking } from './refusals.js';
import type { CommissionRates, Description, Validator } from './types.js';
import type { WireRates } from './wire.js';

const dayNanos = 24n * 60n * 60n * 1_000_000_000n;

/** A decimal of a message; undefined when the field is empty. */
export function messageDec(text: string): Dec | undefined {
  return text === '' ? undefined : (decFromWire(text) ?? refuseSdk('txParse', 'a decimal field holds none'));
}

/** Refuses what no validator may begin with. */
export function checkedRates(wire: WireRates | undefined): CommissionRates {
  const [rate, maxRate, maxChangeRate] = [wire?.rate, wire?.maxRate, wire?.maxChangeRate].map(text => messageDec(text ?? ''));
  if (rate === undefined || maxRate === undefined || maxChangeRate === undefined) return refuseSdk('invalidRequest', 'empty commission');
  if (maxRate < decZero) refuseStaking('commissionNegative');
  if (maxRate > decOne) refuseStaking('commissionHuge');
  if (rate < decZero) refuseStaking('commissionNegative');
  if (rate > maxRate) refuseStaking('commissionAboveMax');
  if (maxChangeRate < decZero) refuseStaking('changeRateNegative');
  if (maxChangeRate > maxRate) refuseStaking('changeRateAboveMax');
  return { rate, maxRate, maxChangeRate };
}

/** Once in 24 h, up by at most the change rate, never above the maximum. Going down is free. */
export function changedCommission({ commission }: Validator, rate: Dec, now: Timestamp, minRate: Dec): Validator['commission'] {
  if (nanosOf(now) - nanosOf(commission.updateTime) < dayNanos) refuseStaking('commissionTooSoon');
  if (rate < decZero) refuseStaking('commissionNegative');
  if (rate > commission.maxRate) refuseStaking('commissionAboveMax');
  if (subDec(rate, commission.rate) > commission.maxChangeRate) refuseStaking('commissionStep');
  if (rate < minRate) refuse('undefined', 1, `cannot set validator commission to less than minimum rate of ${decText(minRate)}`);
  return { ...commission, rate, updateTime: now };
}

/** The commission as the SDK's events show it: protobuf's text form. */
export function commissionText({ rate, maxRate, maxChangeRate, updateTime: { seconds, nanos } }: Validator['commission']): string {
  const time = [...(seconds === 0n ? [] : [`seconds:${seconds} `]), ...(nanos === 0 ? [] : [`nanos:${nanos} `])].join('');
  return `commission_rates:<rate:"${rate}" max_rate:"${maxRate}" max_change_rate:"${maxChangeRate}" > update_time:<${time}> `;
}

/** Bytes of UTF-8, as Go counts them. */
const lengths: readonly (readonly [field: keyof Description, name: string, max: number])[] = [
  ['moniker', 'moniker', 70], ['identity', 'identity', 3000], ['website', 'website', 140], ['securityContact', 'security contact', 140], ['details', 'details', 280],
];

export function checkedDescription(description: Description): Description {
  for (const [field, name, max] of lengths) {
    const length = Buffer.byteLength(description[field], 'utf8');
    if (length > max) refuseSdk('invalidRequest', `invalid ${name} length; got: ${length}, max: ${max}`);
  }
  return description;
}

export const isEmptyDescription = (description: Description | undefined): boolean => !description || lengths.every(([field]) => description[field] === '');

/** In an edit, this text leaves a field as it is. */
const unchanged = '[do-not-modify]';

export function changedDescription(before: Description, change: Description): Description {
  const kept = (field: keyof Description): string => (change[field] === unchanged ? before[field] : change[field]);
  return checkedDescription({ moniker: kept('moniker'), identity: kept('identity'), website: kept('website'), securityContact: kept('securityContact'), details: kept('details') });
}

export function requireMinCommission(rate: Dec, minRate: Dec): void {
  if (rate < minRate) refuseStaking('commissionBelowMin', `cannot set validator commission to less than minimum rate of ${decText(minRate)}`);
}
