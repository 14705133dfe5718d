/** The tally while votes come in, for who asks: counted as the block at the end will count it, if that is little work. */
import { refuseQuery } from '../../refusal.js';
import type { Readable } from '../state.js';
import type { Gov } from './host.js';
import { tally } from './tally.js';
import type { Proposal, TallyResult } from './types.js';

/** So many votes and delegations are counted for one answer: whoever asks keeps the node from its blocks for as long. */
const countedMax = 10_000;

/** What the result would be now. Refuses where more than 10,000 votes and delegations of voters would have to be read. */
export function tallySoFar({ store, staking }: Gov, state: Readable, proposal: Proposal): TallyResult {
  let counted = 0;
  const count = (rows: number): void => {
    counted += rows;
    if (counted > countedMax) {
      refuseQuery('FailedPrecondition', `proposal ${proposal.id} has more than ${countedMax} votes and delegations behind them, too many to count for a query; the block that ends the vote counts them all`);
    }
  };
  const countedStaking: Gov['staking'] = {
    bondedByPower: of => staking.bondedByPower(of),
    totalBonded: of => staking.totalBonded(of),
    delegationsOf: (of, delegator) => {
      const found = staking.delegationsOf(of, delegator); // at most one for each validator
      count(found.length);
      return found;
    },
  };
  function* votes() {
    for (const vote of store.eachVote(state, proposal.id)) {
      count(1);
      yield vote;
    }
  }
  return tally(countedStaking, state, votes(), proposal, store.params(state)).result;
}
