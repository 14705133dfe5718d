/** Parameters of governance: the SDK's defaults, and what must hold of them. */
import type { Duration } from '../../abci/types.js';
import { coinsOrNothing, wireCoinsText, type Coins, type WireCoin } from '../../coins.js';
import { parseAddress } from '../../crypto/address.js';
import { decFromText, decOne, decText, problemOfDec, type Dec } from '../../decimal.js';
import { durationText, nanosOf } from '../../time.js';
import type { GovParams } from './types.js';

const hours = (count: bigint): Duration => ({ seconds: count * 3600n, nanos: 0 });

/** Of SDK v0.50, in the chain's own coin. */
export function govParamsDefault(bondDenom: string): GovParams {
  return {
    minDeposit: [{ denom: bondDenom, amount: '10000000' }],
    maxDepositPeriod: hours(48n),
    votingPeriod: hours(48n),
    quorum: '0.334000000000000000',
    threshold: '0.500000000000000000',
    vetoThreshold: '0.334000000000000000',
    minInitialDepositRatio: '0.000000000000000000',
    proposalCancelRatio: '0.500000000000000000',
    proposalCancelDest: '',
    expeditedVotingPeriod: hours(24n),
    expeditedThreshold: '0.667000000000000000',
    expeditedMinDeposit: [{ denom: bondDenom, amount: '50000000' }],
    burnVoteQuorum: false,
    burnProposalDepositPrevote: false,
    burnVoteVeto: true,
    minDepositRatio: '0.010000000000000000',
  };
}

/** 290 years: the SDK's durations are int64 nanoseconds, and a time with one added is still a year of four digits. */
const periodSecondsMax = 9_223_372_036n;

/** What is wrong with parameters, in the SDK's words; undefined when all holds. Checked in genesis and when governance changes them. */
export function faultOfGovParams(params: GovParams): string | undefined {
  return faultOfDeposits(params) ?? faultOfPeriods(params) ?? faultOfShares(params) ?? faultOfCancel(params);
}

function faultOfDeposits({ minDeposit, expeditedMinDeposit }: GovParams): string | undefined {
  const regular = positiveCoins(minDeposit);
  if (!regular) return `invalid minimum deposit: ${wireCoinsText(minDeposit)}`;
  const expedited = positiveCoins(expeditedMinDeposit);
  if (!expedited) return `invalid expedited minimum deposit: ${wireCoinsText(expeditedMinDeposit)}`;
  if (isAllAtLeast(regular, expedited)) return `expedited minimum deposit must be greater than minimum deposit: ${wireCoinsText(expeditedMinDeposit)}`;
  return undefined;
}

function positiveCoins(list: readonly WireCoin[]): Coins | undefined {
  return list.length === 0 ? undefined : coinsOrNothing(list);
}

/** The SDK's IsAllGTE: for each denom of `least`, as much or more. */
export function isAllAtLeast(coins: Coins, least: Coins): boolean {
  return least.every(({ denom, amount }) => coins.some(coin => coin.denom === denom && coin.amount >= amount));
}

function faultOfPeriods({ maxDepositPeriod, votingPeriod, expeditedVotingPeriod }: GovParams): string | undefined {
  const periods = [['maximum deposit period', maxDepositPeriod], ['voting period', votingPeriod], ['expedited voting period', expeditedVotingPeriod]] as const;
  for (const [name, period] of periods) {
    if (!period) return `${name} must not be nil: 0`;
    if (!isPositive(period)) return `${name} must be positive: ${durationText(period)}`;
    if (period.seconds > periodSecondsMax || period.nanos > 999_999_999) return `${name} is too long: ${durationText(period)}`;
  }
  if (votingPeriod && expeditedVotingPeriod && nanosOf(expeditedVotingPeriod) >= nanosOf(votingPeriod)) {
    return `expedited voting period ${durationText(expeditedVotingPeriod)} must be strictly less that the regular voting period ${durationText(votingPeriod)}`;
  }
  return undefined;
}

const isPositive = ({ seconds, nanos }: Duration): boolean => seconds >= 0n && nanos >= 0 && (seconds > 0n || nanos > 0);

function faultOfShares(params: GovParams): string | undefined {
  const quorum = share('quorum', params.quorum);
  if (typeof quorum === 'string') return quorum;
  if (quorum < 0n) return `quorom cannot be negative: ${decText(quorum)}`;
  if (quorum > decOne) return `quorom too large: ${params.quorum}`;
  const threshold = positiveShare('threshold', 'vote threshold', params.threshold);
  if (typeof threshold === 'string') return threshold;
  const expedited = positiveShare('expedited threshold', 'expedited vote threshold', params.expeditedThreshold);
  if (typeof expedited === 'string') return expedited;
  if (expedited <= threshold) return `expedited vote threshold ${decText(expedited)}, must be greater than the regular threshold ${decText(threshold)}`;
  const veto = positiveShare('vetoThreshold', 'veto threshold', params.vetoThreshold);
  if (typeof veto === 'string') return veto;
  return faultOfRatio('mininum initial deposit ratio of proposal', params.minInitialDepositRatio)
    ?? faultOfRatio('mininum deposit ratio of proposal', params.minDepositRatio);
}

function faultOfCancel({ proposalCancelRatio, proposalCancelDest }: GovParams): string | undefined {
  const fault = faultOfRatio('burn rate of cancel proposal', proposalCancelRatio);
  if (fault !== undefined || proposalCancelDest === '') return fault;
  const parsed = parseAddress(proposalCancelDest);
  return 'problem' in parsed ? `deposits destination address is invalid: ${proposalCancelDest}` : undefined;
}

function share(name: string, text: string): Dec | string {
  return decFromText(text) ?? `invalid ${name} string: ${problemOfDec(text)}`;
}

function positiveShare(name: string, called: string, text: string): Dec | string {
  const value = share(name, text);
  if (typeof value === 'string') return value;
  if (value <= 0n) return `${called} must be positive: ${decText(value)}`;
  return value > decOne ? `${called} too large: ${decText(value)}` : value;
}

function faultOfRatio(name: string, text: string): string | undefined {
  const value = decFromText(text);
  if (value === undefined) return `invalid ${name}: ${problemOfDec(text)}`;
  if (value < 0n) return `${name} must be positive: ${decText(value)}`;
  return value > decOne ? `${name} is too large: ${decText(value)}` : undefined;
}
