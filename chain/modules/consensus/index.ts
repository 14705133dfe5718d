/** The parameters that CometBFT works by, and the chain's id: what a restarted node must know before its first block. */
import assert from 'node:assert/strict';
import type { ConsensusParams } from '../../abci/types.js';
import { utf8Bytes, utf8Text } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import { queryHandler } from '../query-handler.js';
import type { Readable, Writable } from '../state.js';
import { consensusMsgs } from './msgs.js';

export const consensusStore = 'consensus';
const paramsKey = utf8Bytes('Consensus');
const chainIdKey = utf8Bytes('chain-id');

export type ConsensusKeeper = {
  params(state: Readable): ConsensusParams;
  /** In a block: takes effect from the next one; the block's answer carries it to CometBFT. */
  setParams(state: Writable, params: ConsensusParams): void;
  chainId(state: Readable): string;
  setChainId(state: Writable, chainId: string): void;
};

export function makeConsensusKeeper(codecs: Codecs): ConsensusKeeper {
  const codec = codecs.of<ConsensusParams>('tendermint.types.ConsensusParams');
  return {
    params: state => codec.decode(stored(state, paramsKey)),
    setParams: (state, params) => state.store(consensusStore).set(paramsKey, codec.encode(params)),
    chainId: state => utf8Text(stored(state, chainIdKey)),
    setChainId: (state, chainId) => state.store(consensusStore).set(chainIdKey, utf8Bytes(chainId)),
  };
}

function stored(state: Readable, key: Uint8Array): Uint8Array {
  const bytes = state.store(consensusStore).get(key);
  assert(bytes !== undefined, 'InitChain stored chain id and consensus parameters');
  return bytes;
}

export function makeConsensusModule(codecs: Codecs, keeper: ConsensusKeeper): Module {
  const types = 'cosmos.consensus.v1.QueryParams';
  return {
    name: 'consensus',
    stores: [consensusStore],
    msgs: consensusMsgs(codecs, keeper),
    queries: {
      '/cosmos.consensus.v1.Query/Params': queryHandler<object, { params: ConsensusParams }>(codecs, `${types}Request`, `${types}Response`, ctx => ({
        params: keeper.params(ctx.stores),
      })),
    },
  };
}
