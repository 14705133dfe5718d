/** The hashes of a block, as CometBFT v0.38 computes them (types/block.go, types/validator_set.go, types/params.go, types/results.go). */
import { chainCodecs, type Block, type BlockId, type Commit, type CommitSig, type Header, type PartSetHeader, type SimpleValidator } from './block-types.js';
import { merkleProof, merkleRoot, sha256, type MerkleProof } from './merkle.js';
import type { ConsensusParams, ExecTxResult, Timestamp } from '../../abci/types.js';
import type { Validator } from './validator-set.js';

/** Bytes of one part of a block as it would be gossiped. */
export const partBytes = 65536;

/**
 * Hash of a header: the Merkle root over its 14 fields in the order of the message. Scalars are wrapped in a message with
 * the value as field 1 (gogoproto's wrapper types); an empty value is a leaf of no bytes.
 */
export function headerHash(header: Header): Uint8Array {
  const codecs = chainCodecs();
  return merkleRoot([
    codecs.of('tendermint.version.Consensus').encode(header.version),
    wrapBytes(Buffer.from(header.chainId, 'utf8')),
    wrapInt64(header.height),
    codecs.of<Timestamp>('google.protobuf.Timestamp').encode(header.time),
    codecs.of<BlockId>('tendermint.types.BlockID').encode(header.lastBlockId),
    wrapBytes(header.lastCommitHash),
    wrapBytes(header.dataHash),
    wrapBytes(header.validatorsHash),
    wrapBytes(header.nextValidatorsHash),
    wrapBytes(header.consensusHash),
    wrapBytes(header.appHash),
    wrapBytes(header.lastResultsHash),
    wrapBytes(header.evidenceHash),
    wrapBytes(header.proposerAddress),
  ]);
}

/** The Data message has a repeated bytes field 1: one element of it has the bytes of a BytesValue. */
function wrapBytes(value: Uint8Array): Uint8Array {
  return value.length === 0 ? new Uint8Array(0) : chainCodecs().of<{ txs: Uint8Array[] }>('tendermint.types.Data').encode({ txs: [value] });
}

/** HashedParams.block_max_bytes is an int64 field 1, as Int64Value's. */
function wrapInt64(value: bigint): Uint8Array {
  return chainCodecs().of<{ blockMaxBytes: bigint }>('tendermint.types.HashedParams').encode({ blockMaxBytes: value });
}

/** Header of the parts of a block: its encoding cut at 65,536 bytes under a Merkle root. */
export function partSetHeader(blockBytes: Uint8Array): PartSetHeader {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < blockBytes.length; at += partBytes) parts.push(blockBytes.subarray(at, at + partBytes));
  return { total: parts.length, hash: merkleRoot(parts) };
}

/** Id of a block whose encoding is already at hand. */
export function blockIdOf(block: Block, blockBytes: Uint8Array): BlockId {
  return { hash: headerHash(block.header), partSetHeader: partSetHeader(blockBytes) };
}

export function dataHash(txs: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(txs.map(tx => sha256(tx)));
}

/** Proof that tx `index` is under the header's data_hash; its leaf is the SHA-256 of the tx. */
export function txProof(txs: readonly Uint8Array[], index: number): MerkleProof {
  return merkleProof(txs.map(tx => sha256(tx)), index);
}

export function commitHash(commit: Commit): Uint8Array {
  const codec = chainCodecs().of<CommitSig>('tendermint.types.CommitSig');
  return merkleRoot(commit.signatures.map(signature => codec.encode(signature)));
}

export function validatorsHash(validators: readonly Validator[]): Uint8Array {
  const codec = chainCodecs().of<SimpleValidator>('tendermint.types.SimpleValidator');
  return merkleRoot(validators.map(({ pubKey, power }) => codec.encode({ pubKey, votingPower: power })));
}

/** Only the block's limits are in the header's consensus_hash. */
export function consensusHash(params: ConsensusParams): Uint8Array {
  const codec = chainCodecs().of<{ blockMaxBytes: bigint; blockMaxGas: bigint }>('tendermint.types.HashedParams');
  return sha256(codec.encode({ blockMaxBytes: params.block?.maxBytes ?? 0n, blockMaxGas: params.block?.maxGas ?? 0n }));
}

/** Of a tx's result only code, data, gas_wanted and gas_used are agreed on. */
export function resultsHash(results: readonly ExecTxResult[]): Uint8Array {
  const codec = chainCodecs().of<ExecTxResult>('tendermint.abci.ExecTxResult');
  return merkleRoot(results.map(({ code, data, gasWanted, gasUsed }) => codec.encode({ code, data, gasWanted, gasUsed })));
}

/** No block of this engine has evidence. */
export const evidenceHash: Uint8Array = merkleRoot([]);
