/** What a block maker must know beside the blocks: the state after a height, and how a block's results move it on. */
import { engineCodecs, noBlockId, type Block, type BlockId } from './block-types.js';
import { merkleRoot } from './merkle.js';
import { resultsHash } from './header-hash.js';
import { mergeParams, paramsFromGenesis } from './consensus-params.js';
import { addressOf, applyUpdates, updateFromGenesis, type Validator } from './validator-set.js';
import { parseTimestamp } from '../../codec/json.js';
import type { ConsensusParams, ResponseFinalizeBlock, ResponseInitChain, Timestamp } from '../../abci/types.js';
import type { GenesisDoc } from '../types.js';

/** State after `height` (initial height − 1 before the first block). */
export type ChainState = {
  readonly chainId: string;
  readonly initialHeight: bigint;
  readonly height: bigint;
  /** Id and time of the block at `height`; noBlockId and genesis time before the first. */
  readonly blockId: BlockId;
  readonly time: Timestamp;
  /** Signed block `height`, will sign the next, and the one after it. */
  readonly lastValidators: readonly Validator[];
  readonly validators: readonly Validator[];
  readonly nextValidators: readonly Validator[];
  readonly params: ConsensusParams;
  /** version.app of the next header. */
  readonly appVersion: bigint;
  readonly lastResultsHash: Uint8Array;
  readonly appHash: Uint8Array;
};

/** State before the first block, from genesis and the application's answer to InitChain. Throws when no validator set results. */
export function genesisState(genesis: GenesisDoc, answer: ResponseInitChain, appVersion: bigint): ChainState {
  const initialHeight = initialHeightOf(genesis);
  const updates = answer.validators.length > 0 ? answer.validators : genesis.validators.map(updateFromGenesis);
  const validators = applyUpdates([], updates);
  const params = mergeParams(paramsFromGenesis(genesis), answer.consensusParams);
  return {
    chainId: genesis.chain_id,
    initialHeight,
    height: initialHeight - 1n,
    blockId: noBlockId,
    time: parseTimestamp(genesis.genesis_time),
    lastValidators: [],
    validators,
    nextValidators: validators,
    params,
    appVersion: answer.consensusParams?.version?.app ?? appVersion,
    lastResultsHash: merkleRoot([]),
    appHash: answer.appHash.length > 0 ? answer.appHash : Uint8Array.from(Buffer.from(genesis.app_hash, 'hex')),
  };
}

/** A missing or zero initial_height means 1, as in CometBFT. */
export function initialHeightOf(genesis: GenesisDoc): bigint {
  const height = BigInt(genesis.initial_height || '1');
  if (height < 0n) throw new Error(`genesis: initial_height ${height} is negative`);
  return height === 0n ? 1n : height;
}

/** State after a block. Validator updates of H sign from H+2, parameters apply from H+1. Throws when the results cannot be followed. */
export function stateAfter(state: ChainState, block: Block, blockId: BlockId, results: ResponseFinalizeBlock): ChainState {
  if (results.txResults.length !== block.data.txs.length) {
    throw new Error(`FinalizeBlock(${block.header.height}) returned ${results.txResults.length} results for ${block.data.txs.length} txs`);
  }
  const updates = results.consensusParamUpdates;
  return {
    ...state,
    height: block.header.height,
    blockId,
    time: block.header.time,
    lastValidators: state.validators,
    validators: state.nextValidators,
    nextValidators: results.validatorUpdates.length > 0 ? applyUpdates(state.nextValidators, results.validatorUpdates) : state.nextValidators,
    params: updates ? mergeParams(state.params, updates) : state.params,
    appVersion: updates?.version?.app ?? state.appVersion,
    lastResultsHash: resultsHash(results.txResults),
    appHash: results.appHash,
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const setToJson = (set: readonly Validator[]): string[][] => set.map(({ pubKey, power }) => [hex(pubKey.ed25519 ?? new Uint8Array(0)), String(power)]);

type StateJson = {
  chainId: string; initialHeight: string; height: string; blockHash: string; partsTotal: number; partsHash: string;
  seconds: string; nanos: number; lastValidators: string[][]; validators: string[][]; nextValidators: string[][];
  params: string; appVersion: string; lastResultsHash: string; appHash: string;
};

/** Bytes for the block store. */
export function encodeState(state: ChainState): Uint8Array {
  const json: StateJson = {
    chainId: state.chainId,
    initialHeight: String(state.initialHeight),
    height: String(state.height),
    blockHash: hex(state.blockId.hash),
    partsTotal: state.blockId.partSetHeader.total,
    partsHash: hex(state.blockId.partSetHeader.hash),
    seconds: String(state.time.seconds),
    nanos: state.time.nanos,
    lastValidators: setToJson(state.lastValidators),
    validators: setToJson(state.validators),
    nextValidators: setToJson(state.nextValidators),
    params: hex(engineCodecs().params.encode(state.params)),
    appVersion: String(state.appVersion),
    lastResultsHash: hex(state.lastResultsHash),
    appHash: hex(state.appHash),
  };
  return Buffer.from(JSON.stringify(json), 'utf8');
}

/** Inverse of encodeState, for bytes of our own store. */
export function decodeState(bytes: Uint8Array): ChainState {
  const json = JSON.parse(Buffer.from(bytes).toString('utf8')) as StateJson;
  return {
    chainId: json.chainId,
    initialHeight: BigInt(json.initialHeight),
    height: BigInt(json.height),
    blockId: { hash: unhex(json.blockHash), partSetHeader: { total: json.partsTotal, hash: unhex(json.partsHash) } },
    time: { seconds: BigInt(json.seconds), nanos: json.nanos },
    lastValidators: setFromJson(json.lastValidators),
    validators: setFromJson(json.validators),
    nextValidators: setFromJson(json.nextValidators),
    params: engineCodecs().params.decode(unhex(json.params)),
    appVersion: BigInt(json.appVersion),
    lastResultsHash: unhex(json.lastResultsHash),
    appHash: unhex(json.appHash),
  };
}

function setFromJson(set: string[][]): Validator[] {
  return set.map(([key = '', power = '0']) => {
    const pubKey = { ed25519: unhex(key) };
    return { pubKey, address: addressOf(pubKey), power: BigInt(power) };
  });
}
