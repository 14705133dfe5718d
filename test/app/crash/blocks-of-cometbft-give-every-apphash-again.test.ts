import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { startTestNode } from '../../support/node.js';
import { chainClient } from './chain-client.js';
import { appHashes, replay, storedByComet } from './replay.js';
import { fillChain } from './rich-chain.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);

test('the blocks of CometBFT, executed in an empty home, give every AppHash', { skip, timeout: 170_000 }, async t => {
  const node = await startTestNode({ engine: 'cometbft', blockTime: '150ms' });
  t.after(() => node.dispose());
  await fillChain(chainClient(node.rpcUrl));
  const chain = await storedByComet(node.rpcUrl, node.home);
  assert.ok(chain.blocks.length > 20);
  assert.deepEqual(await replay(chain), appHashes(chain));
  await node.stop();
});
