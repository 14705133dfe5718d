import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addQueryVerb, addressOfArg, askJson } from './verb.js';

export function addAccount(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'account <address>',
    description: 'an account: its public key, number and sequence',
    example: 'windlass query account dev0',
    ask: (rpc, [address], settings) => askJson(
      rpc, '/cosmos.auth.v1beta1.Query/Account',
      { type: 'cosmos.auth.v1beta1.QueryAccountRequest', value: { address: addressOfArg(settings, address) } }, 'cosmos.auth.v1beta1.QueryAccountResponse',
    ),
  });
}
