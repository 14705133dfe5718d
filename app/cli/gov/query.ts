/** `windlass query gov`: proposals and what became of them. */
import type { Command } from 'commander';
import type { Io } from '../io.js';
import type { NodeRpc } from '../node-rpc.js';
import { pageOf, withPageFlags } from '../query/page.js';
import { addQueryVerb, addressOfArg, askModule } from '../query/verb.js';
import { uint64 } from '../tx/verb.js';
import { proposalStatusOf } from './votes.js';

export function addGovQuery(query: Command, io: Io): void {
  const gov = query.command('gov').description('proposals, their votes and deposits, and the rules they live by');
  addQueryVerb(gov, io, {
    usage: 'proposal <proposal-id>', description: 'one proposal: its messages, its status, why it failed', example: 'windlass query gov proposal 1',
    ask: (rpc, [id]) => ask(rpc, 'Proposal', { proposalId: idOf(id) }),
  });
  addQueryVerb(gov, io, {
    usage: 'proposals', description: 'proposals, all or some', example: 'windlass query gov proposals --status voting_period',
    flags: command => withPageFlags(command)
      .option('--status <status>', 'deposit_period, voting_period, passed, rejected or failed')
      .option('--voter <address>', 'that this account has voted on, while votes are not counted')
      .option('--depositor <address>', 'that this account has deposited for'),
    ask: (rpc, _args, settings, flags) => ask(rpc, 'Proposals', {
      proposalStatus: proposalStatusOf(flags['status']), voter: addressOfArg(settings, flags['voter']), depositor: addressOfArg(settings, flags['depositor']), pagination: pageOf(flags),
    }),
  });
  addQueryVerb(gov, io, {
    usage: 'votes <proposal-id>', description: 'the votes on a proposal, until they are counted', example: 'windlass query gov votes 1', flags: withPageFlags,
    ask: (rpc, [id], _settings, flags) => ask(rpc, 'Votes', { proposalId: idOf(id), pagination: pageOf(flags) }),
  });
  addQueryVerb(gov, io, {
    usage: 'vote <proposal-id> <voter>', description: 'how an account has voted', example: 'windlass query gov vote 1 dev0',
    ask: (rpc, [id, voter], settings) => ask(rpc, 'Vote', { proposalId: idOf(id), voter: addressOfArg(settings, voter) }),
  });
  addQueryVerb(gov, io, {
    usage: 'deposits <proposal-id>', description: 'the deposits for a proposal, until they are given back', example: 'windlass query gov deposits 1', flags: withPageFlags,
    ask: (rpc, [id], _settings, flags) => ask(rpc, 'Deposits', { proposalId: idOf(id), pagination: pageOf(flags) }),
  });
  addQueryVerb(gov, io, {
    usage: 'deposit <proposal-id> <depositor>', description: 'what an account has deposited for a proposal', example: 'windlass query gov deposit 1 dev0',
    ask: (rpc, [id, depositor], settings) => ask(rpc, 'Deposit', { proposalId: idOf(id), depositor: addressOfArg(settings, depositor) }),
  });
  addQueryVerb(gov, io, {
    usage: 'tally <proposal-id>', description: 'the count: as it would be now, or as it was', example: 'windlass query gov tally 1',
    ask: (rpc, [id]) => ask(rpc, 'TallyResult', { proposalId: idOf(id) }),
  });
  addQueryVerb(gov, io, { usage: 'params', description: 'deposits, periods and shares of votes', example: 'windlass query gov params', ask: rpc => ask(rpc, 'Params', {}) });
  addQueryVerb(gov, io, { usage: 'constitution', description: 'the text that the chain began with', example: 'windlass query gov constitution', ask: rpc => ask(rpc, 'Constitution', {}) });
}

const idOf = (text: string | undefined): bigint => uint64('the proposal id', text);

function ask(rpc: NodeRpc, method: string, value: object): Promise<unknown> {
  return askModule(rpc, 'cosmos.gov.v1', method, value);
}
