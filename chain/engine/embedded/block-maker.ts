/** A block from the state before it, as CometBFT's proposer builds it and as its peers would check it. */
import { blockIdFlagCommit, type Block, type Commit, type Header } from './block-types.js';
import { commitHash, consensusHash, dataHash, evidenceHash, validatorsHash } from './header-hash.js';
import { blockBytesMax } from './consensus-params.js';
import { encodedTxBytes } from './mempool.js';
import type { ChainState } from './chain-state.js';
import type { Validator } from './validator-set.js';
import type { CommitInfo, ExtendedCommitInfo, RequestFinalizeBlock, Timestamp } from '../../abci/types.js';

/** Versions of CometBFT v0.38.25's protocols (version/version.go). */
export const cometVersion = '0.38.25';
export const abciVersion = '2.0.0';
export const blockProtocol = 11n;
export const p2pProtocol = 8n;

/** Bytes that a block needs beside its txs (types/block.go): overhead, header, commit and each of its signatures. */
const overheadBytes = 11n;
const headerBytesMax = 626n;
const commitBytes = 94n;
const commitSigBytes = 111n;

/** Room for txs in the next block, in bytes as encoded in a block. */
export function txBytesMax(state: ChainState): bigint {
  const limit = state.params.block?.maxBytes ?? -1n;
  const blockBytes = limit < 0n ? blockBytesMax : limit;
  const room = blockBytes - overheadBytes - headerBytesMax - commitBytes - commitSigBytes * BigInt(state.validators.length);
  if (room < 0n) throw new Error(`consensus params: block.max_bytes ${limit} leaves no room for a header and a commit`);
  return room;
}

export function nextHeight(state: ChainState): bigint {
  return state.height + 1n;
}

/** Time of the next block: genesis time for the first, then what the validator stated when it signed the block before. */
export function nextTime(state: ChainState, lastCommit: Commit): Timestamp {
  const signed = lastCommit.signatures.find(({ blockIdFlag }) => blockIdFlag === blockIdFlagCommit);
  return signed ? signed.timestamp : state.time;
}

/** The block after `state`. Throws when the txs do not fit. */
export function makeBlock(state: ChainState, lastCommit: Commit, txs: Uint8Array[], proposerAddress: Uint8Array): Block {
  const size = txs.reduce((sum, tx) => sum + BigInt(encodedTxBytes(tx)), 0n);
  if (size > txBytesMax(state)) throw new Error(`PrepareProposal returned ${size} bytes of txs, more than the ${txBytesMax(state)} it was allowed`);
  const header: Header = {
    version: { block: blockProtocol, app: state.appVersion },
    chainId: state.chainId,
    height: nextHeight(state),
    time: nextTime(state, lastCommit),
    lastBlockId: state.blockId,
    lastCommitHash: commitHash(lastCommit),
    dataHash: dataHash(txs),
    validatorsHash: validatorsHash(state.validators),
    nextValidatorsHash: validatorsHash(state.nextValidators),
    consensusHash: consensusHash(state.params),
    appHash: state.appHash,
    lastResultsHash: state.lastResultsHash,
    evidenceHash,
    proposerAddress,
  };
  return { header, data: { txs }, evidence: { evidence: [] }, lastCommit };
}

/** Why a stored block does not follow from the state before it, or undefined. Hashes are upper-case hex. */
export function mismatchWith(state: ChainState, { header }: Block): string | undefined {
  const expected: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ['app_hash', header.appHash, state.appHash],
    ['last_results_hash', header.lastResultsHash, state.lastResultsHash],
    ['validators_hash', header.validatorsHash, validatorsHash(state.validators)],
    ['next_validators_hash', header.nextValidatorsHash, validatorsHash(state.nextValidators)],
    ['consensus_hash', header.consensusHash, consensusHash(state.params)],
    ['last_block_id.hash', header.lastBlockId.hash, state.blockId.hash],
  ];
  for (const [name, stored, computed] of expected) {
    if (Buffer.compare(stored, computed) !== 0) {
      return `block ${header.height} has ${name} ${hex(stored)}, but the application's results up to height ${state.height} give ${hex(computed)}`;
    }
  }
  return undefined;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();

/** Who signed the block before, for the application; without votes for the first block. */
export function commitInfo(lastCommit: Commit, lastValidators: readonly Validator[]): CommitInfo {
  return {
    round: lastCommit.round,
    votes: lastCommit.signatures.map(({ blockIdFlag }, index) => {
      const signer = lastValidators[index];
      if (!signer) throw new Error(`commit of height ${lastCommit.height} has more signatures than validators`);
      return { validator: { address: signer.address, power: signer.power }, blockIdFlag };
    }),
  };
}

export function extendedCommitInfo(lastCommit: Commit, lastValidators: readonly Validator[]): ExtendedCommitInfo {
  const { round, votes } = commitInfo(lastCommit, lastValidators);
  const none = new Uint8Array(0);
  return { round, votes: votes.map(vote => ({ ...vote, voteExtension: none, extensionSignature: none })) };
}

/** FinalizeBlock's request for a block that follows `state`. */
export function finalizeRequest(state: ChainState, block: Block, hash: Uint8Array): RequestFinalizeBlock {
  const { header } = block;
  return {
    txs: block.data.txs,
    decidedLastCommit: commitInfo(block.lastCommit, state.lastValidators),
    misbehavior: [],
    hash,
    height: header.height,
    time: header.time,
    nextValidatorsHash: header.nextValidatorsHash,
    proposerAddress: header.proposerAddress,
  };
}
