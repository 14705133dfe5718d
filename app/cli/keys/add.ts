import { createMultisigThresholdPubkey, isSinglePubkey, type SinglePubkey } from '@cosmjs/amino';
import type { Command } from 'commander';
import { CliFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { derivePrivateKey, newMnemonic } from '../keyring/hd.js';
import type { KeyInfo, Keyring } from '../keyring/keyring.js';
import { printResult } from '../output.js';
import { askSecret } from '../prompt.js';
import { keyringOf, settingsOf, withKeyringFlag, type Settings } from '../settings.js';
import { keyLine, shownKey } from './shown.js';

type Flags = { recover?: true; index: string; multisig?: string; threshold?: string };

export function addAdd(keys: Command, io: Io): void {
  const command = withKeyringFlag(keys.command('add <name>'))
    .description('make a key and print its mnemonic, once; or recover one; or name a multisig of keys that are here')
    .option('--recover', 'ask for a mnemonic instead of making one')
    .option('--index <n>', 'the last number of the path m/44\'/118\'/0\'/0/n', '0')
    .option('--multisig <names>', 'keys of this keyring, separated by commas')
    .option('--threshold <n>', 'with --multisig: how many of them must sign')
    .addHelpText('after', '\nExamples:\n  windlass keys add alice\n  windlass keys add board --multisig alice,bob,carol --threshold 2');
  command.action(async (name: string) => {
    const flags = command.optsWithGlobals<Flags>();
    const settings = settingsOf(command, io);
    const keyring = keyringOf(settings);
    if (flags.multisig !== undefined) print(settings, addMultisig(keyring, name, flags.multisig, flags.threshold));
    else await addLocal(settings, keyring, name, flags);
  });
}

async function addLocal(settings: Settings, keyring: Keyring, name: string, flags: Flags): Promise<void> {
  if (!/^\d{1,9}$/.test(flags.index)) throw new UsageFailure(`--index ${flags.index}: expected a whole number`);
  warnOfTest(settings);
  const mnemonic = flags.recover ? await askMnemonic(settings.io) : newMnemonic();
  const info = await keyring.addLocal(name, await derivePrivateKey(mnemonic, Number(flags.index)));
  print(settings, info, flags.recover ? undefined : mnemonic);
}

async function askMnemonic(io: Io): Promise<string> {
  const answer = await askSecret(io, 'Mnemonic (it is not shown): ');
  if (answer === undefined || answer.trim() === '') throw new CliFailure('no mnemonic was given', { hint: 'Type it when asked, or pipe it to stdin.' });
  return answer;
}

function addMultisig(keyring: Keyring, name: string, members: string, threshold: string | undefined): KeyInfo {
  const names = members.split(',').map(member => member.trim());
  const needed = Number(threshold ?? names.length);
  if (!Number.isInteger(needed) || needed < 1 || needed > names.length) throw new UsageFailure(`--threshold ${String(threshold)}: expected 1 to ${names.length}`);
  const publicKeys = names.map(member => singleKey(keyring.get(member)));
  if (new Set(publicKeys.map(({ value }) => value)).size !== publicKeys.length) throw new UsageFailure('--multisig names a key twice');
  return keyring.addPublic(name, createMultisigThresholdPubkey(publicKeys, needed));
}

function singleKey({ name, publicKey }: KeyInfo): SinglePubkey {
  if (!isSinglePubkey(publicKey)) throw new UsageFailure(`${name} is a multisig key itself`);
  return publicKey;
}

function print({ io, output }: Settings, info: KeyInfo, mnemonic?: string): void {
  if (output === 'json') printResult(io, 'json', { ...shownKey(info), ...(mnemonic === undefined ? {} : { mnemonic }) });
  else io.out(keyLine(info) + (mnemonic === undefined ? '' : `\n${mnemonic}\n`));
  if (mnemonic !== undefined) io.err('Write the mnemonic down and keep it safe: whoever has it has the key, and it is not shown again.\n');
}

export function warnOfTest({ io, keyringBackend }: Settings): void {
  if (keyringBackend === 'test') io.err('Warning: the test keyring is not encrypted: whoever reads this disk has its keys. Never keep anything of value in it.\n');
}
