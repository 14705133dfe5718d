/**
 * ECDSA over secp256k1 with SHA-256, by OpenSSL. What OpenSSL lets pass but the SDK does not (long keys, DER, high s)
 * is checked here first. Verification can be done ahead, in Node's thread pool; the result is remembered, so that the
 * stages of a tx, which are synchronous, find it. The memory never changes an answer, only how long it takes.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { binaryText, concatBytes } from '../bytes.js';
import { sha256 } from './address.js';
import { makeBoundedCache } from './bounded-cache.js';

/** SubjectPublicKeyInfo of a compressed secp256k1 point, up to the point itself. */
const spkiPrefix = Uint8Array.from(Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex'));
/** Half the order of the group: a larger s has a smaller twin that signs the same. */
const halfOrder = Buffer.from('7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0', 'hex');

const keyObjects = makeBoundedCache<KeyObject>(10_000);
/** Only proofs of validity are kept: strangers' bad signatures must not push out good ones. */
const verified = makeBoundedCache<true>(50_000);

export type SignatureCheck = { readonly key: Uint8Array; readonly signBytes: Uint8Array; readonly signature: Uint8Array };

/** Whether the bytes are a compressed point on the curve. */
export function isSecp256k1Key(key: Uint8Array): boolean {
  return keyObjectOf(key) !== undefined;
}

function keyObjectOf(key: Uint8Array): KeyObject | undefined {
  if (key.length !== 33 || (key[0] !== 2 && key[0] !== 3)) return undefined;
  const cacheKey = binaryText(key);
  const known = keyObjects.get(cacheKey);
  if (known) return known;
  let made: KeyObject;
  try {
    made = createPublicKey({ key: Buffer.from(concatBytes(spkiPrefix, key)), format: 'der', type: 'spki' });
  } catch {
    return undefined; // OpenSSL found no such point on the curve
  }
  keyObjects.set(cacheKey, made);
  return made;
}

/** 64 bytes r ‖ s with s in the lower half. */
function hasAcceptedShape(signature: Uint8Array): boolean {
  return signature.length === 64 && Buffer.compare(signature.subarray(32), halfOrder) <= 0;
}

function cacheKeyOf(check: SignatureCheck): string {
  return binaryText(sha256(concatBytes(check.key, check.signature, check.signBytes))); // the first two have fixed lengths
}

/** Verifies now, or remembers that it was done. */
export function verifySecp256k1(check: SignatureCheck): boolean {
  const key = keyObjectOf(check.key);
  if (!key || !hasAcceptedShape(check.signature)) return false;
  const cacheKey = cacheKeyOf(check);
  if (verified.get(cacheKey)) return true;
  const good = verify('sha256', check.signBytes, { key, dsaEncoding: 'ieee-p1363' }, check.signature);
  if (good) verified.set(cacheKey, true);
  return good;
}

/** Verifies in the thread pool and remembers a good result. Never rejects: whoever needs the answer asks verifySecp256k1. */
export function verifySecp256k1Ahead(check: SignatureCheck): Promise<void> {
  const key = keyObjectOf(check.key);
  if (!key || !hasAcceptedShape(check.signature)) return Promise.resolve();
  const cacheKey = cacheKeyOf(check);
  if (verified.get(cacheKey)) return Promise.resolve();
  return new Promise(resolve => {
    verify('sha256', check.signBytes, { key, dsaEncoding: 'ieee-p1363' }, check.signature, (error, good) => {
      if (!error && good) verified.set(cacheKey, true);
      resolve();
    });
  });
}
