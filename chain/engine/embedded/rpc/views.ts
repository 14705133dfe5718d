/** Blocks, commits, validators and results in CometBFT v0.38's JSON: keys, order, null and [] as it prints them. */
import { base64Of, base64OrNull, hexOf, listOrNull, timeOf } from './json.js';
import { paramsToJson } from '../consensus-params.js';
import { pubKeyToJson, type Validator } from '../validator-set.js';
import type { Block, BlockId, BlockMeta, Commit, Header } from '../block-types.js';
import type { MerkleProof } from '../merkle.js';
import type { Event, ExecTxResult, ResponseFinalizeBlock, ResponseQuery, ValidatorUpdate } from '../../../abci/types.js';

export type Json = Record<string, unknown>;

export function blockIdToJson({ hash, partSetHeader }: BlockId): Json {
  return { hash: hexOf(hash), parts: { total: partSetHeader.total, hash: hexOf(partSetHeader.hash) } };
}

export function headerToJson(header: Header): Json {
  return {
    version: { block: String(header.version.block), ...(header.version.app > 0n && { app: String(header.version.app) }) },
    chain_id: header.chainId,
    height: String(header.height),
    time: timeOf(header.time),
    last_block_id: blockIdToJson(header.lastBlockId),
    last_commit_hash: hexOf(header.lastCommitHash),
    data_hash: hexOf(header.dataHash),
    validators_hash: hexOf(header.validatorsHash),
    next_validators_hash: hexOf(header.nextValidatorsHash),
    consensus_hash: hexOf(header.consensusHash),
    app_hash: hexOf(header.appHash),
    last_results_hash: hexOf(header.lastResultsHash),
    evidence_hash: hexOf(header.evidenceHash),
    proposer_address: hexOf(header.proposerAddress),
  };
}

export function commitToJson(commit: Commit): Json {
  return {
    height: String(commit.height),
    round: commit.round,
    block_id: blockIdToJson(commit.blockId),
    signatures: commit.signatures.map(({ blockIdFlag, validatorAddress, timestamp, signature }) => ({
      block_id_flag: blockIdFlag,
      validator_address: hexOf(validatorAddress),
      timestamp: timeOf(timestamp),
      signature: base64OrNull(signature),
    })),
  };
}

export function blockToJson(block: Block): Json {
  return {
    header: headerToJson(block.header),
    data: { txs: block.data.txs.map(base64Of) },
    evidence: { evidence: [] },
    last_commit: commitToJson(block.lastCommit),
  };
}

export function metaToJson(meta: BlockMeta): Json {
  return { block_id: blockIdToJson(meta.blockId), block_size: String(meta.blockSize), header: headerToJson(meta.header), num_txs: String(meta.numTxs) };
}

export function validatorToJson({ address, pubKey, power }: Validator): Json {
  return { address: hexOf(address), pub_key: pubKeyToJson(pubKey), voting_power: String(power), proposer_priority: '0' };
}

const eventToJson = ({ type, attributes }: Event): Json => ({ type, attributes: attributes.map(({ key, value, index }) => ({ key, value, index })) });

export function eventsToJson(events: readonly Event[]): readonly Json[] | null {
  return listOrNull(events.map(eventToJson));
}

/** A tx's result where all fields are printed. */
export function resultToJson(result: ExecTxResult): Json {
  return {
    code: result.code,
    data: base64OrNull(result.data),
    log: result.log,
    info: result.info,
    gas_wanted: String(result.gasWanted),
    gas_used: String(result.gasUsed),
    events: result.events.map(eventToJson),
    codespace: result.codespace,
  };
}

/** A tx's result inside an event, where empty fields are left out. */
export function resultToEventJson(result: ExecTxResult): Json {
  return {
    ...(result.code > 0 && { code: result.code }),
    ...(result.data.length > 0 && { data: base64Of(result.data) }),
    ...(result.log !== '' && { log: result.log }),
    ...(result.info !== '' && { info: result.info }),
    ...(result.gasWanted !== 0n && { gas_wanted: String(result.gasWanted) }),
    ...(result.gasUsed !== 0n && { gas_used: String(result.gasUsed) }),
    ...(result.events.length > 0 && { events: result.events.map(eventToJson) }),
    ...(result.codespace !== '' && { codespace: result.codespace }),
  };
}

export const emptyResult: ExecTxResult = {
  code: 0, data: new Uint8Array(0), log: '', info: '', gasWanted: 0n, gasUsed: 0n, events: [], codespace: '',
};

/** Updates as protobuf's JSON has them: the key under "Sum". */
export function updatesToJson(updates: readonly ValidatorUpdate[]): Json[] {
  return updates.map(({ pubKey, power }) => ({
    pub_key: { Sum: { type: 'tendermint.crypto.PublicKey_Ed25519', value: { ed25519: base64Of(pubKey.ed25519 ?? new Uint8Array(0)) } } },
    ...(power !== 0n && { power: String(power) }),
  }));
}

/** FinalizeBlock's response inside a NewBlock event. */
export function finalizeToJson(results: ResponseFinalizeBlock): Json {
  return {
    ...(results.events.length > 0 && { events: eventsToJson(results.events) }),
    ...(results.txResults.length > 0 && { tx_results: results.txResults.map(resultToJson) }),
    validator_updates: updatesToJson(results.validatorUpdates),
    ...(results.consensusParamUpdates && { consensus_param_updates: paramsToJson(results.consensusParamUpdates) }),
    app_hash: base64Of(results.appHash),
  };
}

export function blockResultsToJson(height: bigint, results: ResponseFinalizeBlock): Json {
  return {
    height: String(height),
    txs_results: listOrNull(results.txResults.map(resultToJson)),
    finalize_block_events: eventsToJson(results.events),
    validator_updates: listOrNull(updatesToJson(results.validatorUpdates)),
    consensus_param_updates: results.consensusParamUpdates ? paramsToJson(results.consensusParamUpdates) : null,
    app_hash: base64OrNull(results.appHash),
  };
}

export function proofToJson(root: Uint8Array, tx: Uint8Array, proof: MerkleProof): Json {
  return {
    root_hash: hexOf(root),
    data: base64Of(tx),
    proof: { total: String(proof.total), index: String(proof.index), leaf_hash: base64Of(proof.leafHash), aunts: proof.aunts.map(base64Of) },
  };
}

export function queryToJson(answer: ResponseQuery): Json {
  const ops = answer.proofOps?.ops.map(({ type, key, data }) => ({ type, key: base64OrNull(key), data: base64OrNull(data) }));
  return {
    code: answer.code,
    log: answer.log,
    info: answer.info,
    index: String(answer.index),
    key: base64OrNull(answer.key),
    value: base64OrNull(answer.value),
    proofOps: ops ? { ops } : null,
    height: String(answer.height),
    codespace: answer.codespace,
  };
}
