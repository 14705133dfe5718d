import type { Codecs } from '../../codec/index.js';
import { addressPrefix, parseAddress } from '../../crypto/address.js';
import type { Any } from '../../crypto/public-key.js';
import type { QueryContext, QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import { paginate, type PageRequest, type PageResponse } from '../pagination.js';
import { queryHandler } from '../query-handler.js';
import { baseOf, type Account, type WireBaseAccount } from './account.js';
import type { AuthKeeper, AuthParams } from './keeper.js';
import { accountPrefix, authStore } from './keys.js';

const service = 'cosmos.auth.v1beta1.Query';

export function authQueries(codecs: Codecs, keeper: AuthKeeper): Record<string, QueryHandler> {
  const anyCodec = codecs.of<Any>('google.protobuf.Any');
  const { accountCodec } = keeper;
  const moduleAccounts = (ctx: QueryContext): Account[] =>
    keeper.moduleAccounts.flatMap(({ name }) => keeper.account(ctx.stores, keeper.moduleAddress(name)) ?? []);
  const messages = (request: string, response: string) => [codecs, `cosmos.auth.v1beta1.${request}`, `cosmos.auth.v1beta1.${response}`] as const;
  return {
    [`/${service}/Account`]: queryHandler<{ address: string }, { account: Any }>(...messages('QueryAccountRequest', 'QueryAccountResponse'), (ctx, { address }) => ({
      account: accountCodec.toAny(existingAccount(keeper, ctx, address)),
    })),
    [`/${service}/AccountInfo`]: queryHandler<{ address: string }, { info: WireBaseAccount }>(...messages('QueryAccountInfoRequest', 'QueryAccountInfoResponse'), (ctx, { address }) => ({
      info: baseOf(existingAccount(keeper, ctx, address)),
    })),
    [`/${service}/Accounts`]: queryHandler<{ pagination: PageRequest | undefined }, { accounts: Any[]; pagination: PageResponse }>(
      ...messages('QueryAccountsRequest', 'QueryAccountsResponse'),
      (ctx, { pagination }) => {
        const page = paginate(ctx.stores.store(authStore), accountPrefix, pagination);
        return { accounts: page.rows.map(([, value]) => anyCodec.decode(value)), pagination: page.response };
      },
    ),
    [`/${service}/Params`]: queryHandler<object, { params: AuthParams }>(...messages('QueryParamsRequest', 'QueryParamsResponse'), ctx => ({ params: keeper.params(ctx.stores) })),
    [`/${service}/ModuleAccounts`]: queryHandler<object, { accounts: Any[] }>(...messages('QueryModuleAccountsRequest', 'QueryModuleAccountsResponse'), ctx => ({
      accounts: moduleAccounts(ctx).map(accountCodec.toAny),
    })),
    [`/${service}/ModuleAccountByName`]: queryHandler<{ name: string }, { account: Any }>(...messages('QueryModuleAccountByNameRequest', 'QueryModuleAccountByNameResponse'), (ctx, { name }) => {
      const account = moduleAccounts(ctx).find(candidate => candidate.module?.name === name);
      return { account: accountCodec.toAny(account ?? refuseQuery('NotFound', `account ${name} not found`)) };
    }),
    [`/${service}/Bech32Prefix`]: queryHandler<object, { bech32Prefix: string }>(...messages('Bech32PrefixRequest', 'Bech32PrefixResponse'), () => ({ bech32Prefix: addressPrefix })),
  };
}

function existingAccount(keeper: AuthKeeper, ctx: QueryContext, address: string): Account {
  if (address === '') refuseQuery('InvalidArgument', 'Address cannot be empty');
  const parsed = parseAddress(address);
  if ('problem' in parsed) refuseQuery('InvalidArgument', parsed.problem);
  return keeper.account(ctx.stores, address) ?? refuseQuery('NotFound', `account ${address} not found`);
}
