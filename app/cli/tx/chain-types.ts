/** Messages of the chain that cosmjs-types encodes, but @cosmjs/stargate does not bring along. */
import type { GeneratedType } from '@cosmjs/proto-signing';
import type { AminoConverters } from '@cosmjs/stargate';
import { MsgUnjail } from 'cosmjs-types/cosmos/slashing/v1beta1/tx';

export const chainRegistryTypes: readonly [string, GeneratedType][] = [['/cosmos.slashing.v1beta1.MsgUnjail', MsgUnjail]];

export const chainAminoConverters: AminoConverters = {
  '/cosmos.slashing.v1beta1.MsgUnjail': {
    aminoType: 'cosmos-sdk/MsgUnjail',
    toAmino: ({ validatorAddr }: MsgUnjail) => ({ address: validatorAddr }),
    fromAmino: ({ address }: { address: string }): MsgUnjail => ({ validatorAddr: address }),
  },
};
