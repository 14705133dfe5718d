/** app_state of a new chain, and what is done to it before the first block. All functions answer a new value. */
import { CodecError } from '../../../chain/codec/index.js';
import { appState, devGovPeriods } from '../../../config/genesis/index.js';
import { devDefaults } from '../../../config/node.js';
import { codecOf } from '../../client/codecs.js';
import type { Coin } from '../../client/index.js';
import { CliFailure } from '../failure.js';

export type Balance = { readonly address: string; readonly coins: readonly Coin[] };
type BaseAccount = { '@type': string; address: string; pub_key: null; account_number: string; sequence: string };
type BankState = { balances: Balance[]; supply: Coin[] };
type AuthState = { accounts: BaseAccount[] };

/** The templates of config/genesis, with nobody in them. */
export function emptyAppState(): Record<string, unknown> {
  return structuredClone(appState);
}

/** Proposals are voted on within seconds: for networks of development. */
export function withShortVotes(state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const gov = state['gov'] as { readonly params: object };
  return { ...structuredClone(state), gov: { ...gov, params: { ...gov.params, ...devGovPeriods } } };
}

/** Adds a funded account; the supply grows by its coins. Throws CliFailure when the address is there already. */
export function withAccount(state: Readonly<Record<string, unknown>>, { address, coins }: Balance): Record<string, unknown> {
  const next = structuredClone(state) as Record<string, unknown>;
  const auth = section<AuthState>(next, 'auth', 'accounts');
  const bank = section<BankState>(next, 'bank', 'balances');
  if (auth.accounts.some(account => account.address === address) || bank.balances.some(balance => balance.address === address)) {
    throw new CliFailure(`${address} is in the genesis already`);
  }
  auth.accounts.push({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(auth.accounts.length), sequence: '0' });
  bank.balances.push({ address, coins: coins.map(({ denom, amount }) => ({ denom, amount })) });
  bank.supply = addCoins(bank.supply ?? [], coins);
  return next;
}

/** Funds development accounts; the first `operators` of them have a validator's stake besides. */
export function withDevAccounts(state: Readonly<Record<string, unknown>>, addresses: readonly string[], operators: number): Record<string, unknown> {
  let next: Record<string, unknown> = { ...state };
  for (const [index, address] of addresses.entries()) {
    next = withAccount(next, { address, coins: index < operators ? addCoins([devDefaults.balance], [devDefaults.stake]) : [devDefaults.balance] });
  }
  return next;
}

/** The transactions that make the validators, in this order. */
export function withGentxs(state: Readonly<Record<string, unknown>>, gentxs: readonly unknown[]): Record<string, unknown> {
  return { ...structuredClone(state), genutil: { gen_txs: [...gentxs] } };
}

/** What an account has at genesis, in one denom. */
export function genesisBalance(state: Readonly<Record<string, unknown>>, address: string, denom: string): bigint {
  const balances = (state['bank'] as Partial<BankState> | undefined)?.balances ?? [];
  const coins = balances.find(balance => balance.address === address)?.coins ?? [];
  return BigInt(coins.find(coin => coin.denom === denom)?.amount ?? '0');
}

/** Sums by denom, sorted by denom. */
export function addCoins(a: readonly Coin[], b: readonly Coin[]): Coin[] {
  const sums = new Map<string, bigint>();
  for (const { denom, amount } of [...a, ...b]) sums.set(denom, (sums.get(denom) ?? 0n) + BigInt(amount));
  return [...sums].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)).map(([denom, amount]) => ({ denom, amount: amount.toString() }));
}

/** What is wrong with accounts, coins and kernel parameters, in sentences; nothing when all fits. */
export function faultsOfAppState(state: Readonly<Record<string, unknown>>, isAddress: (text: string) => boolean): string[] {
  const shapes = [
    ...shapeFault('auth', 'cosmos.auth.v1beta1.GenesisState', state['auth']),
    ...shapeFault('bank', 'cosmos.bank.v1beta1.GenesisState', state['bank']),
    ...shapeFault('gov', 'cosmos.gov.v1.GenesisState', state['gov']),
    ...shapeFault('staking', 'cosmos.staking.v1beta1.GenesisState', state['staking']),
    ...shapeFault('kernel.params', 'windlass.kernel.v1.Params', (state['kernel'] as { params?: unknown } | undefined)?.params),
  ];
  return shapes.length > 0 ? shapes : faultsOfAccounts(state, isAddress);
}

/** A part that is absent starts with the chain's defaults. */
function shapeFault(part: string, typeName: string, json: unknown): string[] {
  try {
    if (json !== undefined) codecOf(typeName).fromJson(json);
    return [];
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return [`app_state.${part}: ${error.message}`];
  }
}

function faultsOfAccounts(state: Readonly<Record<string, unknown>>, isAddress: (text: string) => boolean): string[] {
  const balances = (state['bank'] as Partial<BankState> | undefined)?.balances ?? [];
  const supply = (state['bank'] as Partial<BankState> | undefined)?.supply ?? [];
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { address, coins } of balances) {
    if (!isAddress(address)) faults.push(`app_state.bank.balances: ${address} is no address of this chain`);
    if (seen.has(address)) faults.push(`app_state.bank.balances: ${address} is there twice`);
    seen.add(address);
    for (const coin of coins) if (!/^\d+$/.test(coin.amount)) faults.push(`app_state.bank.balances: ${address} has ${coin.amount} of ${coin.denom}`);
  }
  const accounts = new Set<string>();
  for (const { address } of (state['auth'] as Partial<AuthState> | undefined)?.accounts ?? []) {
    if (typeof address !== 'string') continue;
    if (!isAddress(address)) faults.push(`app_state.auth.accounts: ${address} is no address of this chain`);
    if (accounts.has(address)) faults.push(`app_state.auth.accounts: ${address} is there twice`);
    accounts.add(address);
  }
  if (faults.length > 0 || supply.length === 0) return faults;
  const total = addCoins([], balances.flatMap(({ coins }) => coins));
  if (JSON.stringify(total) !== JSON.stringify(addCoins([], supply))) faults.push('app_state.bank.supply: is not the sum of the balances');
  return faults;
}

function section<T>(state: Record<string, unknown>, name: string, list: string): T {
  const found = state[name] as Record<string, unknown> | undefined;
  if (typeof found !== 'object' || found === null || !Array.isArray(found[list])) {
    throw new CliFailure(`app_state.${name}.${list} is missing from the genesis`, { hint: 'Make a new one with windlass init.' });
  }
  return found as T;
}
