/** Messages of the chain that cosmjs-types encodes, but @cosmjs/stargate does not bring along. */
import type { GeneratedType } from '@cosmjs/proto-signing';
import type { AminoConverters } from '@cosmjs/stargate';
import { MsgCancelProposal } from 'cosmjs-types/cosmos/gov/v1/tx';
import { MsgUnjail } from 'cosmjs-types/cosmos/slashing/v1beta1/tx';
import { govAminoConverters } from './gov-amino.js';

export const chainRegistryTypes: readonly [string, GeneratedType][] = [
  ['/cosmos.slashing.v1beta1.MsgUnjail', MsgUnjail], ['/cosmos.gov.v1.MsgCancelProposal', MsgCancelProposal],
];

export const chainAminoConverters: AminoConverters = {
  ...govAminoConverters,
  '/cosmos.slashing.v1beta1.MsgUnjail': {
    aminoType: 'cosmos-sdk/MsgUnjail',
    toAmino: ({ validatorAddr }: MsgUnjail) => ({ address: validatorAddr }),
    fromAmino: ({ address }: { address: string }): MsgUnjail => ({ validatorAddr: address }),
  },
};
