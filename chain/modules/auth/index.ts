/** Accounts: addresses, keys, numbers and sequences. */
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import { initAuthGenesis } from './genesis.js';
import type { AuthKeeper } from './keeper.js';
import { authStore } from './keys.js';
import { authMsgs } from './msgs.js';
import { authQueries } from './queries.js';

export { makeAuthKeeper, feeCollector, authParamsDefault } from './keeper.js';
export type { AuthKeeper, AuthParams, ModuleAccountSpec, ModulePermission } from './keeper.js';
export type { Account } from './account.js';

export function makeAuthModule(codecs: Codecs, keeper: AuthKeeper): Module {
  return {
    name: 'auth',
    stores: [authStore],
    msgs: authMsgs(codecs, keeper),
    queries: authQueries(codecs, keeper),
    initGenesis: (ctx, state) => initAuthGenesis(codecs, keeper, ctx, state),
  };
}
