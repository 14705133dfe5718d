/** Messages of cosmos.gov.v1beta1, each done as its successor in v1; and the message that stands for legacy content within a proposal. */
import { governanceAddress } from '../../authority.js';
import type { WireCoin } from '../../coins.js';
import type { Any } from '../../crypto/public-key.js';
import type { AnyMsgDefinition, MsgDefinition } from '../../module.js';
import type { Gov } from './host.js';
import { fromLegacyOptions, legacyMessage, textOf, textProposalUrl, type MsgExecLegacyContent, type TextProposal } from './legacy.js';
import { checkDeposit, checkSubmission, checkVote, checkVoteWeighted, deposit, submit, vote, type MsgDeposit, type MsgSubmitProposal } from './msgs.js';
import { refuseGov } from './refusals.js';
import type { WeightedVoteOption } from './types.js';
import { castVote } from './votes.js';

type LegacySubmit = { content: Any | undefined; initialDeposit: WireCoin[]; proposer: string };
type LegacyVote = { proposalId: bigint; voter: string; option: number };
type LegacyVoteWeighted = { proposalId: bigint; voter: string; options: WeightedVoteOption[] };

export function legacyMsgs(gov: Gov): readonly AnyMsgDefinition[] {
  return [submitDefinition(gov), voteDefinition(gov), voteWeightedDefinition(gov), depositDefinition(gov), execDefinition(gov)];
}

/** Text as content of a proposal, which hardware wallets sign by this name. */
export function legacyAminoTypes({ codecs }: Gov): readonly Pick<AnyMsgDefinition, 'codec' | 'aminoName'>[] {
  return [{ codec: codecs.of<TextProposal>(textProposalUrl.slice(1)), aminoName: 'cosmos-sdk/TextProposal' }];
}

function submitDefinition(gov: Gov): MsgDefinition<LegacySubmit> {
  const { codecs } = gov;
  const response = codecs.of<{ proposalId: bigint }>('cosmos.gov.v1beta1.MsgSubmitProposalResponse');
  const toV1 = ({ content, initialDeposit, proposer }: LegacySubmit): MsgSubmitProposal => {
    const { title, description } = textOf(codecs, content);
    return { messages: [legacyMessage(codecs, content as Any, governanceAddress)], initialDeposit, proposer, metadata: '', title, summary: description, expedited: false };
  };
  return {
    codec: codecs.of('cosmos.gov.v1beta1.MsgSubmitProposal'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgSubmitProposal',
    aminoKeepEmpty: ['initial_deposit'],
    eventModule: 'gov',
    signers: msg => [msg.proposer],
    validateBasic: msg => checkSubmission(gov, toV1(msg), 0),
    handle: (ctx, msg) => response.encode({ proposalId: submit(gov, ctx, toV1(msg)) }),
  };
}

function voteDefinition(gov: Gov): MsgDefinition<LegacyVote> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1beta1.MsgVote'),
    responseTypeUrl: '/cosmos.gov.v1beta1.MsgVoteResponse',
    aminoName: 'cosmos-sdk/MsgVote',
    eventModule: 'gov',
    signers: msg => [msg.voter],
    validateBasic: msg => checkVote({ ...msg, metadata: '' }),
    handle: (ctx, msg) => {
      vote(gov, ctx, { ...msg, metadata: '' });
      return new Uint8Array(0);
    },
  };
}

function voteWeightedDefinition(gov: Gov): MsgDefinition<LegacyVoteWeighted> {
  const toV1 = (msg: LegacyVoteWeighted) => ({ ...msg, options: fromLegacyOptions(msg.options), metadata: '' });
  return {
    codec: gov.codecs.of('cosmos.gov.v1beta1.MsgVoteWeighted'),
    responseTypeUrl: '/cosmos.gov.v1beta1.MsgVoteWeightedResponse',
    aminoName: 'cosmos-sdk/MsgVoteWeighted',
    aminoKeepEmpty: ['options'],
    eventModule: 'gov',
    signers: msg => [msg.voter],
    validateBasic: msg => checkVoteWeighted(toV1(msg)),
    handle: (ctx, msg) => {
      castVote(gov, ctx, toV1(msg));
      return new Uint8Array(0);
    },
  };
}

function depositDefinition(gov: Gov): MsgDefinition<MsgDeposit> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1beta1.MsgDeposit'),
    responseTypeUrl: '/cosmos.gov.v1beta1.MsgDepositResponse',
    aminoName: 'cosmos-sdk/MsgDeposit',
    aminoKeepEmpty: ['amount'],
    eventModule: 'gov',
    signers: msg => [msg.depositor],
    validateBasic: checkDeposit,
    handle: (ctx, msg) => {
      deposit(gov, ctx, msg);
      return new Uint8Array(0);
    },
  };
}

/** A proposal that is text alone passes without doing anything. */
function execDefinition(gov: Gov): MsgDefinition<MsgExecLegacyContent> {
  return {
    codec: gov.codecs.of('cosmos.gov.v1.MsgExecLegacyContent'),
    responseTypeUrl: '/cosmos.gov.v1.MsgExecLegacyContentResponse',
    aminoName: 'cosmos-sdk/v1/MsgExecLegacyContent',
    eventModule: 'gov',
    signers: msg => [msg.authority],
    validateBasic: ({ content }) => {
      textOf(gov.codecs, content);
    },
    handle: (_ctx, { content, authority }) => {
      if (authority !== governanceAddress) refuseGov('invalidSigner', `expected ${governanceAddress} got ${authority}`);
      textOf(gov.codecs, content);
      return new Uint8Array(0);
    },
  };
}
