/** Checks blocks from an RPC as a light client would, with foreign message codecs and a Merkle tree of its own. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { Block as BlockPb } from 'cosmjs-types/tendermint/types/block';
import { BlockID as BlockIdPb, CommitSig as CommitSigPb } from 'cosmjs-types/tendermint/types/types';
import { SimpleValidator } from 'cosmjs-types/tendermint/types/validator';
import { Consensus } from 'cosmjs-types/tendermint/version/types';
import { Timestamp } from 'cosmjs-types/google/protobuf/timestamp';
import { ExecTxResult } from 'cosmjs-types/tendermint/abci/types';
import { BinaryWriter } from 'cosmjs-types/binary';

export type IdJson = { hash: string; parts: { total: number; hash: string } };
export type HeaderJson = {
  version: { block: string; app?: string }; chain_id: string; height: string; time: string; last_block_id: IdJson;
  last_commit_hash: string; data_hash: string; validators_hash: string; next_validators_hash: string; consensus_hash: string;
  app_hash: string; last_results_hash: string; evidence_hash: string; proposer_address: string;
};
export type SignatureJson = { block_id_flag: number; validator_address: string; timestamp: string; signature: string };
export type CommitJson = { height: string; round: number; block_id: IdJson; signatures: SignatureJson[] };
export type BlockJson = { block_id: IdJson; block: { header: HeaderJson; data: { txs: string[] }; evidence: { evidence: [] }; last_commit: CommitJson } };
export type ValidatorJson = { address: string; pub_key: { type: string; value: string }; voting_power: string };
export type ResultJson = { code: number; data: string | null; gas_wanted: string; gas_used: string };

const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const upper = (value: Uint8Array): string => Buffer.from(value).toString('hex').toUpperCase();

export function rootOf(leaves: Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0]!);
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha(Buffer.of(1), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function time(text: string): Timestamp {
  const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(text) ?? [];
  return { seconds: BigInt(Date.parse(`${seconds}Z`) / 1000), nanos: Number(fraction.padEnd(9, '0')) };
}

const id = (json: IdJson): BlockIdPb => BlockIdPb.fromPartial({ hash: bytes(json.hash), partSetHeader: { total: json.parts.total, hash: bytes(json.parts.hash) } });
const signature = (json: SignatureJson): CommitSigPb => CommitSigPb.fromPartial({
  blockIdFlag: json.block_id_flag, validatorAddress: bytes(json.validator_address), timestamp: time(json.timestamp), signature: base64(json.signature),
});

const blob = (value: string): Uint8Array => (value === '' ? new Uint8Array(0) : BinaryWriter.create().uint32(10).bytes(bytes(value)).finish());

function hashOfHeader(header: HeaderJson): string {
  return upper(rootOf([
    Consensus.encode({ block: BigInt(header.version.block), app: BigInt(header.version.app ?? 0) }).finish(),
    BinaryWriter.create().uint32(10).string(header.chain_id).finish(),
    BinaryWriter.create().uint32(8).int64(BigInt(header.height)).finish(),
    Timestamp.encode(time(header.time)).finish(),
    BlockIdPb.encode(id(header.last_block_id)).finish(),
    ...[header.last_commit_hash, header.data_hash, header.validators_hash, header.next_validators_hash, header.consensus_hash,
      header.app_hash, header.last_results_hash, header.evidence_hash, header.proposer_address].map(blob),
  ]));
}

/** Bytes of a block as they are cut into parts. cosmjs-types writes a present empty message, as gogoproto does. */
export function blockBytes({ block: { header, data, last_commit: commit } }: BlockJson): Uint8Array {
  return BlockPb.encode(BlockPb.fromPartial({
    header: {
      version: { block: BigInt(header.version.block), app: BigInt(header.version.app ?? 0) }, chainId: header.chain_id,
      height: BigInt(header.height), time: time(header.time), lastBlockId: id(header.last_block_id),
      lastCommitHash: bytes(header.last_commit_hash), dataHash: bytes(header.data_hash), validatorsHash: bytes(header.validators_hash),
      nextValidatorsHash: bytes(header.next_validators_hash), consensusHash: bytes(header.consensus_hash), appHash: bytes(header.app_hash),
      lastResultsHash: bytes(header.last_results_hash), evidenceHash: bytes(header.evidence_hash), proposerAddress: bytes(header.proposer_address),
    },
    data: { txs: data.txs.map(base64) },
    evidence: { evidence: [] },
    lastCommit: { height: BigInt(commit.height), round: commit.round, blockId: id(commit.block_id), signatures: commit.signatures.map(signature) },
  })).finish();
}

function signBytes(chainId: string, commit: CommitJson, { timestamp }: SignatureJson): Uint8Array {
  const blockId = BinaryWriter.create().uint32(10).bytes(bytes(commit.block_id.hash)).uint32(18).fork()
    .uint32(8).uint32(commit.block_id.parts.total).uint32(18).bytes(bytes(commit.block_id.parts.hash)).ldelim();
  const vote = BinaryWriter.create().uint32(8).int32(2).uint32(17).sfixed64(BigInt(commit.height));
  if (commit.round !== 0) vote.uint32(25).sfixed64(BigInt(commit.round));
  vote.uint32(34).bytes(blockId.finish()).uint32(42).bytes(Timestamp.encode(time(timestamp)).finish()).uint32(50).string(chainId);
  return BinaryWriter.create().bytes(vote.finish()).finish();
}

function checkCommit(chainId: string, commit: CommitJson, validators: ValidatorJson[]): void {
  let signed = 0n;
  let total = 0n;
  for (const [index, validator] of validators.entries()) {
    total += BigInt(validator.voting_power);
    const vote = commit.signatures[index]!;
    if (vote.block_id_flag !== 2) continue;
    assert.equal(vote.validator_address, validator.address);
    assert.equal(upper(sha(base64(validator.pub_key.value)).subarray(0, 20)), validator.address);
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), base64(validator.pub_key.value)]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    assert.ok(verify(null, signBytes(chainId, commit, vote), key, base64(vote.signature)), `signature at height ${commit.height}`);
    signed += BigInt(validator.voting_power);
  }
  assert.ok(signed * 3n > total * 2n, 'more than two thirds signed');
}

/** One block and the next: ids, Merkle roots, the commit between them, times that grow, and the results of the first. */
export function checkPair(first: BlockJson, next: BlockJson, validators: ValidatorJson[], results: ResultJson[] | null, maxBytes: string, maxGas: string): void {
  const { header } = first.block;
  assert.equal(hashOfHeader(header), first.block_id.hash);
  const encoded = blockBytes(first);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < encoded.length; at += 65536) parts.push(encoded.subarray(at, at + 65536));
  assert.deepEqual(first.block_id.parts, { total: parts.length, hash: upper(rootOf(parts)) });
  assert.equal(header.data_hash, upper(rootOf(first.block.data.txs.map(tx => sha(base64(tx))))));
  const set = validators.map(({ pub_key, voting_power }) =>
    SimpleValidator.encode(SimpleValidator.fromPartial({ pubKey: { ed25519: base64(pub_key.value) }, votingPower: BigInt(voting_power) })).finish());
  assert.equal(header.validators_hash, upper(rootOf(set)));
  const params = BinaryWriter.create().uint32(8).int64(BigInt(maxBytes)).uint32(16).int64(BigInt(maxGas)).finish();
  assert.equal(header.consensus_hash, upper(sha(params)));

  const { header: nextHeader, last_commit: commit } = next.block;
  assert.deepEqual(nextHeader.last_block_id, first.block_id);
  assert.deepEqual(commit.block_id, first.block_id);
  assert.equal(nextHeader.last_commit_hash, upper(rootOf(commit.signatures.map(vote => CommitSigPb.encode(signature(vote)).finish()))));
  checkCommit(header.chain_id, commit, validators);
  assert.equal(nextHeader.time, commit.signatures[0]?.timestamp, 'BFT time of a single validator');
  const [before, after] = [time(header.time), time(nextHeader.time)];
  assert.ok(after.seconds > before.seconds || (after.seconds === before.seconds && after.nanos > before.nanos), 'time grows');
  const hashed = (results ?? []).map(({ code, data, gas_wanted, gas_used }) =>
    ExecTxResult.encode(ExecTxResult.fromPartial({ code, data: base64(data ?? ''), gasWanted: BigInt(gas_wanted), gasUsed: BigInt(gas_used) })).finish());
  assert.equal(nextHeader.last_results_hash, upper(rootOf(hashed)));
}
