/** Ed25519 keys in CometBFT's JSON forms. */
import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { JsonKey } from '../types.js';

/** The ASN.1 head of an Ed25519 private key in PKCS #8 (RFC 8410); the 32 bytes of the seed follow. */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

export type Ed25519Key = { readonly seed: Uint8Array; readonly publicKey: Uint8Array };

/** @param seed 32 bytes; random when left out */
export function makeEd25519Key(seed: Uint8Array = randomBytes(32)): Ed25519Key {
  if (seed.length !== 32) throw new Error(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return { seed: Uint8Array.from(seed), publicKey: Uint8Array.from(spki.subarray(-32)) };
}

/** CometBFT's address of a public key: the first 20 bytes of its SHA-256. */
export function addressOf(publicKey: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(publicKey).digest().subarray(0, 20));
}

export function publicKeyToJson(publicKey: Uint8Array): JsonKey {
  return { type: 'tendermint/PubKeyEd25519', value: Buffer.from(publicKey).toString('base64') };
}

/** The 64 bytes that Go keeps: seed ‖ public key. */
export function privateKeyToJson({ seed, publicKey }: Ed25519Key): JsonKey {
  return { type: 'tendermint/PrivKeyEd25519', value: Buffer.concat([seed, publicKey]).toString('base64') };
}

/** Throws when the JSON is no Ed25519 private key, or its public half is not that of its seed. */
export function privateKeyFromJson(json: unknown, path: string): Ed25519Key {
  const { type, value } = (typeof json === 'object' && json !== null ? json : {}) as Partial<JsonKey>;
  if (type !== 'tendermint/PrivKeyEd25519' || typeof value !== 'string') throw new Error(`${path}: expected a key of type tendermint/PrivKeyEd25519`);
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 64) throw new Error(`${path}: the private key has ${bytes.length} bytes, expected 64`);
  const key = makeEd25519Key(bytes.subarray(0, 32));
  if (!bytes.subarray(32).equals(key.publicKey)) throw new Error(`${path}: the public half of the private key is not that of its seed`);
  return key;
}
