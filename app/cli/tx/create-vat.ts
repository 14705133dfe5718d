import type { Command } from 'commander';
import { resolveBundle } from '../bundle-names.js';
import type { Io } from '../io.js';
import { addTxVerb, capDataOf, collect, kernelMessage, uint64 } from './verb.js';

type Flags = { label: string; parameters?: string; slot?: string[]; saveAs: string; memoryLimitBytes?: string; computronsPerDelivery?: string; computeBalance?: string };

export function addCreateVat(tx: Command, io: Io): void {
  addTxVerb<[string], Flags>(tx, io, {
    usage: 'create-vat <bundle>',
    description: 'start a vat from an installed bundle, by its id or the name install-bundle gave it; its root becomes SAVE_AS, its admin SAVE_AS.admin',
    example: `windlass tx create-vat counter --label my-counter --parameters '{"start":{"$bigint":"5"}}' --save-as counter --from dev0 --wait --yes`,
    flags: command => command
      .requiredOption('--label <label>', 'what the vat is called in queries')
      .requiredOption('--save-as <name>', 'the new name of its root object in your c-list')
      .option('--parameters <data>', 'vatParameters: JSON, or a smallcaps body that starts with #')
      .option('--slot <name>', 'with a smallcaps body: what its next $n means; repeat it', collect)
      .option('--memory-limit-bytes <n>', 'the heap that is charged for (default: the chain\'s)')
      .option('--computrons-per-delivery <n>', 'the most that one message may compute (default: the chain\'s)')
      .option('--compute-balance <n>', 'computrons until the vat is paused (default: the chain\'s)'),
    message: (signer, [bundle], flags, session) => kernelMessage('MsgCreateVat', {
      owner: signer,
      bundleId: resolveBundle(session.settings.paths.bundleNames, bundle),
      label: flags.label,
      parameters: flags.parameters === undefined ? undefined : capDataOf('--parameters', flags.parameters, flags.slot ?? []),
      options: optionsOf(flags),
      saveAs: flags.saveAs,
    }),
  });
}

function optionsOf(flags: Flags): object | undefined {
  const options = {
    memoryLimitBytes: uint64('--memory-limit-bytes', flags.memoryLimitBytes),
    computronsPerDelivery: uint64('--computrons-per-delivery', flags.computronsPerDelivery),
    computeBalance: uint64('--compute-balance', flags.computeBalance),
  };
  return Object.values(options).every(value => value === 0n) ? undefined : options;
}
