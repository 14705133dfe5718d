import type { Codecs } from './codec/index.js';
import { makeAuthKeeper, makeAuthModule, type AuthKeeper, type ModuleAccountSpec } from './modules/auth/index.js';
import { makeBankKeeper, makeBankModule, type BankKeeper } from './modules/bank/index.js';
import type { Module } from './module.js';

export type CoreModules = { readonly auth: AuthKeeper; readonly bank: BankKeeper; readonly modules: readonly Module[] };

/** What every chain has: accounts and coins. `moduleAccounts` are the host's; fee_collector is always there. The host appends its own modules. */
export function makeCoreModules(codecs: Codecs, moduleAccounts: readonly ModuleAccountSpec[]): CoreModules {
  const auth = makeAuthKeeper(codecs, moduleAccounts);
  const bank = makeBankKeeper(codecs, auth);
  return { auth, bank, modules: [makeAuthModule(codecs, auth), makeBankModule(codecs, bank)] };
}

/** The stores of makeCoreModules and of the base app itself; a host adds those of its modules. */
export const coreStores: readonly string[] = ['acc', 'bank', 'consensus'];
