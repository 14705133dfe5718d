/** The one validator's key and its signature on a block. */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { precommitSignBytes } from './vote-sign-bytes.js';
import { addressOf, type Validator } from './validator-set.js';
import { blockIdFlagAbsent, blockIdFlagCommit, emptyBytes, zeroTime, type BlockId, type Commit } from './block-types.js';
import type { PublicKey, Timestamp } from '../../abci/types.js';
import type { PrivValidatorKey } from '../types.js';

export type ValidatorKey = { readonly address: Uint8Array; readonly pubKey: PublicKey; sign(bytes: Uint8Array): Uint8Array };

/** DER of a PKCS #8 ed25519 private key, up to the 32 bytes of its seed (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Reads priv_validator_key.json's content. Throws when it is no ed25519 key or its public half does not belong to it. */
export function readValidatorKey(json: PrivValidatorKey): ValidatorKey {
  if (json.priv_key.type !== 'tendermint/PrivKeyEd25519') throw new Error(`the validator key is of type ${json.priv_key.type}, not tendermint/PrivKeyEd25519`);
  const bytes = Buffer.from(json.priv_key.value, 'base64');
  if (bytes.length !== 64) throw new Error('the validator key is not 64 bytes, seed and public key');
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, bytes.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
  const publicBytes = publicBytesOf(privateKey);
  if (!publicBytes.equals(bytes.subarray(32)) || json.pub_key.value !== publicBytes.toString('base64')) {
    throw new Error('the public key in the validator key file does not belong to its private key');
  }
  const pubKey: PublicKey = { ed25519: Uint8Array.from(publicBytes) };
  return { pubKey, address: addressOf(pubKey), sign: message => new Uint8Array(sign(null, message, privateKey)) };
}

function publicBytesOf(privateKey: KeyObject): Buffer {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return der.subarray(der.length - 32);
}

/** The commit of a block: our precommit in our validator's place, everybody else absent. */
export function signCommit(key: ValidatorKey, chainId: string, validators: readonly Validator[], height: bigint, blockId: BlockId, timestamp: Timestamp): Commit {
  const round = 0;
  const signatures = validators.map(({ address }) => Buffer.compare(address, key.address) === 0
    ? {
      blockIdFlag: blockIdFlagCommit,
      validatorAddress: address,
      timestamp,
      signature: key.sign(precommitSignBytes(chainId, height, round, blockId, timestamp)),
    }
    : { blockIdFlag: blockIdFlagAbsent, validatorAddress: emptyBytes, timestamp: zeroTime, signature: emptyBytes });
  return { height, round, blockId, signatures };
}
