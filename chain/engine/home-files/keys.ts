/** The key that signs blocks, the key that names a node, and what the former has signed last. */
import { existsSync, readFileSync } from 'node:fs';
import type { GenesisValidator, PrivValidatorKey } from '../types.js';
import { addressOf, makeEd25519Key, privateKeyFromJson, privateKeyToJson, publicKeyToJson } from './ed25519.js';
import { createFile } from './files.js';
import { homePaths } from './paths.js';

export type NodeKey = { readonly priv_key: PrivValidatorKey['priv_key'] };

/** @param seed 32 bytes that fix the key, for tests and development; random when left out */
export function makePrivValidatorKey(seed?: Uint8Array): PrivValidatorKey {
  const key = makeEd25519Key(seed);
  return {
    address: Buffer.from(addressOf(key.publicKey)).toString('hex').toUpperCase(),
    pub_key: publicKeyToJson(key.publicKey),
    priv_key: privateKeyToJson(key),
  };
}

/** Writes config/priv_validator_key.json, mode 0600. Throws when there is one: a lost signing key cannot be had again. */
export function writePrivValidatorKey(home: string, key: PrivValidatorKey): void {
  createKeyFile(homePaths(home).privValidatorKey, key);
}

/** Throws with the path when the file is absent or its parts do not belong together. */
export function readPrivValidatorKey(home: string): PrivValidatorKey {
  const path = homePaths(home).privValidatorKey;
  const json = readJson(path) as Partial<PrivValidatorKey>;
  const expected = makePrivValidatorKey(privateKeyFromJson(json.priv_key, path).seed);
  if (json.address !== expected.address || json.pub_key?.value !== expected.pub_key.value) {
    throw new Error(`${path}: address and public key are not those of the private key`);
  }
  return expected;
}

export function makeNodeKey(seed?: Uint8Array): NodeKey {
  return { priv_key: privateKeyToJson(makeEd25519Key(seed)) };
}

/** Writes config/node_key.json, mode 0600. Throws when there is one. */
export function writeNodeKey(home: string, key: NodeKey): void {
  createKeyFile(homePaths(home).nodeKey, key);
}

export function readNodeKey(home: string): NodeKey {
  const path = homePaths(home).nodeKey;
  return makeNodeKey(privateKeyFromJson((readJson(path) as Partial<NodeKey>).priv_key, path).seed);
}

/** How peers name a node: lower-case hex of the address of its public key. */
export function nodeIdOf(key: NodeKey): string {
  return Buffer.from(addressOf(privateKeyFromJson(key.priv_key, 'node key').publicKey)).toString('hex');
}

/**
 * Writes data/priv_validator_state.json for a validator that has signed nothing, unless there is one: to reset it on a
 * running chain invites a double signature.
 */
export function ensurePrivValidatorState(home: string): void {
  const path = homePaths(home).privValidatorState;
  if (!existsSync(path)) createFile(path, `${JSON.stringify({ height: '0', round: 0, step: 0 }, null, 2)}\n`, 0o600);
}

export function genesisValidatorOf(key: PrivValidatorKey, power: bigint, name: string): GenesisValidator {
  return { address: key.address, pub_key: key.pub_key, power: power.toString(), name };
}

function createKeyFile(path: string, content: object): void {
  try {
    createFile(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new Error(`${path} exists already; keys are never overwritten`, { cause });
  }
}

function readJson(path: string): object {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read`, { cause });
  }
  if (typeof json !== 'object' || json === null) throw new Error(`${path}: expected a JSON object`);
  return json;
}
