/** Messages of gov v1 as amino-JSON, for multisig keys and hardware wallets; cosmjs has those of v1beta1 only. A proposal itself holds other messages, and is signed directly. */
import type { AminoConverter, AminoConverters } from '@cosmjs/stargate';
import { codecOf } from '../../client/codecs.js';

const messages = {
  MsgVote: 'cosmos-sdk/v1/MsgVote', MsgVoteWeighted: 'cosmos-sdk/v1/MsgVoteWeighted', MsgDeposit: 'cosmos-sdk/v1/MsgDeposit', MsgCancelProposal: '/cosmos.gov.v1.MsgCancelProposal',
} as const;

type Value = { proposalId: bigint; metadata?: string } & Readonly<Record<string, unknown>>;

export const govAminoConverters: AminoConverters = Object.fromEntries(
  Object.entries(messages).map(([name, aminoType]) => [`/cosmos.gov.v1.${name}`, converter(`cosmos.gov.v1.${name}`, aminoType)]),
);

/** Field names that differ in amino are those of the proposal alone; options and coins look the same. */
function converter(typeName: string, aminoType: string): AminoConverter {
  return {
    aminoType,
    toAmino: ({ proposalId, metadata = '', ...rest }: Value) => ({ ...rest, proposal_id: proposalId.toString(), ...(metadata === '' ? {} : { metadata }) }),
    fromAmino: ({ proposal_id: proposalId, ...rest }: Readonly<Record<string, unknown>>) => ({ ...codecOf<object>(typeName).empty(), ...rest, proposalId: BigInt(proposalId as string) }),
  };
}
