import type { Command } from 'commander';
import type { Io } from '../io.js';
import { resolveBundle } from '../bundle-names.js';
import { addQueryVerb, addressOfArg, askKernel } from './verb.js';

export function addBundle(query: Command, io: Io): void {
  addQueryVerb(query, io, {
    usage: 'bundle <bundle>',
    description: 'whether a bundle is installed, by its id or the name install-bundle gave it',
    example: 'windlass query bundle counter',
    flags: command => command.option('--submitter <address>', 'list the missing chunks of this account\'s installation'),
    ask: (rpc, [bundle], settings, flags) => askKernel(rpc, 'Bundle', {
      bundleId: resolveBundle(settings.paths.bundleNames, bundle ?? ''), submitter: addressOfArg(settings, flags['submitter']),
    }),
  });
}
