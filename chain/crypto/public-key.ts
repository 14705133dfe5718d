/** Public keys as accounts and transactions carry them: an Any around one of three messages. */
import assert from 'node:assert/strict';
import { concatBytes } from '../bytes.js';
import { CodecError, type Codec, type Codecs } from '../codec/index.js';
import { refuseSdk } from '../refusal.js';
import { secp256k1Address, sha256 } from './address.js';
import { isSecp256k1Key } from './secp256k1.js';

/** google.protobuf.Any. */
export type Any = { typeUrl: string; value: Uint8Array };

export type PublicKey =
  | { readonly kind: 'secp256k1'; readonly key: Uint8Array }
  /** Known so that it can be named and charged for; accounts cannot sign with it. */
  | { readonly kind: 'ed25519'; readonly key: Uint8Array }
  | { readonly kind: 'multisig'; readonly threshold: number; readonly members: readonly PublicKey[] };

/** Multisig keys in multisig keys, at most this deep. */
const nestingMax = 10;

export type PublicKeyCodec = {
  /** Refuses with sdk/2 what is not a key of a known type without unknown fields, sdk/8 what is no key of its type. */
  fromAny(any: Any): PublicKey;
  /** The canonical Any of a key. */
  toAny(key: PublicKey): Any;
};

export function makePublicKeyCodec(codecs: Codecs): PublicKeyCodec {
  const secp256k1 = codecs.of<{ key: Uint8Array }>('cosmos.crypto.secp256k1.PubKey');
  const ed25519 = codecs.of<{ key: Uint8Array }>('cosmos.crypto.ed25519.PubKey');
  const multisig = codecs.of<{ threshold: number; publicKeys: Any[] }>('cosmos.crypto.multisig.LegacyAminoPubKey');

  const fromAny = (any: Any, depth: number): PublicKey => {
    if (depth > nestingMax) refuseSdk('invalidPubKey', `multisig keys are nested deeper than ${nestingMax}`);
    switch (any.typeUrl) {
      case secp256k1.typeUrl: return { kind: 'secp256k1', key: keyOfLength(decodeKey(secp256k1, any).key, 33) };
      case ed25519.typeUrl: return { kind: 'ed25519', key: keyOfLength(decodeKey(ed25519, any).key, 32) };
      case multisig.typeUrl: {
        const { threshold, publicKeys } = decodeKey(multisig, any);
        if (threshold < 1 || threshold > publicKeys.length) refuseSdk('invalidPubKey', `a threshold of ${threshold} for ${publicKeys.length} keys`);
        return { kind: 'multisig', threshold, members: publicKeys.map(member => fromAny(member, depth + 1)) };
      }
      default: return refuseSdk('txParse', `unable to resolve type URL ${any.typeUrl}`);
    }
  };
  const toAny = (key: PublicKey): Any => {
    switch (key.kind) {
      case 'secp256k1': return { typeUrl: secp256k1.typeUrl, value: secp256k1.encode({ key: key.key }) };
      case 'ed25519': return { typeUrl: ed25519.typeUrl, value: ed25519.encode({ key: key.key }) };
      case 'multisig':
        return { typeUrl: multisig.typeUrl, value: multisig.encode({ threshold: key.threshold, publicKeys: key.members.map(toAny) }) };
    }
  };
  return { fromAny: any => fromAny(any, 0), toAny };
}

function decodeKey<T>(codec: Codec<T>, any: Any): T {
  try {
    return codec.decode(any.value, 'refuse');
  } catch (error) {
    if (error instanceof CodecError) refuseSdk('txParse', error.message);
    throw error;
  }
}

function keyOfLength(key: Uint8Array, length: number): Uint8Array {
  if (key.length !== length) refuseSdk('invalidPubKey', `length of pubkey is incorrect: expected ${length}, got ${key.length}`);
  return key;
}

/** The account address of a key: 20 bytes. */
export function addressOfKey(key: PublicKey): Uint8Array {
  switch (key.kind) {
    case 'secp256k1': return secp256k1Address(key.key);
    case 'ed25519': return sha256(key.key).slice(0, 20);
    case 'multisig': return sha256(aminoBytes(key)).slice(0, 20);
  }
}

const aminoPrefixes = { secp256k1: 'eb5ae98721', ed25519: '1624de6420', multisig: '22c1f7e2' } as const;

/** Amino's binary form, of which a multisig address is the hash. Prefixes are the registered ones of the Cosmos SDK. */
export function aminoBytes(key: PublicKey): Uint8Array {
  const prefix = Uint8Array.from(Buffer.from(aminoPrefixes[key.kind], 'hex'));
  if (key.kind !== 'multisig') return concatBytes(prefix, key.key);
  const members = key.members.map(aminoBytes).map(bytes => concatBytes(Uint8Array.of(0x12), varint(bytes.length), bytes));
  return concatBytes(prefix, Uint8Array.of(0x08), varint(key.threshold), ...members);
}

function varint(value: number): Uint8Array {
  assert(Number.isSafeInteger(value) && value >= 0, 'a varint is a whole number');
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}

/** How many plain keys a key is made of: what the signature limit counts. */
export function countKeys(key: PublicKey): number {
  return key.kind === 'multisig' ? key.members.reduce((sum, member) => sum + countKeys(member), 0) : 1;
}

/** False when a secp256k1 key in it is no point of the curve. */
export function isOnCurve(key: PublicKey): boolean {
  if (key.kind === 'multisig') return key.members.every(isOnCurve);
  return key.kind === 'ed25519' || isSecp256k1Key(key.key);
}
