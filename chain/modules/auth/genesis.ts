/** app_state.auth: parameters and accounts, in the SDK's JSON. */
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { addressText, moduleAddress, parseAddress } from '../../crypto/address.js';
import { addressOfKey, makePublicKeyCodec, type Any } from '../../crypto/public-key.js';
import type { Account } from './account.js';
import { authParamsDefault, feeCollector, type AuthKeeper, type AuthParams } from './keeper.js';

type WireGenesis = { params: AuthParams | undefined; accounts: Any[] };

/** Checks and stores the accounts. Throws an Error that says what is wrong: a chain must not start from a bad genesis. */
export function initAuthGenesis(codecs: Codecs, keeper: AuthKeeper, ctx: Context, state: unknown): void {
  const genesis = codecs.of<WireGenesis>('cosmos.auth.v1beta1.GenesisState').fromJson(state ?? {});
  keeper.setParams(ctx, checkedParams(genesis.params ?? authParamsDefault));
  const accounts = genesis.accounts.map((any, index) => checkedAccount(codecs, keeper, any, index));
  refuseRepeats(accounts);
  let next = 0n;
  for (const account of withDistinctNumbers(accounts)) {
    keeper.setAccount(ctx, account);
    next = account.accountNumber + 1n;
  }
  keeper.setNextAccountNumber(ctx, next);
  keeper.ensureModuleAccount(ctx, feeCollector.name);
}

function checkedParams(params: AuthParams): AuthParams {
  for (const [name, value] of Object.entries(params)) {
    if (value === 0n) throw new Error(`genesis: app_state.auth.params: ${name} must be positive`);
  }
  return params;
}

function checkedAccount(codecs: Codecs, keeper: AuthKeeper, any: Any, index: number): Account {
  const fail = (reason: string): never => {
    throw new Error(`genesis: app_state.auth.accounts[${index}]: ${reason}`);
  };
  const account = keeper.accountCodec.fromAny(any) ?? fail(`accounts of type ${any.typeUrl} are not supported`);
  const parsed = parseAddress(account.address);
  if ('problem' in parsed) return fail(`${account.address || '(empty)'} is not an address: ${parsed.problem}`);
  if (account.module && account.address !== addressText(moduleAddress(account.module.name))) fail(`${account.address} is not the address of module ${account.module.name}`);
  const belongs = !account.pubKey || account.address === addressText(addressOfKey(makePublicKeyCodec(codecs).fromAny(account.pubKey)));
  return belongs ? account : fail(`the public key does not belong to ${account.address}`);
}

function refuseRepeats(accounts: readonly Account[]): void {
  const seen = new Set<string>();
  for (const { address } of accounts) {
    if (seen.has(address)) throw new Error(`genesis: app_state.auth.accounts: ${address} is listed twice`);
    seen.add(address);
  }
}

/** Sorted by number; of accounts with the same number the later ones get the lowest free numbers, as in the SDK. */
function withDistinctNumbers(accounts: readonly Account[]): Account[] {
  const taken = new Set(accounts.map(account => account.accountNumber));
  const used = new Set<bigint>();
  let free = 0n;
  const distinct = inNumberOrder(accounts).map(account => {
    let { accountNumber } = account;
    if (used.has(accountNumber)) {
      while (taken.has(free)) free += 1n;
      accountNumber = free;
      taken.add(accountNumber);
    }
    used.add(accountNumber);
    return { ...account, accountNumber };
  });
  return inNumberOrder(distinct);
}

function inNumberOrder(accounts: readonly Account[]): Account[] {
  return [...accounts].sort((a, b) => (a.accountNumber < b.accountNumber ? -1 : a.accountNumber > b.accountNumber ? 1 : 0));
}
