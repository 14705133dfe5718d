import type { Command } from 'commander';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { armorKey } from '../keyring/armor.js';
import { askSecret } from '../prompt.js';
import { keyringOf, settingsOf, withKeyringFlag } from '../settings.js';

type Flags = { unarmoredHex?: true; unsafe?: true };
const charactersMin = 8;

export function addExport(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('export <name>'))
    .description('print a private key, sealed under a password for the journey (the next line of stdin, or typed)')
    .option('--unarmored-hex', 'print it as hex, readable for all')
    .option('--unsafe', 'with --unarmored-hex: I know that whoever sees it has the key')
    .addHelpText('after', '\nExample:\n  windlass keys export alice > alice.key.json');
  command.action(async (name: string) => {
    const flags = command.optsWithGlobals<Flags>();
    if ((flags.unarmoredHex === true) !== (flags.unsafe === true)) {
      throw new UsageFailure('--unarmored-hex prints the key readable for all', 'Give --unarmored-hex and --unsafe together if that is what you want.');
    }
    const keyring = keyringOf(settingsOf(command, io));
    const { address } = keyring.get(name);
    const privateKey = await keyring.privateKey(name);
    if (flags.unarmoredHex) io.out(`${Buffer.from(privateKey).toString('hex')}\n`);
    else io.out(await armorKey(privateKey, address, await exportPassword(io)));
  });
}

/** Not the keyring's password, and not from the environment: this one travels with the file. */
async function exportPassword(io: Io): Promise<string> {
  const password = (await askSecret(io, `Password for the exported key (at least ${charactersMin} characters): `)) ?? '';
  if ([...password].length < charactersMin) throw new UsageFailure(`the password has fewer than ${charactersMin} characters`);
  if (io.stdin.isTTY && (await askSecret(io, 'Once more: ')) !== password) throw new UsageFailure('the two passwords differ');
  return password;
}
