/** Lives through a story on this chain, block by block. */
import type { ExecTxResult, RequestFinalizeBlock } from '../../../chain/abci/types.js';
import { governanceAddress, makeUpgradeKeeper, makeUpgradeModule, upgradeStore } from '../../../chain/index.js';
import type { Module } from '../../../chain/module.js';
import { makeTestChain, testCodecs, type TestChain } from '../../support/chain-app.js';
import { answerOf, eventText, updateText, type BlockAnswer, type Story, type StoryBlock } from './story.js';

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

export type Living = {
  readonly chain: TestChain;
  /** All but consensus. */
  readonly modules: readonly Module[];
  readonly genesisUpdates: readonly string[];
  live(block: StoryBlock): Promise<BlockAnswer>;
};

export async function beginStory({ appState }: Pick<Story, 'appState'>): Promise<Living> {
  const upgrade = makeUpgradeModule(testCodecs, makeUpgradeKeeper(testCodecs), { authority: governanceAddress, versions: () => [] });
  const chain = await makeTestChain({ appState, extraStores: [upgradeStore], modules: () => [upgrade] });
  const { validators } = await chain.app.initChain(chain.genesis);
  return { chain, modules: [...chain.core.modules, upgrade], genesisUpdates: validators.map(updateText), live: block => liveBlock(chain, block) };
}

async function liveBlock(chain: TestChain, block: StoryBlock): Promise<BlockAnswer> {
  const asks = [];
  for (const { tx } of block.asks) {
    const { txResults } = await chain.app.finalizeBlock(requestOf(chain, { ...block, txs: [] }, [tx])); // given again below: nothing of it stays
    const { code, log } = answerOf(txResults[0] as ExecTxResult);
    asks.push({ code, log });
  }
  const { txResults, events, validatorUpdates } = await chain.app.finalizeBlock(requestOf(chain, block, block.txs.map(({ tx }) => tx)));
  await chain.app.commit();
  return { asks, txs: txResults.map(answerOf), events: events.map(eventText), updates: validatorUpdates.map(updateText) };
}

function requestOf(chain: TestChain, { seconds, votes, misbehavior }: StoryBlock, txs: readonly string[]): RequestFinalizeBlock {
  const timeOf = (at: number) => ({ seconds: BigInt(at), nanos: 0 });
  return {
    ...chain.request(txs.map(bytesOf)),
    time: timeOf(seconds),
    decidedLastCommit: { round: 0, votes: votes.map(({ address, power, absent }) => ({ validator: { address: bytesOf(address), power: BigInt(power) }, blockIdFlag: absent ? 1 : 2 })) },
    proposerAddress: bytesOf(votes[0]?.address ?? '00'.repeat(20)),
    misbehavior: misbehavior.map(({ address, power, height, seconds: at, total }) => ({
      type: 1, validator: { address: bytesOf(address), power: BigInt(power) }, height: BigInt(height), time: timeOf(at), totalVotingPower: BigInt(total),
    })),
  };
}
