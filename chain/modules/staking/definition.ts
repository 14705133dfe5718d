import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import type { MsgDefinition } from '../../module.js';

export type OwnPart<M, Response> = Pick<MsgDefinition<M>, 'signers' | 'validateBasic'> & { readonly handle: (ctx: Context, msg: M) => Partial<Response> };

/** What staking's messages have in common: types and amino's name are that of the message. */
export function stakingDefinition<M, Response>(codecs: Codecs, name: string, { handle, ...own }: OwnPart<M, Response>): MsgDefinition<M> {
  const response = codecs.of<Response>(`cosmos.staking.v1beta1.${name}Response`);
  return {
    codec: codecs.of<M>(`cosmos.staking.v1beta1.${name}`),
    responseTypeUrl: response.typeUrl,
    aminoName: `cosmos-sdk/${name}`,
    eventModule: 'staking',
    ...own,
    handle: (ctx, msg) => response.encode(handle(ctx, msg)),
  };
}
