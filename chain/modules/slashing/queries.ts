import type { Codecs } from '../../codec/index.js';
import { consensusAddress } from '../../crypto/address.js';
import type { QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import { paginate, type PageRequest, type PageResponse } from '../pagination.js';
import { serviceQuery } from '../query-handler.js';
import type { SigningInfo, SlashingKeeper } from './keeper.js';
import { signingInfoPrefix, slashingStore } from './keys.js';
import { toWireParams, type WireSlashingParams } from './params.js';

export function slashingQueries(codecs: Codecs, keeper: SlashingKeeper): Record<string, QueryHandler> {
  const query = serviceQuery(codecs, 'cosmos.slashing.v1beta1');
  return {
    ...query('Params', (ctx): { params: WireSlashingParams } => ({ params: toWireParams(keeper.params(ctx.stores)) })),
    ...query('SigningInfo', (ctx, { consAddress }: { consAddress: string }): { valSigningInfo: SigningInfo } => {
      const parsed = consensusAddress.parse(consAddress);
      if ('problem' in parsed) refuseQuery('InvalidArgument', `invalid request: ${parsed.problem}`);
      const info = keeper.signingInfo(ctx.stores, parsed.bytes) ?? refuseQuery('NotFound', `SigningInfo not found for validator ${consAddress}`);
      return { valSigningInfo: info };
    }),
    ...query('SigningInfos', (ctx, { pagination }: { pagination: PageRequest | undefined }): { info: SigningInfo[]; pagination: PageResponse } => {
      const page = paginate(ctx.stores.store(slashingStore), signingInfoPrefix, pagination);
      return { info: page.rows.map(([, bytes]) => keeper.decodeSigningInfo(bytes)), pagination: page.response };
    }),
  };
}
