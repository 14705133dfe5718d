/** cosmos.gov.v1beta1, which clients still speak: its values from and to those of v1. Decimals of that version are whole numbers of 10^-18. */
import { utf8Bytes } from '../../bytes.js';
import type { WireCoin } from '../../coins.js';
import { CodecError, type Codecs } from '../../codec/index.js';
import type { Any } from '../../crypto/public-key.js';
import { dec, decFromWire, decOne, decText, decWire } from '../../decimal.js';
import { refuseGov } from './refusals.js';
import { emptyTally, type GovParams, type Proposal, type TallyResult, type Vote, type WeightedVoteOption } from './types.js';

export type TextProposal = { title: string; description: string };
export type MsgExecLegacyContent = { content: Any | undefined; authority: string };

export const textProposalUrl = '/cosmos.gov.v1beta1.TextProposal';
const execUrl = '/cosmos.gov.v1.MsgExecLegacyContent';

/** Characters, as Go counts them in bytes. */
const titleMax = 140;
const descriptionMax = 10_000;

/** The one legacy content that there is: text, which changes nothing. Refuses all others. */
export function textOf(codecs: Codecs, content: Any | undefined): TextProposal {
  if (!content) return refuseGov('invalidContent', 'missing content');
  if (content.typeUrl !== textProposalUrl) {
    return refuseGov('invalidProposalType', `${content.typeUrl} is not accepted: what changes something is proposed as messages of gov v1`);
  }
  const text = decodeText(codecs, content.value);
  if (text.title.trim() === '') refuseGov('invalidContent', 'proposal title cannot be blank');
  if (Buffer.byteLength(text.title) > titleMax) refuseGov('invalidContent', `proposal title is longer than max length of ${titleMax}`);
  if (text.description === '') refuseGov('invalidContent', 'proposal description cannot be blank');
  if (Buffer.byteLength(text.description) > descriptionMax) refuseGov('invalidContent', `proposal description is longer than max length of ${descriptionMax}`);
  return text;
}

function decodeText(codecs: Codecs, bytes: Uint8Array): TextProposal {
  try {
    return codecs.of<TextProposal>(textProposalUrl.slice(1)).decode(bytes, 'refuse-critical');
  } catch (error) {
    if (error instanceof CodecError) return refuseGov('invalidContent', error.message);
    throw error;
  }
}

/** As a message of a v1 proposal. */
export function legacyMessage(codecs: Codecs, content: Any, authority: string): Any {
  return { typeUrl: execUrl, value: codecs.of<MsgExecLegacyContent>(execUrl.slice(1)).encode({ content, authority }) };
}

export type LegacyProposal = Pick<Proposal, 'status' | 'submitTime' | 'depositEndTime' | 'totalDeposit' | 'votingStartTime' | 'votingEndTime'> & {
  proposalId: bigint; content: Any | undefined; finalTallyResult: LegacyTally;
};
export type LegacyTally = { yes: string; abstain: string; no: string; noWithVeto: string };
export type LegacyVote = { proposalId: bigint; voter: string; option: number; options: WeightedVoteOption[] };

/** The content of a proposal of messages is its first message, as from the SDK, so that old clients see what it is about. */
export function toLegacyProposal(codecs: Codecs, proposal: Proposal): LegacyProposal {
  const { id, messages, status, submitTime, depositEndTime, totalDeposit, votingStartTime, votingEndTime, finalTallyResult } = proposal;
  const legacy = messages.find(({ typeUrl }) => typeUrl === execUrl);
  const content = legacy ? codecs.of<MsgExecLegacyContent>(execUrl.slice(1)).decode(legacy.value).content : messages[0];
  const tally = toLegacyTally(finalTallyResult ?? emptyTally);
  return { proposalId: id, content, status, finalTallyResult: tally, submitTime, depositEndTime, totalDeposit, votingStartTime, votingEndTime };
}

export function toLegacyTally({ yesCount, abstainCount, noCount, noWithVetoCount }: TallyResult): LegacyTally {
  return { yes: yesCount, abstain: abstainCount, no: noCount, noWithVeto: noWithVetoCount };
}

/** `option` is set, too, when the vote is whole. */
export function toLegacyVote({ proposalId, voter, options }: Vote): LegacyVote {
  const [first, second] = options;
  const isWhole = first !== undefined && second === undefined && dec(first.weight) === decOne;
  return { proposalId, voter, option: isWhole ? first.option : 0, options: options.map(({ option, weight }) => ({ option, weight: decWire(dec(weight)) })) };
}

/** Text that is no decimal stays as it is, and is refused where weights are checked. */
export function fromLegacyOptions(options: readonly WeightedVoteOption[]): WeightedVoteOption[] {
  return options.map(({ option, weight }) => {
    const value = decFromWire(weight);
    return { option, weight: value === undefined ? weight : decText(value) };
  });
}

export type LegacyParams = {
  votingParams: { votingPeriod: GovParams['votingPeriod'] } | undefined;
  depositParams: { minDeposit: readonly WireCoin[]; maxDepositPeriod: GovParams['maxDepositPeriod'] } | undefined;
  tallyParams: { quorum: Uint8Array; threshold: Uint8Array; vetoThreshold: Uint8Array } | undefined;
};

/** The group that is asked for. Undefined for another. */
export function toLegacyParams(params: GovParams, type: string): LegacyParams | undefined {
  const { votingPeriod, minDeposit, maxDepositPeriod, quorum, threshold, vetoThreshold } = params;
  const none: LegacyParams = { votingParams: undefined, depositParams: undefined, tallyParams: undefined };
  const bytes = (text: string): Uint8Array => utf8Bytes(decWire(dec(text)));
  switch (type) {
    case 'voting': return { ...none, votingParams: { votingPeriod } };
    case 'deposit': return { ...none, depositParams: { minDeposit, maxDepositPeriod } };
    case 'tallying': return { ...none, tallyParams: { quorum: bytes(quorum), threshold: bytes(threshold), vetoThreshold: bytes(vetoThreshold) } };
    default: return undefined;
  }
}
