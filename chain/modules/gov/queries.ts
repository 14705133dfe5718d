/** cosmos.gov.v1.Query, and cosmos.gov.v1beta1.Query with the same answers in the older form. */
import { parseAddress } from '../../crypto/address.js';
import type { QueryContext, QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import { paginate, type PageRequest, type PageResponse } from '../pagination.js';
import { serviceQuery, type ServiceQuery } from '../query-handler.js';
import type { Gov } from './host.js';
import { depositsOfPrefix, govStore, proposalsPrefix, votesOfPrefix } from './keys.js';
import { toLegacyParams, toLegacyProposal, toLegacyTally, toLegacyVote, type LegacyParams, type LegacyProposal, type LegacyTally, type LegacyVote } from './legacy.js';
import { tallySoFar } from './tally-so-far.js';
import { emptyTally, proposalStatus, type Deposit, type GovParams, type Proposal, type TallyResult, type Vote } from './types.js';

type OfProposal = { proposalId: bigint };
type Paged = { pagination: PageRequest | undefined };
type Listed = Paged & { proposalStatus: number; voter: string; depositor: string };

export function govQueries(gov: Gov): Record<string, QueryHandler> {
  return { ...v1Queries(gov, serviceQuery(gov.codecs, 'cosmos.gov.v1')), ...legacyQueries(gov, serviceQuery(gov.codecs, 'cosmos.gov.v1beta1')) };
}

function v1Queries(gov: Gov, query: ServiceQuery): Record<string, QueryHandler> {
  const { store } = gov;
  return {
    ...query('Constitution', ctx => ({ constitution: store.constitution(ctx.stores) })),
    ...query('Proposal', (ctx, { proposalId }: OfProposal) => ({ proposal: existing(gov, ctx, proposalId) })),
    ...query('Proposals', (ctx, request: Listed) => listed(gov, ctx, request)),
    ...query('Vote', (ctx, request: OfProposal & { voter: string }) => ({ vote: voteOf(gov, ctx, request) })),
    ...query('Votes', (ctx, request: OfProposal & Paged) => votesOf(gov, ctx, request)),
    ...query('Params', (ctx, { paramsType }: { paramsType: string }) => paramsOf(store.params(ctx.stores), paramsType)),
    ...query('Deposit', (ctx, request: OfProposal & { depositor: string }) => ({ deposit: depositOf(gov, ctx, request) })),
    ...query('Deposits', (ctx, request: OfProposal & Paged) => depositsOf(gov, ctx, request)),
    ...query('TallyResult', (ctx, { proposalId }: OfProposal) => ({ tally: tallyOf(gov, ctx, proposalId) })),
  };
}

function legacyQueries(gov: Gov, query: ServiceQuery): Record<string, QueryHandler> {
  const { codecs, store } = gov;
  return {
    ...query('Proposal', (ctx, { proposalId }: OfProposal) => ({ proposal: toLegacyProposal(codecs, existing(gov, ctx, proposalId)) })),
    ...query('Proposals', (ctx, request: Listed): { proposals: LegacyProposal[]; pagination: PageResponse } => {
      const { proposals, pagination } = listed(gov, ctx, request);
      return { proposals: proposals.map(proposal => toLegacyProposal(codecs, proposal)), pagination };
    }),
    ...query('Vote', (ctx, request: OfProposal & { voter: string }): { vote: LegacyVote } => ({ vote: toLegacyVote(voteOf(gov, ctx, request)) })),
    ...query('Votes', (ctx, request: OfProposal & Paged) => {
      const { votes, pagination } = votesOf(gov, ctx, request);
      return { votes: votes.map(toLegacyVote), pagination };
    }),
    ...query('Params', (ctx, { paramsType }: { paramsType: string }): LegacyParams =>
      toLegacyParams(store.params(ctx.stores), paramsType) ?? refuseQuery('InvalidArgument', `${paramsType} is not a valid parameter type`)),
    ...query('Deposit', (ctx, request: OfProposal & { depositor: string }) => ({ deposit: depositOf(gov, ctx, request) })),
    ...query('Deposits', (ctx, request: OfProposal & Paged) => depositsOf(gov, ctx, request)),
    ...query('TallyResult', (ctx, { proposalId }: OfProposal): { tally: LegacyTally } => ({ tally: toLegacyTally(tallyOf(gov, ctx, proposalId)) })),
  };
}

function existing({ store }: Gov, ctx: QueryContext, id: bigint): Proposal {
  requireId(id);
  return store.proposal(ctx.stores, id) ?? refuseQuery('NotFound', `proposal ${id} doesn't exist`);
}

function requireId(id: bigint): void {
  if (id === 0n) refuseQuery('InvalidArgument', 'proposal id can not be 0');
}

function requireAddress(text: string, role: string): void {
  if (text === '') refuseQuery('InvalidArgument', `empty ${role} address`);
  const parsed = parseAddress(text);
  if ('problem' in parsed) refuseQuery('InvalidArgument', parsed.problem);
}

/** By status, by who voted on them, by who deposited: all that is given must hold. */
function listed({ store }: Gov, ctx: QueryContext, { proposalStatus: status, voter, depositor, pagination }: Listed): { proposals: Proposal[]; pagination: PageResponse } {
  if (voter !== '') requireAddress(voter, 'voter');
  if (depositor !== '') requireAddress(depositor, 'depositor');
  const isWanted = (proposal: Proposal): boolean =>
    (status === proposalStatus.unspecified || proposal.status === status)
    && (voter === '' || store.vote(ctx.stores, proposal.id, voter) !== undefined)
    && (depositor === '' || store.deposit(ctx.stores, proposal.id, depositor) !== undefined);
  const page = paginate(ctx.stores.store(govStore), proposalsPrefix, pagination, bytes => isWanted(store.decodeProposal(bytes)));
  return { proposals: page.rows.map(([, bytes]) => store.decodeProposal(bytes)), pagination: page.response };
}

function voteOf({ store }: Gov, ctx: QueryContext, { proposalId, voter }: OfProposal & { voter: string }): Vote {
  requireId(proposalId);
  requireAddress(voter, 'voter');
  return store.vote(ctx.stores, proposalId, voter) ?? refuseQuery('InvalidArgument', `voter: ${voter} not found for proposal: ${proposalId}`);
}

function votesOf({ store }: Gov, ctx: QueryContext, { proposalId, pagination }: OfProposal & Paged): { votes: Vote[]; pagination: PageResponse } {
  requireId(proposalId);
  const page = paginate(ctx.stores.store(govStore), votesOfPrefix(proposalId), pagination);
  return { votes: page.rows.map(([, bytes]) => store.decodeVote(bytes)), pagination: page.response };
}

function depositOf({ store }: Gov, ctx: QueryContext, { proposalId, depositor }: OfProposal & { depositor: string }): Deposit {
  requireId(proposalId);
  requireAddress(depositor, 'depositor');
  return store.deposit(ctx.stores, proposalId, depositor) ?? refuseQuery('InvalidArgument', `depositer: ${depositor} not found for proposal: ${proposalId}`);
}

function depositsOf({ store }: Gov, ctx: QueryContext, { proposalId, pagination }: OfProposal & Paged): { deposits: Deposit[]; pagination: PageResponse } {
  requireId(proposalId);
  const page = paginate(ctx.stores.store(govStore), depositsOfPrefix(proposalId), pagination);
  return { deposits: page.rows.map(([, bytes]) => store.decodeDeposit(bytes)), pagination: page.response };
}

/** While votes come in, as it would be now, unless that is too much to count; afterwards as it was. */
function tallyOf(gov: Gov, ctx: QueryContext, id: bigint): TallyResult {
  const proposal = existing(gov, ctx, id);
  if (proposal.status !== proposalStatus.votingPeriod) return proposal.finalTallyResult ?? emptyTally;
  return tallySoFar(gov, ctx.stores, proposal);
}

/** The whole, and in the older groups the one that is asked for. */
function paramsOf(params: GovParams, type: string): object {
  const { votingPeriod, minDeposit, maxDepositPeriod, quorum, threshold, vetoThreshold } = params;
  switch (type) {
    case '': return { params };
    case 'voting': return { params, votingParams: { votingPeriod } };
    case 'deposit': return { params, depositParams: { minDeposit, maxDepositPeriod } };
    case 'tallying': return { params, tallyParams: { quorum, threshold, vetoThreshold } };
    default: return refuseQuery('InvalidArgument', `unknown params type: ${type}`);
  }
}
