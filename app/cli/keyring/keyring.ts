/** A keyring: a folder with one file a key. What is public can be read by all commands; the secret goes through a vault. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../../chain/engine/home-files/index.js';
import { CliFailure, UsageFailure } from '../failure.js';
import type { KeyringBackend } from '../home/client-toml.js';
import type { Io } from '../io.js';
import { addressOf, isAddress, publicKeyOf, type PublicKey } from './hd.js';
import { passwordVault, plainVault, type StoredSecret, type Vault } from './vault.js';

export type KeyInfo = { readonly name: string; readonly type: 'local' | 'multisig'; readonly address: string; readonly publicKey: PublicKey };
type KeyFile = { version: 1; name: string; type: 'local' | 'multisig'; address: string; pubkey: PublicKey; secret?: StoredSecret };

export type Keyring = {
  readonly backend: KeyringBackend;
  readonly folder: string;
  /** By name. */
  list(): KeyInfo[];
  /** By name or address; undefined when there is none. */
  find(nameOrAddress: string): KeyInfo | undefined;
  /** As find; throws CliFailure naming the keys there are. */
  get(nameOrAddress: string): KeyInfo;
  /** Throws UsageFailure when the name is taken or no name. */
  addLocal(name: string, privateKey: Uint8Array): Promise<KeyInfo>;
  addPublic(name: string, publicKey: PublicKey): KeyInfo;
  /** 32 bytes. Throws CliFailure for a multisig key, a wrong password or a changed file. */
  privateKey(name: string): Promise<Uint8Array>;
  remove(name: string): void;
};

/** Opens `<home>/keyring/<backend>`; makes the folder (0700) when a key is added. */
export function openKeyring(keyringFolder: string, backend: KeyringBackend, io: Io): Keyring {
  const folder = join(keyringFolder, backend);
  return makeKeyring(folder, backend, backend === 'test' ? plainVault : passwordVault(folder, io));
}

function makeKeyring(folder: string, backend: KeyringBackend, vault: Vault): Keyring {
  const pathOf = (name: string): string => join(folder, `${checkedName(name)}.key.json`);
  const files = (): KeyFile[] => keyFiles(folder);
  const find = (wanted: string): KeyInfo | undefined => files().map(infoOf).find(({ name, address }) => name === wanted || address === wanted);
  const get = (wanted: string): KeyInfo => find(wanted) ?? fail(`no key ${JSON.stringify(wanted)} in ${folder}`, hintOfNames(files()));
  const write = (name: string, publicKey: PublicKey, secret: StoredSecret | undefined): KeyInfo => {
    const info: KeyInfo = { name, type: secret ? 'local' : 'multisig', address: addressOf(publicKey), publicKey };
    const file: KeyFile = { version: 1, name, type: info.type, address: info.address, pubkey: publicKey, ...(secret ? { secret } : {}) };
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    replaceFile(pathOf(name), `${JSON.stringify(file, null, 2)}\n`, 0o600);
    return info;
  };
  const refuseTaken = (name: string): void => {
    if (existsSync(pathOf(name))) throw new UsageFailure(`there is a key ${name} already`, 'Choose another name, or delete that key first: windlass keys delete.');
  };
  return {
    backend, folder, find, get,
    list: () => files().map(infoOf),
    addLocal: async (name, privateKey) => {
      refuseTaken(name);
      const publicKey = await publicKeyOf(privateKey);
      return write(name, publicKey, await vault.put(privateKey, boundTo(name, addressOf(publicKey))));
    },
    addPublic: (name, publicKey) => {
      refuseTaken(name);
      return write(name, publicKey, undefined);
    },
    privateKey: async name => {
      const info = get(name);
      const secret = files().find(file => file.name === info.name)?.secret;
      if (!secret) throw new CliFailure(`${info.name} is a ${info.type} key: it has no private key of its own`);
      return checkedSecret(await vault.take(secret, boundTo(info.name, info.address)), info);
    },
    remove: name => rmSync(pathOf(get(name).name)),
  };
}

const boundTo = (name: string, address: string): string => `${name} ${address}`;

function keyFiles(folder: string): KeyFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(entry => entry.endsWith('.key.json'))
    .sort()
    .map(entry => readKeyFile(join(folder, entry)));
}

function readKeyFile(path: string): KeyFile {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
    if (file.version === 1 && typeof file.name === 'string' && file.address === addressOf(file.pubkey)) return file;
  } catch (error) {
    throw new CliFailure(`${path} cannot be read as a key`, { hint: 'Restore it from a backup, or move it away.', cause: error });
  }
  throw new CliFailure(`${path} is not a key, or its address is not that of its public key`, { hint: 'Restore it from a backup, or move it away.' });
}

/** A private key that does not make the address it is kept under must not sign. */
async function checkedSecret(privateKey: Uint8Array, info: KeyInfo): Promise<Uint8Array> {
  if (addressOf(await publicKeyOf(privateKey)) !== info.address) fail(`the key file of ${info.name} holds the key of another address`);
  return privateKey;
}

function infoOf({ name, type, address, pubkey }: KeyFile): KeyInfo {
  return { name, type, address, publicKey: pubkey };
}

function checkedName(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name) || isAddress(name)) {
    throw new UsageFailure(`${JSON.stringify(name)} is no name for a key`, 'Use 1 to 64 letters, digits, dots, dashes or underscores; not an address.');
  }
  return name;
}

function hintOfNames(files: readonly KeyFile[]): string {
  return files.length === 0 ? 'The keyring is empty: make a key with windlass keys add NAME, or check --home and --keyring-backend.' : `There are: ${files.map(({ name }) => name).join(', ')}.`;
}

function fail(message: string, hint?: string): never {
  throw new CliFailure(message, hint === undefined ? {} : { hint });
}
