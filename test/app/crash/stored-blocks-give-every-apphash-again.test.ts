import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestNode } from '../../support/node.js';
import { chainClient } from './chain-client.js';
import { appHashes, replay, storedByEmbedded } from './replay.js';
import { fillChain } from './rich-chain.js';

test('the blocks of the embedded engine give every AppHash, however they are executed', { timeout: 175_000 }, async t => {
  const node = await startTestNode({ engine: 'embedded', blockTime: '150ms' });
  t.after(() => node.dispose());
  await fillChain(chainClient(node.rpcUrl));
  await node.stop();
  const chain = await storedByEmbedded(node.home);
  assert.ok(chain.blocks.length > 20);
  await t.test('in an empty home', async () => assert.deepEqual(await replay(chain), appHashes(chain)));
  await t.test('with one vat online at a time', async () => assert.deepEqual(await replay(chain, { maxVatsOnline: 1 }), appHashes(chain)));
  await t.test('with a restart after every block', async () => assert.deepEqual(await replay(chain, { restartEvery: 1 }), appHashes(chain)));
});
