/** One private key as a file that can be carried: sealed under a password of its own. */
import { CliFailure } from '../failure.js';
import { deriveKey, newKdf, seal, unseal, type Box, type Kdf } from './sealed.js';

type Armored = { format: 'windlass-key'; version: 1; address: string; kdf: Kdf; key: Box };

export async function armorKey(privateKey: Uint8Array, address: string, password: string): Promise<string> {
  const kdf = newKdf();
  const armored: Armored = { format: 'windlass-key', version: 1, address, kdf, key: seal(await deriveKey(password, kdf), privateKey, address) };
  return `${JSON.stringify(armored, null, 2)}\n`;
}

/** The parsed file, or undefined when the text is none. */
export function parseArmor(text: string): Armored | undefined {
  try {
    const json = JSON.parse(text) as Partial<Armored> | null;
    return json?.format === 'windlass-key' && json.version === 1 && json.kdf && json.key ? (json as Armored) : undefined;
  } catch {
    return undefined;
  }
}

/** Throws CliFailure on a wrong password or a changed file. */
export async function openArmor({ kdf, key, address }: Armored, password: string): Promise<Uint8Array> {
  const privateKey = unseal(await deriveKey(password, kdf), key, address);
  if (!privateKey) throw new CliFailure('wrong password, or the file was changed', { hint: 'The password is the one chosen at the export.' });
  return privateKey;
}
