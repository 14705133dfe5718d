/** Coins: balances, supply, transfers. */
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import { initBankGenesis } from './genesis.js';
import { bankGovernanceMsgs } from './governance-msgs.js';
import type { BankKeeper } from './keeper.js';
import { bankStore } from './keys.js';
import { bankMsgs } from './msgs.js';
import { bankQueries } from './queries.js';

export { makeBankKeeper } from './keeper.js';
export type { BankKeeper, BankParams, DenomMetadata, DenomUnit } from './keeper.js';
export type { MsgMultiSend, MsgSend } from './msgs.js';

/** Comes after auth in the list of modules: its genesis expects the accounts to be there. */
export function makeBankModule(codecs: Codecs, keeper: BankKeeper): Module {
  return {
    name: 'bank',
    stores: [bankStore],
    msgs: [...bankMsgs(codecs, keeper), ...bankGovernanceMsgs(codecs, keeper)],
    queries: bankQueries(codecs, keeper),
    initGenesis: (ctx, state) => initBankGenesis(codecs, keeper, ctx, state),
  };
}
