/**
 * Addresses: of accounts, 20 bytes from a key or a module's name, or 32 bytes for derived ones; of validators. Written in bech32.
 * Only the one canonical text of an address is accepted, so that text and bytes may stand for each other as keys.
 */
import { createHash } from 'node:crypto';
import { fromBech32, toBech32 } from '@cosmjs/encoding';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { binaryText } from '../bytes.js';
import { problemOfBech32 } from './bech32-problem.js';
import { makeBoundedCache } from './bounded-cache.js';

export const addressPrefix = 'windlass';

export type ParsedAddress = { readonly bytes: Uint8Array } | { readonly problem: string };

/** One kind of address: who is meant decides the prefix, so that a validator's text is never taken for an account's. */
export type AddressForm = {
  /** The bytes of a canonical address, or the reason why it is none, in the SDK's words. The bytes must not be changed. */
  parse(text: string): ParsedAddress;
  /** For addresses that were checked before: throws an Error, which stops the node, if the text is none. */
  bytes(text: string): Uint8Array;
  text(bytes: Uint8Array): string;
};

function makeAddressForm(prefix: string, remembered: number): AddressForm {
  const bytesByText = makeBoundedCache<Uint8Array>(remembered);
  const textByBytes = makeBoundedCache<string>(remembered);
  const parse = (text: string): ParsedAddress => {
    const known = bytesByText.get(text);
    if (known) return { bytes: known };
    const parsed = decodeAddress(prefix, text);
    if ('bytes' in parsed) bytesByText.set(text, parsed.bytes);
    return parsed;
  };
  return {
    parse,
    bytes: text => {
      const parsed = parse(text);
      if ('problem' in parsed) throw new Error(`an address of our own state is not valid: ${parsed.problem}`);
      return parsed.bytes;
    },
    text: bytes => {
      const key = binaryText(bytes);
      let text = textByBytes.get(key);
      if (text === undefined) {
        text = toBech32(prefix, bytes);
        textByBytes.set(key, text);
      }
      return text;
    },
  };
}

function decodeAddress(prefix: string, text: string): ParsedAddress {
  if (text.trim() === '') return { problem: 'empty address string is not allowed' };
  let decoded: { prefix: string; data: Uint8Array };
  try {
    decoded = fromBech32(text);
  } catch {
    return { problem: `decoding bech32 failed: ${problemOfBech32(text)}` };
  }
  if (decoded.prefix !== prefix) return { problem: `hrp does not match bech32 prefix: expected '${prefix}' got '${decoded.prefix}': internal logic error` };
  if (decoded.data.length !== 20 && decoded.data.length !== 32) return { problem: `address length must be 20 or 32 bytes, got ${decoded.data.length}` };
  if (toBech32(prefix, decoded.data) !== text) return { problem: 'decoding bech32 failed: not in lower case' };
  return { bytes: decoded.data };
}

/** Of an account. */
export const accountAddress: AddressForm = makeAddressForm(addressPrefix, 20_000);
/** Of a validator as its operator's account has it: the same bytes as the account's. */
export const operatorAddress: AddressForm = makeAddressForm(`${addressPrefix}valoper`, 2_000);
/** Of a validator as CometBFT has it: 20 bytes of its consensus key's hash. */
export const consensusAddress: AddressForm = makeAddressForm(`${addressPrefix}valcons`, 2_000);

export const parseAddress = accountAddress.parse;
export const addressBytes = accountAddress.bytes;
export const addressText = accountAddress.text;

/** SHA-256; the one hash of txs, sign documents and amino addresses. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

/** RIPEMD160(SHA-256(33-byte compressed key)). */
export function secp256k1Address(key: Uint8Array): Uint8Array {
  return ripemd160(sha256(key));
}

/** First 20 bytes of SHA-256(name). */
export function moduleAddress(name: string): Uint8Array {
  return sha256(Buffer.from(name, 'utf8')).slice(0, 20);
}
