import type { Command } from 'commander';
import { resolveBundle } from '../bundle-names.js';
import type { Io } from '../io.js';
import { addTxVerb, capDataOf, collect, kernelMessage } from './verb.js';

type Flags = { parameters?: string; slot?: string[]; upgradeMessage: string };

export function addUpgradeVat(tx: Command, io: Io): void {
  addTxVerb<[string, string], Flags>(tx, io, {
    usage: 'upgrade-vat <vat-id> <bundle>',
    description: 'replace the code of a vat, keeping its durable state; a failed upgrade changes nothing',
    example: 'windlass tx upgrade-vat v12 counter-2 --upgrade-message "second edition" --from dev0 --wait --yes',
    flags: command => command
      .option('--parameters <data>', 'vatParameters: JSON, or a smallcaps body that starts with #')
      .option('--slot <name>', 'with a smallcaps body: what its next $n means; repeat it', collect)
      .option('--upgrade-message <text>', 'what those hear who wait for promises of the old code', ''),
    message: (signer, [vatId, bundle], flags, session) => kernelMessage('MsgUpgradeVat', {
      owner: signer, vatId,
      bundleId: resolveBundle(session.settings.paths.bundleNames, bundle),
      parameters: flags.parameters === undefined ? undefined : capDataOf('--parameters', flags.parameters, flags.slot ?? []),
      upgradeMessage: flags.upgradeMessage,
    }),
  });
}
