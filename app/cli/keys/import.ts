import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { openArmor, parseArmor } from '../keyring/armor.js';
import { askSecret } from '../prompt.js';
import { keyringOf, settingsOf, withKeyringFlag } from '../settings.js';
import { warnOfTest } from './add.js';
import { shownKey, keyLine } from './shown.js';
import { printResult } from '../output.js';

export function addImport(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('import <name> <file>'))
    .description('add a key from a file: what keys export printed, or 64 hex digits')
    .addHelpText('after', '\nExample:\n  windlass keys import alice alice.key.json');
  command.action(async (name: string, file: string) => {
    const settings = settingsOf(command, io);
    warnOfTest(settings);
    const info = await keyringOf(settings).addLocal(name, await readKey(io, file));
    if (settings.output === 'json') printResult(io, 'json', shownKey(info));
    else io.out(keyLine(info));
  });
}

async function readKey(io: Io, file: string): Promise<Uint8Array> {
  if (!existsSync(file)) throw new UsageFailure(`there is no file ${file}`);
  const text = readFileSync(file, 'utf8').trim();
  const armored = parseArmor(text);
  if (armored) return openArmor(armored, (await askSecret(io, 'Password of the exported key: ')) ?? '');
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  throw new UsageFailure(`${file} holds no key`, 'Give a file that windlass keys export wrote, or one with the 64 hex digits of a private key.');
}
