/**
 * Periods of a validator (F1 fee distribution): they end whenever a stake with it changes or is slashed. What one token
 * earned up to the end of a period is written once; what a delegation earned is then a difference of two such rows.
 */
import assert from 'node:assert/strict';
import { addDecCoins, quoDecCoinsTruncate, subDecCoins, type DecCoins } from '../../dec-coins.js';
import { decOf } from '../../decimal.js';
import type { Validator } from '../staking/types.js';
import type { Readable, Writable } from '../state.js';
import type { CurrentRewards, HistoricalRewards } from './records.js';
import type { DistributionRows } from './rows.js';

/** The end of a period: its number, and what one token had earned until then. */
export type PeriodEnd = { readonly period: bigint; readonly ratio: DecCoins };

/** Rows of a new validator: period 0 has ended with nothing, period 1 begins. */
export function beginPeriods(rows: DistributionRows, state: Writable, operator: string): void {
  rows.setHistorical(state, operator, 0n, { ratio: [], referenceCount: 1 });
  rows.current.set(state, operator, { rewards: [], period: 1n });
  rows.commission.set(state, operator, []);
  rows.outstanding.set(state, operator, []);
}

export function currentRewards(rows: DistributionRows, state: Readable, operator: string): CurrentRewards {
  const current = rows.current.get(state, operator);
  assert(current !== undefined, `${operator} has a period under way`);
  return current;
}

/** What the end of the period would be, if it ended now. */
export function periodEndNow(rows: DistributionRows, state: Readable, { operatorAddress, tokens }: Validator): PeriodEnd {
  const { rewards, period } = currentRewards(rows, state, operatorAddress);
  const before = rows.historical(state, operatorAddress, period - 1n).ratio;
  return { period, ratio: tokens === 0n ? before : addDecCoins(before, quoDecCoinsTruncate(rewards, decOf(tokens))) };
}

/** Ends the period and begins the next. What a validator without tokens has earned goes to the community. */
export function endPeriod(rows: DistributionRows, state: Writable, validator: Validator): PeriodEnd {
  const { operatorAddress: operator, tokens } = validator;
  const { rewards } = currentRewards(rows, state, operator);
  const end = periodEndNow(rows, state, validator);
  if (tokens === 0n && rewards.length > 0) {
    rows.setPool(state, addDecCoins(rows.pool(state), rewards));
    rows.outstanding.set(state, operator, subDecCoins(rows.outstanding.get(state, operator) ?? [], rewards));
  }
  release(rows, state, operator, end.period - 1n);
  rows.setHistorical(state, operator, end.period, { ratio: end.ratio, referenceCount: 1 });
  rows.current.set(state, operator, { rewards: [], period: end.period + 1n });
  return end;
}

/** The validator itself, a delegation and a slash event: no more count from one period. */
const referencesMax = 3;

/** One more counts from the end of `period`. */
export function hold(rows: DistributionRows, state: Writable, operator: string, period: bigint): void {
  const known: HistoricalRewards = rows.historical(state, operator, period);
  assert(known.referenceCount < referencesMax, 'at most three count from one period');
  rows.setHistorical(state, operator, period, { ...known, referenceCount: known.referenceCount + 1 });
}

/** One less; the row goes with the last. */
export function release(rows: DistributionRows, state: Writable, operator: string, period: bigint): void {
  const known = rows.historical(state, operator, period);
  assert(known.referenceCount > 0, 'who lets a period go has held it');
  if (known.referenceCount === 1) rows.deleteHistorical(state, operator, period);
  else rows.setHistorical(state, operator, period, { ...known, referenceCount: known.referenceCount - 1 });
}
