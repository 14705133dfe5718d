/** Votes: one a voter, whole or split by weights, and it may be changed until the votes are counted. */
import type { Context } from '../../context.js';
import { addDec, decFromText, decOne, decText, decZero } from '../../decimal.js';
import { refuseSdk } from '../../refusal.js';
import type { Gov } from './host.js';
import { refuseGov } from './refusals.js';
import { voteOption, type Vote, type WeightedVoteOption } from './types.js';

const optionNames: Readonly<Record<number, string>> = {
  [voteOption.unspecified]: 'VOTE_OPTION_UNSPECIFIED', [voteOption.yes]: 'VOTE_OPTION_YES', [voteOption.abstain]: 'VOTE_OPTION_ABSTAIN', [voteOption.no]: 'VOTE_OPTION_NO',
  [voteOption.noWithVeto]: 'VOTE_OPTION_NO_WITH_VETO',
};

const isOption = (option: number): boolean => option !== voteOption.unspecified && optionNames[option] !== undefined;

/** The whole of a vote for one option. Refuses what is no option. */
export function wholeVote(option: number): readonly WeightedVoteOption[] {
  if (!isOption(option)) refuseGov('invalidVote', optionNames[option] ?? String(option));
  return [{ option, weight: decText(decOne) }];
}

/** Refuses weights that are not positive or do not make 1 together, and options that are none or come twice. */
export function checkWeights(options: readonly WeightedVoteOption[]): void {
  if (options.length === 0) refuseSdk('invalidRequest', 'null');
  let total = decZero;
  const used = new Set<number>();
  for (const { option, weight: text } of options) {
    const weight = decFromText(text);
    if (!isOption(option) || weight === undefined || weight <= 0n || weight > decOne) refuseGov('invalidVote', optionText({ option, weight: text }));
    total = addDec(total, weight);
    if (used.has(option)) refuseGov('invalidVote', 'duplicated vote option');
    used.add(option);
  }
  if (total > decOne) refuseGov('invalidVote', 'total weight overflow 1.00');
  if (total < decOne) refuseGov('invalidVote', 'total weight lower than 1.00');
}

/** Stores a vote, whose options were checked, in the place of an earlier one. */
export function castVote({ store }: Gov, ctx: Context, vote: Vote): void {
  if (!store.isVoting(ctx, vote.proposalId)) refuseGov('inactiveProposal', String(vote.proposalId));
  store.setVote(ctx, vote);
  ctx.events.emit('proposal_vote', [['voter', vote.voter], ['option', optionsJson(vote.options)], ['proposal_id', String(vote.proposalId)]]);
}

/** As Go writes the list: numbers of options, weights as they were given. */
const optionsJson = (options: readonly WeightedVoteOption[]): string => JSON.stringify(options.map(({ option, weight }) => ({ option, weight })));

/** Go's compact text of the message. */
function optionText({ option, weight }: WeightedVoteOption): string {
  return `option:${optionNames[option] ?? String(option)} weight:${JSON.stringify(weight)} `;
}
