import type { Command } from 'commander';
import type { Io } from '../io.js';
import { CliFailure, UsageFailure } from '../failure.js';
import { findTx } from '../tx/response.js';
import { addQueryVerb } from './verb.js';

export function addTxQuery(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'tx <hash>',
    description: 'a transaction in a block, by its hash',
    example: 'windlass query tx 5F2A…',
    ask: async (rpc, [given = '']) => {
      const hash = given.replace(/^0x/i, '').toUpperCase();
      if (!/^[0-9A-F]{64}$/.test(hash)) throw new UsageFailure(`${given} is no hash of a transaction`, 'It has 64 hex digits.');
      const found = await findTx(rpc, hash);
      if (!found) throw new CliFailure(`no block that this node knows holds the transaction ${hash}`, { hint: 'It may still be waiting, or was never accepted.' });
      return found;
    },
  });
}
