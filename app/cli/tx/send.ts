import type { Command } from 'commander';
import { parseCoins } from '../coins.js';
import type { Io } from '../io.js';
import { addTxVerb, addressOrKey } from './verb.js';

export function addSend(tx: Command, io: Io): void {
  addTxVerb<[string, string], object>(tx, io, {
    usage: 'send <to> <coins>',
    description: 'send coins to an address or to a key of the keyring',
    example: 'windlass tx send dev1 1000000uwind --from dev0 --yes',
    message: (signer, [to, coins], _flags, session) => ({
      typeUrl: '/cosmos.bank.v1beta1.MsgSend',
      value: { fromAddress: signer, toAddress: addressOrKey(session, 'the recipient', to), amount: parseCoins(coins, 'the amount') },
    }),
  });
}
