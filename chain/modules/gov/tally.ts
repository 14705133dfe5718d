/** Counting votes: a function of votes, validators and delegations, in exact decimals. */
import { addressBytes, operatorAddress } from '../../crypto/address.js';
import { addDec, dec, decOf, decZero, mulDec, mulDecInt, quoDec, subDec, truncateDec, type Dec } from '../../decimal.js';
import type { StakingKeeper } from '../staking/types.js';
import type { Readable } from '../state.js';
import { voteOption, type GovParams, type Proposal, type TallyResult, type Vote, type WeightedVoteOption } from './types.js';

/** What the tally asks of staking. */
export type GovStaking = Pick<StakingKeeper, 'bondedByPower' | 'delegationsOf' | 'totalBonded'>;

export type Verdict = { readonly passes: boolean; readonly burnsDeposits: boolean; readonly result: TallyResult };

/** A bonded validator while votes are counted. */
type Weighing = {
  readonly tokens: bigint;
  readonly shares: Dec;
  /** Shares of delegators who voted themselves. */
  deductions: Dec;
  vote: readonly WeightedVoteOption[];
};

type Count = { readonly power: Map<number, Dec>; total: Dec };

/** Counts the votes of a proposal, each by the stake behind it now. Changes nothing. */
export function tally(staking: GovStaking, state: Readable, votes: Iterable<Vote>, proposal: Pick<Proposal, 'expedited'>, params: GovParams): Verdict {
  const count = countVotes(staking, state, votes);
  const result = resultOf(count);
  return { ...verdictOf(count, staking.totalBonded(state), proposal, params), result };
}

/** Who voted counts with all that he delegated to bonded validators; a validator's vote counts with what is left of its shares. */
function countVotes(staking: GovStaking, state: Readable, votes: Iterable<Vote>): Count {
  const validators = new Map<string, Weighing>(staking.bondedByPower(state).map(({ operatorAddress: operator, tokens, delegatorShares }) =>
    [operator, { tokens, shares: delegatorShares, deductions: decZero, vote: [] }]));
  const count: Count = { power: new Map(), total: decZero };
  for (const { voter, options } of votes) {
    const own = validators.get(operatorAddress.text(addressBytes(voter)));
    if (own) own.vote = options;
    for (const { validatorAddress, shares } of staking.delegationsOf(state, voter)) {
      const validator = validators.get(validatorAddress);
      if (!validator) continue;
      validator.deductions = addDec(validator.deductions, shares);
      add(count, powerOf(validator, shares), options);
    }
  }
  for (const validator of validators.values()) {
    if (validator.vote.length > 0) add(count, powerOf(validator, subDec(validator.shares, validator.deductions)), validator.vote);
  }
  return count;
}

/** Nothing when the last share was taken off in this block: the validator is bonded until its end. */
function powerOf({ tokens, shares: all }: Weighing, shares: Dec): Dec {
  return all === decZero ? decZero : quoDec(mulDecInt(shares, tokens), all);
}

function add(count: Count, power: Dec, options: readonly WeightedVoteOption[]): void {
  for (const { option, weight } of options) {
    count.power.set(option, addDec(count.power.get(option) ?? decZero, mulDec(power, dec(weight))));
  }
  count.total = addDec(count.total, power);
}

function resultOf({ power }: Count): TallyResult {
  const whole = (option: number): string => truncateDec(power.get(option) ?? decZero).toString();
  return { yesCount: whole(voteOption.yes), abstainCount: whole(voteOption.abstain), noCount: whole(voteOption.no), noWithVetoCount: whole(voteOption.noWithVeto) };
}

/** The order of questions is the SDK's: it decides whether deposits burn. */
function verdictOf({ power, total }: Count, bonded: bigint, { expedited }: Pick<Proposal, 'expedited'>, params: GovParams): Omit<Verdict, 'result'> {
  const of = (option: number): Dec => power.get(option) ?? decZero;
  const rejected = (burnsDeposits: boolean): Omit<Verdict, 'result'> => ({ passes: false, burnsDeposits });
  if (bonded === 0n) return rejected(false);
  if (quoDec(total, decOf(bonded)) < dec(params.quorum)) return rejected(params.burnVoteQuorum);
  const decided = subDec(total, of(voteOption.abstain));
  if (decided === decZero) return rejected(false);
  if (quoDec(of(voteOption.noWithVeto), total) > dec(params.vetoThreshold)) return rejected(params.burnVoteVeto);
  const threshold = dec(expedited ? params.expeditedThreshold : params.threshold);
  return { passes: quoDec(of(voteOption.yes), decided) > threshold, burnsDeposits: false };
}
