import { utf8Text } from '../../bytes.js';
import { isDenom, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { addressBytes, parseAddress } from '../../crypto/address.js';
import type { QueryContext, QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import { paginate, type Page, type PageRequest, type PageResponse } from '../pagination.js';
import { serviceQuery } from '../query-handler.js';
import { storedAmount } from './ledger.js';
import { balancesOfPrefix, bankStore, metadataPrefix, supplyPrefix } from './keys.js';
import type { BankKeeper, BankParams, DenomMetadata } from './keeper.js';

type Paged = { pagination: PageRequest | undefined };
type OfAddress = Paged & { address: string };
type Balances = { balances: WireCoin[]; pagination: PageResponse };
type OneBalance = { balance: WireCoin };

export function bankQueries(codecs: Codecs, keeper: BankKeeper): Record<string, QueryHandler> {
  const metadataCodec = codecs.of<DenomMetadata>('cosmos.bank.v1beta1.Metadata');
  const query = serviceQuery(codecs, 'cosmos.bank.v1beta1');
  const oneBalance = (ctx: QueryContext, { address, denom }: { address: string; denom: string }): OneBalance => {
    requireAddress(address);
    requireDenom(denom);
    return { balance: { denom, amount: keeper.balance(ctx.stores, address, denom).toString() } };
  };
  const allBalances = (ctx: QueryContext, { address, pagination }: OfAddress): Balances => {
    requireAddress(address);
    const page = paginate(ctx.stores.store(bankStore), balancesOfPrefix(addressBytes(address)), pagination);
    return { balances: coinsOfPage(page), pagination: page.response };
  };
  return {
    ...query('Balance', oneBalance),
    ...query('SpendableBalanceByDenom', oneBalance),
    ...query('AllBalances', allBalances),
    ...query('SpendableBalances', allBalances),
    ...query('TotalSupply', (ctx, { pagination }: Paged) => {
      const page = paginate(ctx.stores.store(bankStore), supplyPrefix, pagination);
      return { supply: coinsOfPage(page), pagination: page.response };
    }),
    ...query('SupplyOf', (ctx, { denom }: { denom: string }) => {
      requireDenom(denom);
      return { amount: { denom, amount: keeper.supply(ctx.stores, denom).toString() } };
    }),
    ...query('Params', (ctx): { params: BankParams } => ({ params: keeper.params(ctx.stores) })),
    ...query('DenomMetadata', (ctx, { denom }: { denom: string }) => {
      requireDenom(denom);
      return { metadata: keeper.metadata(ctx.stores, denom) ?? refuseQuery('NotFound', `client metadata for denom ${denom}`) };
    }),
    ...query('DenomsMetadata', (ctx, { pagination }: Paged) => {
      const page = paginate(ctx.stores.store(bankStore), metadataPrefix, pagination);
      return { metadatas: page.rows.map(([, value]) => metadataCodec.decode(value)), pagination: page.response };
    }),
  };
}

function coinsOfPage(page: Page): WireCoin[] {
  return page.rows.map(([key, value]) => ({ denom: utf8Text(key), amount: storedAmount(value).toString() }));
}

function requireAddress(text: string): void {
  const parsed = parseAddress(text);
  if ('problem' in parsed) refuseQuery('InvalidArgument', `invalid address: ${parsed.problem}`);
}

function requireDenom(denom: string): void {
  if (!isDenom(denom)) refuseQuery('InvalidArgument', `invalid denom: ${denom}`);
}
