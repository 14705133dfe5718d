import type { Command } from 'commander';
import type { Io } from '../io.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, addressOfArg, askKernel } from './verb.js';

export function addVats(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'vats',
    description: 'the vats of the chain, or of one owner',
    example: 'windlass query vats --owner dev0',
    flags: command => withPageFlags(command).option('--owner <address>', 'only those of this account'),
    ask: (rpc, _args, settings, flags) => askKernel(rpc, 'Vats', { owner: addressOfArg(settings, flags['owner']), pagination: pageOf(flags) }),
  });
}
