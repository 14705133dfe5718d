import type { Command } from 'commander';
import type { Io } from '../io.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, addressOfArg, askJson } from './verb.js';

export function addBalances(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'balances <address>',
    description: 'the coins of an account',
    example: 'windlass query balances dev0',
    flags: withPageFlags,
    ask: (rpc, [address], settings, flags) => askJson(
      rpc, '/cosmos.bank.v1beta1.Query/AllBalances',
      { type: 'cosmos.bank.v1beta1.QueryAllBalancesRequest', value: { address: addressOfArg(settings, address), pagination: pageOf(flags) } },
      'cosmos.bank.v1beta1.QueryAllBalancesResponse',
    ),
  });
}
