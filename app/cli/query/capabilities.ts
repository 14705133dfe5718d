import type { Command } from 'commander';
import type { Io } from '../io.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, addressOfArg, askKernel } from './verb.js';

export function addCapabilities(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'capabilities <address>',
    description: 'the names in an account\'s c-list, and what they stand for',
    example: 'windlass query capabilities dev0',
    flags: withPageFlags,
    ask: (rpc, [address], settings, flags) => askKernel(rpc, 'Capabilities', { address: addressOfArg(settings, address), pagination: pageOf(flags) }),
  });
}
