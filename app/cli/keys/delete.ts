import type { Command } from 'commander';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import { confirm } from '../prompt.js';
import { keyringOf, settingsOf, withKeyringFlag } from '../settings.js';

export function addDelete(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('delete <name>'))
    .description('delete a key; without its mnemonic or an export it cannot be had again')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  windlass keys delete alice');
  command.action(async (name: string) => {
    const keyring = keyringOf(settingsOf(command, io));
    const info = keyring.get(name);
    const sure = command.optsWithGlobals<{ yes?: true }>().yes === true || (await confirm(io, `Delete ${info.name} (${info.address}) for good?`));
    if (!sure) throw new CliFailure('not deleted', { hint: 'Answer y, or pass --yes.' });
    keyring.remove(info.name);
    io.err(`Deleted ${info.name}\n`);
  });
}
