/** `windlass tx gov`: proposals, deposits, votes. */
import type { Command } from 'commander';
import { governanceAddress } from '../../../chain/index.js';
import { codecOf, hasCodec } from '../../client/codecs.js';
import { parseCoins } from '../coins.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { toJson } from '../output.js';
import { addTxVerb, uint64 } from '../tx/verb.js';
import { readProposalFile, submitProposal, type ProposalFile } from './proposal-file.js';
import { voteOptionOf, weightedOptionsOf } from './votes.js';

export function addGovTx(tx: Command, io: Io): void {
  const gov = tx.command('gov').description('propose, deposit and vote');
  addTxVerb<[string], object>(gov, io, {
    usage: 'submit-proposal <file>',
    description: 'propose messages, which governance executes if the vote passes; the file is that of the Cosmos SDK',
    example: 'windlass tx gov submit-proposal proposal.json --from dev0 --yes',
    message: (signer, [file]) => submitProposal(signer, readProposalFile(file)),
  });
  addTxVerb<[string, string], object>(gov, io, {
    usage: 'deposit <proposal-id> <coins>',
    description: 'stand up for a proposal: it is voted on when deposits reach the minimum',
    example: 'windlass tx gov deposit 1 10000000uwind --from dev0 --yes',
    message: (depositor, [id, coins]) => ({ typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId: proposalId(id), depositor, amount: parseCoins(coins, 'the deposit') } }),
  });
  addTxVerb<[string, string], { metadata: string }>(gov, io, {
    usage: 'vote <proposal-id> <option>',
    description: 'vote yes, no, abstain or no_with_veto; a later vote takes the place of an earlier one',
    example: 'windlass tx gov vote 1 yes --from dev0 --yes',
    flags: withMetadata,
    message: (voter, [id, option], { metadata }) => ({ typeUrl: '/cosmos.gov.v1.MsgVote', value: { proposalId: proposalId(id), voter, option: voteOptionOf(option), metadata } }),
  });
  addTxVerb<[string, string], { metadata: string }>(gov, io, {
    usage: 'weighted-vote <proposal-id> <options>',
    description: 'split a vote by weights that make 1',
    example: 'windlass tx gov weighted-vote 1 yes=0.6,no=0.3,abstain=0.1 --from dev0 --yes',
    flags: withMetadata,
    message: (voter, [id, options], { metadata }) => ({ typeUrl: '/cosmos.gov.v1.MsgVoteWeighted', value: { proposalId: proposalId(id), voter, options: weightedOptionsOf(options), metadata } }),
  });
  addTxVerb<[string], object>(gov, io, {
    usage: 'cancel-proposal <proposal-id>',
    description: 'take back a proposal of yours before its votes are counted; a part of its deposits is lost',
    example: 'windlass tx gov cancel-proposal 1 --from dev0 --yes',
    message: (proposer, [id]) => ({ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: proposalId(id), proposer } }),
  });
  addDraft(gov, io);
}

const withMetadata = (command: Command): Command => command.option('--metadata <text>', 'a public note of at most 255 bytes', '');

function proposalId(text: string): bigint {
  return uint64('the proposal id', text);
}

function addDraft(gov: Command, io: Io): void {
  gov.command('draft-proposal [types...]')
    .description('print a proposal file to begin with, with a message of each type and the authority filled in')
    .addHelpText('after', '\nExample:\n  windlass tx gov draft-proposal /cosmos.bank.v1beta1.MsgUpdateParams > proposal.json')
    .action((types: string[]) => {
      const draft: ProposalFile = { messages: types.map(draftMessage), metadata: '', deposit: '10000000uwind', title: '', summary: '', expedited: false };
      io.out(`${toJson(draft)}\n`);
    });
}

function draftMessage(typeUrl: string): { '@type': string } {
  if (!typeUrl.startsWith('/') || !hasCodec(typeUrl.slice(1))) throw new UsageFailure(`${typeUrl} is no message of this chain`, 'Write it as /cosmos.bank.v1beta1.MsgUpdateParams.');
  const codec = codecOf<Record<string, unknown>>(typeUrl.slice(1));
  const json = codec.toJson(codec.empty()) as Record<string, unknown>;
  return { '@type': typeUrl, ...json, ...('authority' in json ? { authority: governanceAddress } : {}) };
}
