/**
 * What CometBFT's RPC says of a block, checked: a header against its hash, a commit against the validators who must have
 * signed it. Nobody's word is taken for it.
 */
import { createPublicKey, verify } from 'node:crypto';
import { parseTimestamp } from '../../codec/json.js';
import { headerHash, validatorsHash } from '../embedded/header-hash.js';
import { precommitSignBytes } from '../embedded/vote-sign-bytes.js';
import type { BlockId, Header } from '../embedded/block-types.js';

type Json = Readonly<Record<string, unknown>>;

/** A validator as `/validators` tells of it; address in upper-case hex. Only ed25519 keys can be checked. */
export type CommitValidator = { readonly address: string; readonly publicKey: Uint8Array; readonly power: bigint };

/** A header that its hash belongs to. */
export type CheckedHeader = { readonly height: bigint; readonly chainId: string; readonly hash: string; readonly appHash: string; readonly proposer: string };

export type SignedHeader = CheckedHeader & { readonly power: bigint; readonly totalPower: bigint };

/** The answer is not what it claims to be; the message is for people. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
}

/** DER head of an ed25519 public key (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b6570032100', 'hex');
const commitFlag = 2;

/** The header in CometBFT's JSON with the hash that it has. Throws NotSigned when it is no header. */
export function readHeader(given: unknown): CheckedHeader {
  const header = parsed(() => headerFrom(given as Json));
  return { height: header.height, chainId: header.chainId, hash: hexOf(headerHash(header)), appHash: hexOf(header.appHash), proposer: hexOf(header.proposerAddress) };
}

/**
 * Checks an answer of `/commit` (its `signed_header`): that the commit is of this header, and that validators with more than
 * two thirds of the power signed it. Throws NotSigned with the reason.
 */
export function checkSignedHeader(given: unknown, chainId: string, validators: readonly CommitValidator[]): SignedHeader {
  const { header, commit } = (given ?? {}) as { readonly header?: unknown; readonly commit?: Json };
  const checked = readHeader(header);
  if (checked.chainId !== chainId) throw new NotSigned(`the header is of chain ${checked.chainId}`);
  const { height, round, blockId, signatures } = parsed(() => commitFrom(commit as Json));
  if (height !== checked.height || hexOf(blockId.hash) !== checked.hash) throw new NotSigned('the commit is of another block than the header');
  const known = new Map(validators.map(validator => [validator.address, validator]));
  let power = 0n;
  for (const { flag, address, timestamp, signature } of signatures) {
    const validator = known.get(address);
    if (flag !== commitFlag || !validator) continue;
    known.delete(address); // nobody counts twice
    const signed = precommitSignBytes(chainId, height, round, blockId, timestamp);
    if (!verify(null, signed, keyOf(validator.publicKey), signature)) throw new NotSigned(`the signature of validator ${address} is wrong`);
    power += validator.power;
  }
  const totalPower = validators.reduce((sum, validator) => sum + validator.power, 0n);
  if (power * 3n <= totalPower * 2n) throw new NotSigned(`validators with ${power} of ${totalPower} signed it, which is no majority of two thirds`);
  return { ...checked, power, totalPower };
}

/** The validators of an answer of `/validators`. Throws NotSigned when one has another key than ed25519. */
export function readValidators(given: unknown): CommitValidator[] {
  return parsed(() => (given as readonly Json[]).map(({ address, pub_key: key, voting_power: power }) => {
    const { type, value } = key as { readonly type: string; readonly value: string };
    if (type !== 'tendermint/PubKeyEd25519') throw new NotSigned(`validator ${String(address)} has a key of type ${type}`);
    return { address: textOf(address).toUpperCase(), publicKey: Buffer.from(value, 'base64'), power: bigintOf(power) };
  }));
}

/** As it stands in the header of their height, and in that of the height before as the next ones'; upper-case hex. In the order in which they were answered. */
export function hashOfValidators(validators: readonly CommitValidator[]): string {
  return hexOf(validatorsHash(validators.map(({ address, publicKey, power }) => ({ address: Buffer.from(address, 'hex'), pubKey: { ed25519: publicKey }, power }))));
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotSigned) throw error;
    throw new NotSigned(`the answer is not in CometBFT's form: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function headerFrom(json: Json): Header {
  const version = json['version'] as { readonly block: string; readonly app?: string };
  return {
    version: { block: BigInt(version.block), app: BigInt(version.app ?? '0') },
    chainId: textOf(json['chain_id']), height: bigintOf(json['height']), time: parseTimestamp(textOf(json['time'])), lastBlockId: blockIdFrom(json['last_block_id'] as Json),
    lastCommitHash: hexIn(json['last_commit_hash']), dataHash: hexIn(json['data_hash']), validatorsHash: hexIn(json['validators_hash']), nextValidatorsHash: hexIn(json['next_validators_hash']),
    consensusHash: hexIn(json['consensus_hash']), appHash: hexIn(json['app_hash']), lastResultsHash: hexIn(json['last_results_hash']), evidenceHash: hexIn(json['evidence_hash']),
    proposerAddress: hexIn(json['proposer_address']),
  };
}

function blockIdFrom(json: Json): BlockId {
  const parts = json['parts'] as { readonly total: number; readonly hash: string };
  return { hash: hexIn(json['hash']), partSetHeader: { total: parts.total, hash: hexIn(parts.hash) } };
}

function commitFrom(json: Json) {
  const signatures = (json['signatures'] as readonly Json[]).map(each => ({
    flag: Number(each['block_id_flag']), address: textOf(each['validator_address']).toUpperCase(), timestamp: parseTimestamp(textOf(each['timestamp'])),
    signature: Buffer.from(typeof each['signature'] === 'string' ? each['signature'] : '', 'base64'),
  }));
  return { height: bigintOf(json['height']), round: Number(json['round']), blockId: blockIdFrom(json['block_id'] as Json), signatures };
}

function keyOf(publicKey: Uint8Array) {
  return createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: 'der', type: 'spki' });
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new NotSigned('a text is missing');
  return value;
}

const bigintOf = (value: unknown): bigint => BigInt(textOf(value));

function hexIn(value: unknown): Uint8Array {
  const text = textOf(value);
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text)) throw new NotSigned(`${text} is not hex`);
  return Buffer.from(text, 'hex');
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
