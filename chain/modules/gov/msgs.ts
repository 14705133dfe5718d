/** Messages of cosmos.gov.v1. */
import type { Timestamp } from '../../abci/types.js';
import { requireAuthority } from '../../authority.js';
import { parseCoins, type Coins, type WireCoin } from '../../coins.js';
import type { Context } from '../../context.js';
import type { Any } from '../../crypto/public-key.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { requireAddress } from '../checked-address.js';
import { addDeposit, checkInitialDeposit } from './deposits.js';
import type { Gov } from './host.js';
import { checkMessages } from './messages.js';
import { faultOfGovParams } from './params.js';
import { cancelProposal, submitProposal } from './proposals.js';
import { checkMetadataLength, checkText } from './submission.js';
import type { GovParams, WeightedVoteOption } from './types.js';
import { castVote, checkWeights, wholeVote } from './votes.js';

export type MsgSubmitProposal = { messages: Any[]; initialDeposit: WireCoin[]; proposer: string; metadata: string; title: string; summary: string; expedited: boolean };
export type MsgDeposit = { proposalId: bigint; depositor: string; amount: WireCoin[] };
export type MsgVote = { proposalId: bigint; voter: string; option: number; metadata: string };
export type MsgVoteWeighted = { proposalId: bigint; voter: string; options: WeightedVoteOption[]; metadata: string };
export type MsgCancelProposal = { proposalId: bigint; proposer: string };
export type MsgUpdateGovParams = { authority: string; params: GovParams | undefined };

type GovMsgs = readonly [
  MsgDefinition<MsgSubmitProposal>, MsgDefinition<MsgDeposit>, MsgDefinition<MsgVote>, MsgDefinition<MsgVoteWeighted>, MsgDefinition<MsgCancelProposal>, MsgDefinition<MsgUpdateGovParams>,
];

export function govMsgs(gov: Gov): GovMsgs {
  return [submitDefinition(gov), depositDefinition(gov), voteDefinition(gov), voteWeightedDefinition(gov), cancelDefinition(gov), updateParamsDefinition(gov)];
}

function submitDefinition(gov: Gov): MsgDefinition<MsgSubmitProposal> {
  const response = gov.codecs.of<{ proposalId: bigint }>('cosmos.gov.v1.MsgSubmitProposalResponse');
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgSubmitProposal'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/v1/MsgSubmitProposal',
    aminoKeepEmpty: ['initial_deposit'],
    eventModule: 'gov',
    signers: msg => [msg.proposer],
    validateBasic: msg => checkSubmission(gov, msg, 0),
    handle: (ctx, msg) => response.encode({ proposalId: submit(gov, ctx, msg) }),
  };
}

/** Stateless; `depth` counts the proposals around this one. */
export function checkSubmission(gov: Gov, msg: MsgSubmitProposal, depth: number): void {
  checkText(msg);
  requireAddress(msg.proposer, 'invalid proposer address');
  parseCoins(msg.initialDeposit);
  checkMessages(gov, msg.messages, depth, (value, inner) => checkSubmission(gov, value as MsgSubmitProposal, inner));
}

/** Stores the proposal, takes its initial deposit and answers with its number. */
export function submit(gov: Gov, ctx: Context, msg: MsgSubmitProposal): bigint {
  const deposit = parseCoins(msg.initialDeposit);
  const { messages, metadata, title, summary, proposer, expedited } = msg;
  checkInitialDeposit(gov.store.params(ctx), deposit, expedited);
  const proposal = submitProposal(gov, ctx, { messages, metadata, title, summary, proposer, expedited });
  ctx.gas.consume(gasPerProposalByte * BigInt(gov.store.encodeProposal(proposal).length), 'submit proposal');
  if (addDeposit(gov, ctx, proposal.id, proposer, deposit)) ctx.events.emit('submit_proposal', [['voting_period_start', String(proposal.id)]]);
  return proposal.id;
}

/** Three times what a written byte costs. */
const gasPerProposalByte = 90n;

function depositDefinition(gov: Gov): MsgDefinition<MsgDeposit> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgDeposit'),
    responseTypeUrl: '/cosmos.gov.v1.MsgDepositResponse',
    aminoName: 'cosmos-sdk/v1/MsgDeposit',
    aminoKeepEmpty: ['proposal_id', 'amount'],
    eventModule: 'gov',
    signers: msg => [msg.depositor],
    validateBasic: checkDeposit,
    handle: (ctx, msg) => {
      deposit(gov, ctx, msg);
      return new Uint8Array(0);
    },
  };
}

export function checkDeposit({ depositor, amount }: MsgDeposit): void {
  requireAddress(depositor, 'invalid depositor address');
  positiveCoins(amount);
}

export function deposit(gov: Gov, ctx: Context, { proposalId, depositor, amount }: MsgDeposit): void {
  if (addDeposit(gov, ctx, proposalId, depositor, positiveCoins(amount))) ctx.events.emit('proposal_deposit', [['voting_period_start', String(proposalId)]]);
}

function positiveCoins(list: readonly WireCoin[]): Coins {
  return list.length === 0 ? refuseSdk('invalidCoins', '') : parseCoins(list);
}

function voteDefinition(gov: Gov): MsgDefinition<MsgVote> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgVote'),
    responseTypeUrl: '/cosmos.gov.v1.MsgVoteResponse',
    aminoName: 'cosmos-sdk/v1/MsgVote',
    aminoKeepEmpty: ['proposal_id'],
    eventModule: 'gov',
    signers: msg => [msg.voter],
    validateBasic: checkVote,
    handle: (ctx, msg) => {
      vote(gov, ctx, msg);
      return new Uint8Array(0);
    },
  };
}

export function checkVote({ voter, option, metadata }: MsgVote): void {
  requireAddress(voter, 'invalid voter address');
  wholeVote(option);
  checkMetadataLength(metadata);
}

export function vote(gov: Gov, ctx: Context, { proposalId, voter, option, metadata }: MsgVote): void {
  castVote(gov, ctx, { proposalId, voter, options: wholeVote(option), metadata });
}

function voteWeightedDefinition(gov: Gov): MsgDefinition<MsgVoteWeighted> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgVoteWeighted'),
    responseTypeUrl: '/cosmos.gov.v1.MsgVoteWeightedResponse',
    aminoName: 'cosmos-sdk/v1/MsgVoteWeighted',
    aminoKeepEmpty: ['proposal_id'],
    eventModule: 'gov',
    signers: msg => [msg.voter],
    validateBasic: checkVoteWeighted,
    handle: (ctx, msg) => {
      castVote(gov, ctx, msg);
      return new Uint8Array(0);
    },
  };
}

export function checkVoteWeighted({ voter, options, metadata }: MsgVoteWeighted): void {
  requireAddress(voter, 'invalid voter address');
  checkWeights(options);
  checkMetadataLength(metadata);
}

function cancelDefinition(gov: Gov): MsgDefinition<MsgCancelProposal> {
  const response = gov.codecs.of<{ proposalId: bigint; canceledTime: Timestamp; canceledHeight: bigint }>('cosmos.gov.v1.MsgCancelProposalResponse');
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgCancelProposal'),
    responseTypeUrl: response.typeUrl,
    aminoName: '/cosmos.gov.v1.MsgCancelProposal', // v0.50 forgot to name it; later versions did
    aminoNameOfClients: 'cosmos-sdk/v1/MsgCancelProposal',
    aminoKeepEmpty: ['proposal_id'],
    eventModule: 'gov',
    signers: msg => [msg.proposer],
    validateBasic: msg => requireAddress(msg.proposer, 'invalid proposer address'),
    handle: (ctx, { proposalId, proposer }) => {
      cancelProposal(gov, ctx, proposalId, proposer);
      ctx.events.emit('cancel_proposal', [['sender', proposer], ['proposal_id', String(proposalId)]]);
      return response.encode({ proposalId, canceledTime: ctx.time, canceledHeight: ctx.height });
    },
  };
}

function updateParamsDefinition(gov: Gov): MsgDefinition<MsgUpdateGovParams> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgUpdateParams'),
    responseTypeUrl: '/cosmos.gov.v1.MsgUpdateParamsResponse',
    aminoName: 'cosmos-sdk/x/gov/v1/MsgUpdateParams',
    aminoKeepEmpty: ['params', 'params.min_deposit', 'params.expedited_min_deposit'],
    eventModule: 'gov',
    signers: msg => [msg.authority],
    handle: (ctx, { authority, params }) => {
      requireAuthority(authority);
      if (!params) return refuseSdk('invalidRequest', 'params are missing');
      const fault = faultOfGovParams(params) ?? faultOfSupply(gov, ctx, params);
      if (fault !== undefined) refuse('undefined', 1, fault);
      gov.store.setParams(ctx, params);
      return new Uint8Array(0);
    },
  };
}

/** A deposit that nobody can make would end all governance. (The SDK takes it.) */
function faultOfSupply({ bank }: Gov, ctx: Context, { minDeposit, expeditedMinDeposit }: GovParams): string | undefined {
  const missing = [...parseCoins(minDeposit), ...parseCoins(expeditedMinDeposit)].find(({ denom, amount }) => amount > bank.supply(ctx, denom));
  return missing && `minimum deposits are larger than the supply: ${missing.amount}${missing.denom} > ${bank.supply(ctx, missing.denom)}${missing.denom}`;
}
