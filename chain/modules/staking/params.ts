/** Staking's parameters: the SDK's defaults in our denom, and what they must fulfil. */
import { isDenom } from '../../coins.js';
import { decOne, decText, decZero } from '../../decimal.js';
import { nanosOf } from '../../time.js';
import type { StakingParams } from './types.js';

export const stakingParamsDefault: StakingParams = {
  unbondingTime: { seconds: 21n * 24n * 60n * 60n, nanos: 0 },
  maxValidators: 100,
  maxEntries: 7,
  historicalEntries: 10_000,
  bondDenom: 'uwind',
  minCommissionRate: decZero,
};

/** Go's time.Duration ends there: some 292 years. */
const durationMax = 2n ** 63n - 1n;

/** So many signatures have room in the smallest block that consensus parameters allow; with more CometBFT could make no proposal. The SDK has no bound. */
const validatorsMax = 500;

/** What is wrong, in the SDK's words, or undefined. */
export function faultOfParams(params: StakingParams): string | undefined {
  const unbonding = nanosOf(params.unbondingTime);
  if (unbonding <= 0n || unbonding > durationMax) return `unbonding time must be positive: ${unbonding}`;
  if (params.maxValidators === 0) return `max validators must be positive: ${params.maxValidators}`;
  if (params.maxValidators > validatorsMax) return `max validators is too large: ${params.maxValidators} > ${validatorsMax}`;
  if (params.bondDenom.trim() === '') return 'bond denom cannot be blank';
  if (!isDenom(params.bondDenom)) return `invalid denom: ${params.bondDenom}`;
  if (params.maxEntries === 0) return `max entries must be positive: ${params.maxEntries}`;
  if (params.minCommissionRate < decZero) return `minimum commission rate cannot be negative: ${decText(params.minCommissionRate)}`;
  if (params.minCommissionRate > decOne) return `minimum commission rate cannot be greater than 100%: ${decText(params.minCommissionRate)}`;
  return undefined;
}
