import type { Command } from 'commander';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { keyringOf, settingsOf, withKeyringFlag } from '../settings.js';
import { keyLine, shownKey } from './shown.js';

export function addList(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('list'))
    .description('the keys of the keyring, with their addresses')
    .addHelpText('after', '\nExample:\n  windlass keys list --output json');
  command.action(() => {
    const settings = settingsOf(command, io);
    const infos = keyringOf(settings).list();
    if (settings.output === 'json') printResult(io, 'json', infos.map(shownKey));
    else io.out(infos.map(keyLine).join(''));
    if (infos.length === 0) io.err(`No keys in the ${settings.keyringBackend} keyring of ${settings.paths.home}\n`);
  });
}
