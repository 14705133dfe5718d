/** Secrets under a password: scrypt makes the key, AES-256-GCM seals and binds what stands beside the secret. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';

/** Lengths in bytes; n, r, p are scrypt's. All byte strings are base64. */
export type Kdf = { readonly name: 'scrypt'; readonly n: number; readonly r: number; readonly p: number; readonly salt: string };
export type Box = { readonly nonce: string; readonly data: string; readonly tag: string };

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
/** 64 MiB and about a fifth of a second; a file that asks for more than 1 GiB is refused. */
const costs = { n: 2 ** 16, r: 8, p: 1 } as const;
const memoryMax = 2 ** 30;

export function newKdf(): Kdf {
  return { name: 'scrypt', ...costs, salt: randomBytes(16).toString('base64') };
}

/** The 32-byte key. Rejects when the parameters are out of bounds. */
export async function deriveKey(password: string, kdf: Kdf): Promise<Buffer> {
  const { n, r, p, salt } = kdf;
  const memory = 128 * n * r;
  if (kdf.name !== 'scrypt' || !(memory * p <= memoryMax)) throw new Error('the file asks for a key derivation that this program does not do');
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), Buffer.from(salt, 'base64'), keyBytes, { N: n, r, p, maxmem: memory + 2 ** 21 }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** `bound` is text that must be the same when the box is opened. */
export function seal(key: Buffer, secret: Uint8Array, bound: string): Box {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  const data = Buffer.concat([cipher.update(secret), cipher.final()]);
  return { nonce: nonce.toString('base64'), data: data.toString('base64'), tag: cipher.getAuthTag().toString('base64') };
}

/** The secret, or undefined when the key is wrong or box or bound text were changed. */
export function unseal(key: Buffer, box: Box, bound: string): Uint8Array | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(box.nonce, 'base64'), { authTagLength: tagBytes });
  try {
    decipher.setAAD(Buffer.from(bound, 'utf8'));
    decipher.setAuthTag(Buffer.from(box.tag, 'base64'));
    return Uint8Array.from(Buffer.concat([decipher.update(Buffer.from(box.data, 'base64')), decipher.final()]));
  } catch {
    return undefined; // the only news that AES-GCM has: it does not fit
  }
}
