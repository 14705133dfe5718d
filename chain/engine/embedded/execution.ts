/** FinalizeBlock for a stored block, and the durable record of what it brought; the same for new blocks and for re-fed ones. */
import { finalizeRequest } from './block-maker.js';
import { stateAfter, type ChainState } from './chain-state.js';
import { resultsHash } from './header-hash.js';
import type { BlockStore } from './block-store.js';
import type { Block, BlockId } from './block-types.js';
import type { AbciApplication, ResponseFinalizeBlock } from '../../abci/types.js';

export type Executed = { readonly results: ResponseFinalizeBlock; readonly after: ChainState };

/**
 * Executes a block that is already in the store; its results are durable when this resolves, so the application may
 * commit. Rejects when the application does, when its results cannot be followed, or when it executed the block before
 * with another outcome.
 */
export async function executeBlock(application: AbciApplication, store: BlockStore, state: ChainState, block: Block, blockId: BlockId): Promise<Executed> {
  const results = await application.finalizeBlock(finalizeRequest(state, block, blockId.hash));
  const after = stateAfter(state, block, blockId, results);
  await checkSameAsBefore(store, block.header.height, results);
  await store.saveResults(block, results, after);
  return { results, after };
}

async function checkSameAsBefore(store: BlockStore, height: bigint, results: ResponseFinalizeBlock): Promise<void> {
  const before = await store.results(height);
  if (!before) return;
  if (Buffer.compare(before.appHash, results.appHash) !== 0) {
    throw new Error(`executing block ${height} again gave app hash ${hex(results.appHash)}, but ${hex(before.appHash)} the time before`);
  }
  const [first, second] = [resultsHash(before.txResults), resultsHash(results.txResults)];
  if (Buffer.compare(first, second) !== 0) {
    throw new Error(`executing block ${height} again gave results hash ${hex(second)}, but ${hex(first)} the time before`);
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
