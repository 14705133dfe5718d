/** The validators of a height, ordered as CometBFT orders them: power descending, then address ascending. */
import { sha256 } from './merkle.js';
import type { PublicKey, ValidatorUpdate } from '../../abci/types.js';
import type { GenesisValidator, JsonKey } from '../types.js';

export type Validator = { readonly address: Uint8Array; readonly pubKey: PublicKey; readonly power: bigint };

const ed25519Type = 'tendermint/PubKeyEd25519';
const powerTotalMax = (2n ** 63n - 1n) / 8n;

/** First 20 bytes of SHA-256(public key). Throws for a key that is not ed25519. */
export function addressOf(pubKey: PublicKey): Uint8Array {
  if (pubKey.ed25519?.length !== 32) throw new Error('the embedded engine knows only ed25519 validator keys of 32 bytes');
  return sha256(pubKey.ed25519).subarray(0, 20);
}

/** Throws for a key that is not ed25519. */
export function pubKeyFromJson(key: JsonKey): PublicKey {
  if (key.type !== ed25519Type) throw new Error(`the embedded engine knows only ${ed25519Type} keys, not ${key.type}`);
  return { ed25519: Uint8Array.from(Buffer.from(key.value, 'base64')) };
}

export function pubKeyToJson(pubKey: PublicKey): JsonKey {
  return { type: ed25519Type, value: Buffer.from(pubKey.ed25519 ?? []).toString('base64') };
}

export function updateFromGenesis(validator: GenesisValidator): ValidatorUpdate {
  return { pubKey: pubKeyFromJson(validator.pub_key), power: BigInt(validator.power) };
}

/**
 * The set after the updates of one block: power 0 removes, anything else adds or replaces. Throws, as CometBFT halts,
 * when an update is negative, names a key twice or removes a stranger, and when nobody or too much power remains.
 */
export function applyUpdates(validators: readonly Validator[], updates: readonly ValidatorUpdate[]): Validator[] {
  const byAddress = new Map(validators.map(validator => [hexOf(validator.address), validator]));
  const seen = new Set<string>();
  for (const { pubKey, power } of updates) {
    const address = addressOf(pubKey);
    const key = hexOf(address);
    if (seen.has(key)) throw new Error(`error in validator updates: ${key} appears twice`);
    seen.add(key);
    if (power < 0n) throw new Error(`error in validator updates: power of ${key} is negative`);
    if (power === 0n && !byAddress.delete(key)) throw new Error(`error in validator updates: ${key} is removed but is no validator`);
    if (power > 0n) byAddress.set(key, { address, pubKey, power });
  }
  const next = [...byAddress.values()].sort(byPowerThenAddress);
  if (next.length === 0) throw new Error('error in validator updates: no validator would remain');
  if (totalPower(next) > powerTotalMax) throw new Error(`error in validator updates: total power exceeds ${powerTotalMax}`);
  return next;
}

export function totalPower(validators: readonly Validator[]): bigint {
  return validators.reduce((sum, { power }) => sum + power, 0n);
}

/** Whether one validator alone can commit: more than two thirds of the power. */
export function decidesAlone(validators: readonly Validator[], address: Uint8Array): boolean {
  return powerOf(validators, address) * 3n > totalPower(validators) * 2n;
}

export function powerOf(validators: readonly Validator[], address: Uint8Array): bigint {
  return validators.find(validator => Buffer.compare(validator.address, address) === 0)?.power ?? 0n;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function byPowerThenAddress(a: Validator, b: Validator): number {
  if (a.power !== b.power) return a.power > b.power ? -1 : 1;
  return Buffer.compare(a.address, b.address);
}
