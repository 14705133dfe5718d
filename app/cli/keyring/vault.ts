/** How a backend keeps a private key in a file: readable, or sealed under the keyring's one password. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../../chain/engine/home-files/index.js';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import { chooseNewPassword, readPassword } from './password.js';
import { deriveKey, newKdf, seal, unseal, type Box, type Kdf } from './sealed.js';

export type StoredSecret = { readonly plain: string } | { readonly sealed: Box };

/** `bound` is the key's name and address: a secret moved to another file does not open. */
export type Vault = {
  put(secret: Uint8Array, bound: string): Promise<StoredSecret>;
  /** Throws CliFailure on a wrong password or a changed file. */
  take(stored: StoredSecret, bound: string): Promise<Uint8Array>;
};

/** Backend `test`: hex in a file of mode 0600. For chains without value only. */
export const plainVault: Vault = {
  put: async secret => ({ plain: Buffer.from(secret).toString('hex') }),
  take: async stored => {
    if (!('plain' in stored)) throw new CliFailure('this key is sealed; it does not belong into the test keyring');
    return Uint8Array.from(Buffer.from(stored.plain, 'hex'));
  },
};

type Lock = { readonly version: 1; readonly kdf: Kdf; readonly check: Box };
const checkText = 'windlass keyring';

/** Backend `file`: one password for all keys of the folder, asked for once a command. */
export function passwordVault(folder: string, io: Io): Vault {
  let opened: Promise<Buffer> | undefined;
  const key = (): Promise<Buffer> => (opened ??= openLock(folder, io));
  return {
    put: async (secret, bound) => ({ sealed: seal(await key(), secret, bound) }),
    take: async (stored, bound) => {
      if (!('sealed' in stored)) throw new CliFailure('this key is not sealed; it does not belong into the file keyring');
      const secret = unseal(await key(), stored.sealed, bound);
      if (!secret) throw new CliFailure(`the key file of ${bound} was changed since it was written`, { hint: 'Restore it from a backup, or recover the key from its mnemonic.' });
      return secret;
    },
  };
}

async function openLock(folder: string, io: Io): Promise<Buffer> {
  const path = join(folder, 'keyring.lock.json');
  if (!existsSync(path)) return makeLock(path, io);
  const lock = JSON.parse(readFileSync(path, 'utf8')) as Lock;
  const key = await deriveKey(await readPassword(io, 'Password of the keyring'), lock.kdf);
  if (!unseal(key, lock.check, checkText)) throw new CliFailure('wrong password', { hint: `It is the one this keyring was made with: ${folder}` });
  return key;
}

async function makeLock(path: string, io: Io): Promise<Buffer> {
  const kdf = newKdf();
  const key = await deriveKey(await chooseNewPassword(io, 'Password for the new keyring'), kdf);
  const lock: Lock = { version: 1, kdf, check: seal(key, Buffer.from(checkText, 'utf8'), checkText) };
  replaceFile(path, `${JSON.stringify(lock, null, 2)}\n`, 0o600);
  return key;
}
