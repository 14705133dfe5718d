/** Brings an application and the block store to the same height when the engine starts, as CometBFT's handshake does. */
import { abciVersion, blockProtocol, cometVersion, mismatchWith, p2pProtocol } from './block-maker.js';
import { genesisState, initialHeightOf, type ChainState } from './chain-state.js';
import { executeBlock } from './execution.js';
import { paramsFromGenesis } from './consensus-params.js';
import { updateFromGenesis } from './validator-set.js';
import { parseTimestamp } from '../../codec/json.js';
import type { BlockStore } from './block-store.js';
import type { AbciApplication, ResponseInfo } from '../../abci/types.js';
import type { GenesisDoc } from '../types.js';
import type { Logger } from '../../log.js';

/** Application and store do not belong together; the text says how and is for the operator. */
export class HandshakeError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'HandshakeError';
  }
}

/**
 * InitChain if the application is at height 0, then every stored block that it lacks, oldest first. Returns the state
 * after the last stored block. Rejects with HandshakeError, changing nothing, when the two cannot be reconciled.
 */
export async function handshake(application: AbciApplication, store: BlockStore, genesis: GenesisDoc, log: Logger): Promise<ChainState> {
  const info = await application.info({ version: cometVersion, blockVersion: blockProtocol, p2pVersion: p2pProtocol, abciVersion });
  const initialHeight = initialHeightOf(genesis);
  checkHeights(info.lastBlockHeight, store, initialHeight);
  let state = info.lastBlockHeight === 0n ? await initChain(application, store, genesis, info) : await storedState(store, info);
  if (state.chainId !== genesis.chain_id) {
    throw new HandshakeError(`the block store is of chain ${state.chainId}, the genesis file of chain ${genesis.chain_id}`);
  }
  if (state.height < store.height) log.info({ from: String(state.height + 1n), to: String(store.height) }, 'giving the application the blocks it lacks');
  while (state.height < store.height) state = await feedNext(application, store, state);
  return state;
}

function checkHeights(appHeight: bigint, store: BlockStore, initialHeight: bigint): void {
  if (appHeight < 0n) throw new HandshakeError(`the application reports height ${appHeight}`);
  if (appHeight > store.height) {
    throw new HandshakeError(`the application is at height ${appHeight}, but the block store ends at ${store.height}: they are not of one copy of this home; restore both together`);
  }
  const needed = appHeight === 0n ? initialHeight : appHeight + 1n;
  if (store.height > appHeight && store.base > needed) {
    throw new HandshakeError(`the application is at height ${appHeight} and needs block ${needed}, but the block store begins at ${store.base}: older blocks were pruned`);
  }
}

async function initChain(application: AbciApplication, store: BlockStore, genesis: GenesisDoc, info: ResponseInfo): Promise<ChainState> {
  const answer = await application.initChain({
    time: parseTimestamp(genesis.genesis_time),
    chainId: genesis.chain_id,
    consensusParams: paramsFromGenesis(genesis),
    validators: genesis.validators.map(updateFromGenesis),
    appStateBytes: Buffer.from(JSON.stringify(genesis.app_state), 'utf8'),
    initialHeight: initialHeightOf(genesis),
  });
  const state = genesisState(genesis, answer, info.appVersion);
  if (store.height === 0n) {
    await store.saveState(state);
    return state;
  }
  // The blocks were built on what InitChain returned the first time; feedNext compares the two by the header's hashes.
  const first = await store.state(state.height);
  return first ? { ...state, appVersion: first.appVersion, time: first.time } : state;
}

async function storedState(store: BlockStore, info: ResponseInfo): Promise<ChainState> {
  const state = await store.state(info.lastBlockHeight);
  if (!state) throw new HandshakeError(`the block store has no state for height ${info.lastBlockHeight}, which the application is at`);
  if (Buffer.compare(state.appHash, info.lastBlockAppHash) !== 0) {
    throw new HandshakeError(`at height ${info.lastBlockHeight} the application has app hash ${hex(info.lastBlockAppHash)}, but the block store recorded ${hex(state.appHash)}`);
  }
  return state;
}

async function feedNext(application: AbciApplication, store: BlockStore, state: ChainState): Promise<ChainState> {
  const height = state.height + 1n;
  const [block, meta] = await Promise.all([store.block(height), store.meta(height)]);
  if (!block || !meta) throw new HandshakeError(`the block store lacks block ${height} although it goes up to ${store.height}`);
  const mismatch = mismatchWith(state, block);
  if (mismatch !== undefined) throw new HandshakeError(mismatch);
  const { after } = await executeBlock(application, store, state, block, meta.blockId);
  await application.commit();
  return after;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
