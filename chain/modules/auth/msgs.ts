/** MsgUpdateParams of auth. */
import { requireAuthority } from '../../authority.js';
import type { Codecs } from '../../codec/index.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import { faultOfAuthParams, type AuthKeeper, type AuthParams } from './keeper.js';

export type MsgUpdateAuthParams = { authority: string; params: AuthParams | undefined };

export function authMsgs(codecs: Codecs, keeper: AuthKeeper): readonly [MsgDefinition<MsgUpdateAuthParams>] {
  return [{
    codec: codecs.of<MsgUpdateAuthParams>('cosmos.auth.v1beta1.MsgUpdateParams'),
    responseTypeUrl: '/cosmos.auth.v1beta1.MsgUpdateParamsResponse',
    aminoName: 'cosmos-sdk/x/auth/MsgUpdateParams',
    aminoKeepEmpty: ['params'],
    eventModule: 'auth',
    signers: msg => [msg.authority],
    handle: (ctx, { authority, params }) => {
      requireAuthority(authority);
      if (!params) return refuseSdk('invalidRequest', 'params are missing');
      const fault = faultOfAuthParams(params);
      if (fault !== undefined) refuse('undefined', 1, fault);
      keeper.setParams(ctx, params);
      return new Uint8Array(0);
    },
  }];
}
