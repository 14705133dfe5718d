import type { Command } from 'commander';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { keyringOf, settingsOf, withKeyringFlag } from '../settings.js';
import { shownKey } from './shown.js';

export function addShow(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('show <name>'))
    .description('one key, by its name or address')
    .option('-a, --address', 'print the address only')
    .addHelpText('after', '\nExample:\n  windlass keys show dev0 --address');
  command.action((name: string) => {
    const settings = settingsOf(command, io);
    const info = keyringOf(settings).get(name);
    if (command.optsWithGlobals<{ address?: true }>().address) io.out(`${info.address}\n`);
    else printResult(io, settings.output, shownKey(info));
  });
}
