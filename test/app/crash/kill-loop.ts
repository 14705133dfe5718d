/** Kills a node under load at seeded moments, and lets it come back by nothing but another start. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDevHome, startTestNode, type EngineName, type TestNode } from '../../support/node.js';
import { makeChance } from '../../chain/abci/support.js';
import { chainClient } from './chain-client.js';
import { appHashes, replay, storedByComet, storedByEmbedded, type StoredChain } from './replay.js';
import { Traffic } from './traffic.js';

export type KillPlan = {
  readonly engine: EngineName;
  readonly kills: number;
  readonly seed: number;
  /** Who is killed: the node (its CometBFT stays behind as an orphan), or CometBFT under the node. */
  readonly victim: 'node' | 'cometbft';
};

/** A life lasts so long at most; a block takes 150 ms. */
const lifeMsMax = 1500;

/** Rejects when a node does not come back, forgets what a client saw, or when a replay of its blocks differs. */
export async function killLoop(t: TestContext, { engine, kills, seed, victim }: KillPlan): Promise<void> {
  const chance = makeChance(seed);
  const home = await makeDevHome(engine);
  let node: TestNode | undefined;
  t.after(async () => node?.dispose());
  const start = (): Promise<TestNode> => startTestNode({ engine, home, blockTime: '150ms' });
  const traffic = await Traffic.make();
  node = await start();
  await traffic.prepare(chainClient(node.rpcUrl));
  for (let kill = 0; kill < kills; kill += 1) {
    await underLoad(node, traffic, async running => {
      await delay(chance() * lifeMsMax); // this is the moment, not a synchronisation
      running.abort();
      if (victim === 'node') await (node as TestNode).kill();
      else await killComet(node as TestNode);
    });
    node = await start();
    await traffic.verify(chainClient(node.rpcUrl));
  }
  assert.ok(traffic.seen.txs > 0 && traffic.seen.outcomes > 0, 'the load was seen');
  await traffic.verifyCounter(chainClient(node.rpcUrl));
  const chain = await stopAndRead(node, engine);
  assert.deepEqual(await replay(chain), appHashes(chain));
}

async function underLoad(node: TestNode, traffic: Traffic, kill: (running: AbortController) => Promise<void>): Promise<void> {
  const running = new AbortController();
  await Promise.all([traffic.run(chainClient(node.rpcUrl), running.signal), kill(running)]);
}

/** The node has nothing to drive it any more: it must say so and end non-zero by itself. */
async function killComet(node: TestNode): Promise<void> {
  const { pid } = JSON.parse(readFileSync(join(node.home, 'data', 'cometbft.pid.json'), 'utf8')) as { pid: number };
  process.kill(pid, 'SIGKILL');
  const exit = await node.exited;
  assert.deepEqual(exit, { code: 1, signal: null }, node.stderr().slice(-2000));
  assert.match(node.stderr(), /cometbft was ended by SIGKILL/);
}

async function stopAndRead(node: TestNode, engine: EngineName): Promise<StoredChain> {
  if (engine === 'cometbft') {
    const chain = await storedByComet(node.rpcUrl, node.home);
    await node.stop();
    return chain;
  }
  await node.stop();
  return storedByEmbedded(node.home);
}
