/** genesis.json: reading either layout, checking, writing CometBFT's. */
import { readFileSync } from 'node:fs';
import { parseTimestamp } from '../../codec/json.js';
import type { GenesisDoc, GenesisValidator } from '../types.js';
import { addressOf } from './ed25519.js';
import { replaceFile } from './files.js';
import { homePaths } from './paths.js';
import { array, field, int64, object, optional, text, GenesisError } from './genesis-fields.js';

export { GenesisError } from './genesis-fields.js';

/** CometBFT's default consensus parameters; max_age_duration is 48 h in nanoseconds, block.max_bytes 21 MiB. */
export const defaultConsensusParams: GenesisDoc['consensus_params'] = {
  block: { max_bytes: '22020096', max_gas: '-1' },
  evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
  validator: { pub_key_types: ['ed25519'] },
  version: { app: '0' },
  abci: { vote_extensions_enable_height: '0' },
};

/** 100 MB, CometBFT types.MaxBlockSizeBytes. */
const blockBytesMax = 100n * 1024n * 1024n;
const chainIdLengthMax = 50;
/** CometBFT types.MaxTotalVotingPower. */
const totalPowerMax = (2n ** 63n - 1n) / 8n;

export function readGenesis(home: string): GenesisDoc {
  const path = homePaths(home).genesis;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path} cannot be read`, { cause });
  }
  return parseGenesis(json);
}

/** Checks and writes config/genesis.json, replacing one that is there. */
export function writeGenesis(home: string, genesis: GenesisDoc): void {
  replaceFile(homePaths(home).genesis, genesisText(genesis), 0o644);
}

/** The text of a genesis file: the same document gives the same bytes. */
export function genesisText(genesis: GenesisDoc): string {
  return `${JSON.stringify(parseGenesis(genesis), null, 2)}\n`;
}

/**
 * Checks a genesis document and gives it in CometBFT's layout, with defaults filled in. Takes CometBFT's layout
 * ({consensus_params, validators}) and the one of Cosmos SDK ≥ 0.50 ({initial_height: 1, consensus: {params, validators}}).
 * Throws GenesisError, whose text names the field.
 */
export function parseGenesis(json: unknown): GenesisDoc {
  const root = object(json, 'genesis');
  const consensus = optional(root, 'consensus', object, {});
  const { value: paramsJson, path: paramsPath } = 'consensus' in root
    ? { value: consensus['params'], path: 'consensus.params' }
    : { value: root['consensus_params'], path: 'consensus_params' };
  const validatorsJson = 'consensus' in root ? consensus['validators'] : root['validators'];
  const chainId = field(root, 'chain_id', text);
  if (chainId.length === 0 || chainId.length > chainIdLengthMax) throw new GenesisError('chain_id', `must have 1 to ${chainIdLengthMax} characters`);
  const genesisTime = field(root, 'genesis_time', text);
  checkTime(genesisTime);
  const initialHeight = optional(root, 'initial_height', int64, 1n) || 1n; // Go's zero value stands for "not set"
  if (initialHeight < 0n) throw new GenesisError('initial_height', 'must not be negative');
  const appHash = optional(root, 'app_hash', text, '');
  if (!/^([0-9a-fA-F]{2})*$/.test(appHash)) throw new GenesisError('app_hash', 'must be hex');
  return {
    genesis_time: genesisTime,
    chain_id: chainId,
    initial_height: initialHeight.toString(),
    consensus_params: parseParams(paramsJson ?? {}, paramsPath),
    validators: parseValidators(validatorsJson ?? []),
    app_hash: appHash,
    app_state: optional(root, 'app_state', object, {}),
  };
}

function checkTime(value: string): void {
  try {
    parseTimestamp(value);
  } catch (cause) {
    throw new GenesisError('genesis_time', `${value} is not a time such as 2026-01-02T03:04:05Z`, cause);
  }
}

function parseParams(json: unknown, path: string): GenesisDoc['consensus_params'] {
  const params = object(json, path);
  const defaults = defaultConsensusParams;
  const integers = <Name extends 'block' | 'evidence' | 'version' | 'abci'>(name: Name): (typeof defaults)[Name] => {
    const given = optional(params, name, object, {});
    const names = Object.keys(defaults[name]);
    return Object.fromEntries(names.map(key => {
      const fallback = BigInt((defaults[name] as Record<string, string>)[key] ?? '0');
      return [key, optional(given, key, (value, at) => int64(value, `${path}.${name}.${at}`), fallback).toString()];
    })) as (typeof defaults)[Name];
  };
  const validator = optional(params, 'validator', object, {});
  const parsed = {
    block: integers('block'),
    evidence: integers('evidence'),
    validator: { pub_key_types: optional(validator, 'pub_key_types', array, defaults.validator.pub_key_types).map(type => text(type, `${path}.validator.pub_key_types`)) },
    version: integers('version'),
    abci: integers('abci'),
  };
  checkParams(parsed, path);
  return parsed;
}

/** The rules of CometBFT's ConsensusParams.ValidateBasic. */
function checkParams(params: GenesisDoc['consensus_params'], path: string): void {
  const maxBytes = BigInt(params.block.max_bytes);
  if (maxBytes === 0n || maxBytes < -1n || maxBytes > blockBytesMax) throw new GenesisError(`${path}.block.max_bytes`, `must be -1 or 1 to ${blockBytesMax}`);
  if (BigInt(params.block.max_gas) < -1n) throw new GenesisError(`${path}.block.max_gas`, 'must be -1 or more');
  for (const name of ['max_age_num_blocks', 'max_age_duration'] as const) {
    if (BigInt(params.evidence[name]) <= 0n) throw new GenesisError(`${path}.evidence.${name}`, 'must be positive');
  }
  const evidenceBytes = BigInt(params.evidence.max_bytes);
  if (evidenceBytes < 0n || evidenceBytes > (maxBytes === -1n ? blockBytesMax : maxBytes)) throw new GenesisError(`${path}.evidence.max_bytes`, 'must fit into a block');
  if (BigInt(params.abci.vote_extensions_enable_height) < 0n) throw new GenesisError(`${path}.abci.vote_extensions_enable_height`, 'must not be negative');
  const types = params.validator.pub_key_types;
  if (types.length === 0 || types.some(type => type !== 'ed25519' && type !== 'secp256k1')) throw new GenesisError(`${path}.validator.pub_key_types`, 'must name ed25519 or secp256k1');
}

function parseValidators(json: unknown): GenesisValidator[] {
  const keys = new Set<string>();
  let total = 0n;
  return array(json, 'validators').map((item, index) => {
    const path = `validators[${index}]`;
    const validator = parseValidator(item, path);
    if (keys.has(validator.pub_key.value)) throw new GenesisError(path, 'repeats the key of another validator');
    keys.add(validator.pub_key.value);
    total += BigInt(validator.power);
    if (total > totalPowerMax) throw new GenesisError(path, `brings the total power over ${totalPowerMax}`);
    return validator;
  });
}

function parseValidator(json: unknown, path: string): GenesisValidator {
  const validator = object(json, path);
  const key = object(validator['pub_key'], `${path}.pub_key`);
  const type = text(key['type'], `${path}.pub_key.type`);
  const value = text(key['value'], `${path}.pub_key.value`);
  const bytes = Buffer.from(value, 'base64');
  if (type !== 'tendermint/PubKeyEd25519' || bytes.length !== 32 || bytes.toString('base64') !== value) {
    throw new GenesisError(`${path}.pub_key`, 'must be a tendermint/PubKeyEd25519 of 32 bytes in base64');
  }
  const power = int64(validator['power'], `${path}.power`);
  if (power <= 0n) throw new GenesisError(`${path}.power`, 'must be positive');
  const address = Buffer.from(addressOf(bytes)).toString('hex').toUpperCase();
  const given = optional(validator, 'address', text, '');
  if (given !== '' && given.toUpperCase() !== address) throw new GenesisError(`${path}.address`, `is not that of its key, ${address}`);
  return { address, pub_key: { type, value }, power: power.toString(), name: optional(validator, 'name', text, '') };
}
