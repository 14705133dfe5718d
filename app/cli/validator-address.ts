/** Validators as people name them: by operator address, by the operator's key, or by what CometBFT knows them by. */
import { createHash } from 'node:crypto';
import { addressBytes, consensusAddress, operatorAddress } from '../../chain/index.js';
import { UsageFailure } from './failure.js';
import { isAddress } from './keyring/hd.js';
import type { Keyring } from './keyring/keyring.js';

/** An operator's address, or the name or account address of the operator's key. Throws UsageFailure. */
export function operatorOrKey(keyring: Keyring, what: string, text: string): string {
  if ('bytes' in operatorAddress.parse(text)) return text;
  const account = isAddress(text) ? text : keyring.find(text)?.address;
  if (account !== undefined) return operatorOf(account);
  throw new UsageFailure(`${what} ${text} is no operator of a validator`, 'Write its address, which starts with windlassvaloper1, or the name of its operator\'s key.');
}

export const operatorOf = (account: string): string => operatorAddress.text(addressBytes(account));

/** A consensus address, or the consensus key as the SDK prints it: {"@type":…,"key":…}. Throws UsageFailure. */
export function consensusOrKey(text: string): string {
  if ('bytes' in consensusAddress.parse(text)) return text;
  const key = consensusKey(text);
  if (key?.length === 32) return consensusAddress.text(new Uint8Array(createHash('sha256').update(key).digest().subarray(0, 20)));
  throw new UsageFailure(`${text} is no consensus address`, 'Write windlassvalcons1…, or the consensus key as {"@type":"/cosmos.crypto.ed25519.PubKey","key":"…"}.');
}

function consensusKey(text: string): Uint8Array | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const key = typeof json === 'object' && json !== null ? (json as Record<string, unknown>)['key'] : undefined;
    return typeof key === 'string' ? Uint8Array.from(Buffer.from(key, 'base64')) : undefined;
  } catch {
    return undefined;
  }
}
