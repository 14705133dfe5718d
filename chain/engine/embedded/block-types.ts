/** Blocks and commits as values; the layout on the wire is chain/proto/tendermint/block.proto. */
import { chainProtoFolder } from '../../codec/roots.js';
import { makeCodecs, type Codec, type Codecs } from '../../codec/index.js';
import type { ConsensusParams, PublicKey, ResponseFinalizeBlock, Timestamp } from '../../abci/types.js';

export type PartSetHeader = { total: number; hash: Uint8Array };
export type BlockId = { hash: Uint8Array; partSetHeader: PartSetHeader };
export type Header = {
  version: { block: bigint; app: bigint };
  chainId: string; height: bigint; time: Timestamp; lastBlockId: BlockId;
  lastCommitHash: Uint8Array; dataHash: Uint8Array; validatorsHash: Uint8Array; nextValidatorsHash: Uint8Array;
  consensusHash: Uint8Array; appHash: Uint8Array; lastResultsHash: Uint8Array; evidenceHash: Uint8Array;
  proposerAddress: Uint8Array;
};
/** blockIdFlag: ABSENT 1, COMMIT 2, NIL 3 */
export type CommitSig = { blockIdFlag: number; validatorAddress: Uint8Array; timestamp: Timestamp; signature: Uint8Array };
export type Commit = { height: bigint; round: number; blockId: BlockId; signatures: CommitSig[] };
export type Block = { header: Header; data: { txs: Uint8Array[] }; evidence: { evidence: Record<string, never>[] }; lastCommit: Commit };
export type BlockMeta = { blockId: BlockId; blockSize: bigint; header: Header; numTxs: bigint };
export type SimpleValidator = { pubKey: PublicKey; votingPower: bigint };
export type CanonicalVote = {
  type: number; height: bigint; round: bigint; blockId: BlockId; timestamp: Timestamp; chainId: string;
};

export const blockIdFlagAbsent = 1;
export const blockIdFlagCommit = 2;
export const emptyBytes: Uint8Array = new Uint8Array(0);
/** The id of the block before the first one. */
export const noBlockId: BlockId = { hash: emptyBytes, partSetHeader: { total: 0, hash: emptyBytes } };
/** The commit that the first block carries. */
export const noCommit: Commit = { height: 0n, round: 0, blockId: noBlockId, signatures: [] };
/** Go's zero time.Time, which stands in the vote of an absent validator. */
export const zeroTime: Timestamp = { seconds: -62135596800n, nanos: 0 };

export type EngineCodecs = {
  readonly block: Codec<Block>;
  readonly meta: Codec<BlockMeta>;
  readonly commit: Codec<Commit>;
  readonly responses: Codec<ResponseFinalizeBlock>;
  readonly params: Codec<ConsensusParams>;
};

let loaded: Codecs | undefined;

/** The chain's codecs, read from the .proto files once per process. */
export function chainCodecs(): Codecs {
  loaded ??= makeCodecs([chainProtoFolder]);
  return loaded;
}

/** Codecs of what the block store keeps. */
export function engineCodecs(): EngineCodecs {
  const codecs = chainCodecs();
  return {
    block: codecs.of<Block>('tendermint.types.Block'),
    meta: codecs.of<BlockMeta>('tendermint.types.BlockMeta'),
    commit: codecs.of<Commit>('tendermint.types.Commit'),
    responses: codecs.of<ResponseFinalizeBlock>('tendermint.abci.ResponseFinalizeBlock'),
    params: codecs.of<ConsensusParams>('tendermint.types.ConsensusParams'),
  };
}
