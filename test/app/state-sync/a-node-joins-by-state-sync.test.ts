/** With the real CometBFT: a node with snapshots on, and one that takes its state from there, follows, and runs contracts that it never saw begin. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { chainClient, createVat, devAccounts, fulfilled, invokeMsg, type Account } from '../crash/chain-client.js';
import { appHashIn, freeBasePort, heightAt } from '../localnet/support.js';
import { makeDevHome, startTestNode, until, type TestNode } from '../../support/node.js';
import { homeThatJoins, writeAppToml } from './comet-support.js';

// CometBFT looks around for five seconds before it chooses: with blocks this fast, two snapshots would be gone by then.
const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);

test('a node joins by state sync, follows with equal AppHashes, and mends a heap file from the other', { skip, timeout: 170_000 }, async t => {
  const p2p = `tcp://127.0.0.1:${await freeBasePort(1)}`;
  const home = await makeDevHome('cometbft', genesis => {
    (genesis.app_state['kernel'] as { params: Record<string, unknown> }).params['snapshot_initial'] = 4;
  });
  writeAppToml(home, { snapshotInterval: 5, snapshotKeepRecent: 0 });
  const first = await startTestNode({ engine: 'cometbft', home, p2pLaddr: p2p, blockTime: '200ms' });
  t.after(() => endOf(first));
  const client = chainClient(first.rpcUrl);
  const [dev0] = (await devAccounts()) as [Account];
  await createVat(client, dev0, 'counter', 'counter');
  const increment = async (through: TestNode): Promise<string | undefined> => {
    const other = chainClient(through.rpcUrl);
    return (await fulfilled(other, await other.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment')))).result?.body;
  };
  for (let count = 1; count <= 5; count += 1) assert.equal(await increment(first), `#"+${count}"`);

  const joins = await homeThatJoins({ node: first, p2p }, await heightAt(first.rpcUrl), { repairServers: [first.rpcUrl] });
  const second = await startTestNode({ engine: 'cometbft', home: joins, blockTime: '200ms' });
  t.after(() => endOf(second));
  assert.match(second.stderr(), /the state is restored/);
  assert.equal(await increment(second), '#"+6"');
  await followsEqually(first, second);

  assert.equal((await second.stop()).code, 0);
  for (const heap of heapFiles(joins)) writeFileSync(heap, 'damaged');
  const again = await startTestNode({ engine: 'cometbft', home: joins, blockTime: '200ms' });
  t.after(() => endOf(again));
  assert.equal(await increment(again), '#"+7"');
  assert.match(again.stderr(), /a heap snapshot was repaired/);
  await followsEqually(first, again);
});

async function endOf(node: TestNode): Promise<void> {
  await node.dispose();
  rmSync(node.home, { recursive: true, force: true, maxRetries: 5 });
}

function heapFiles(home: string): string[] {
  const blobs = join(home, 'data', 'blobs');
  return readdirSync(blobs).filter(name => /^[0-9a-f]{2}$/.test(name)).flatMap(folder => readdirSync(join(blobs, folder)).map(name => join(blobs, folder, name)));
}

async function followsEqually(first: TestNode, second: TestNode): Promise<void> {
  const from = await heightAt(second.rpcUrl);
  const to = await until('three more blocks', async () => {
    const height = await heightAt(second.rpcUrl);
    return height >= from + 3n ? height : undefined;
  });
  for (let height = from; height <= to; height += 1n) assert.equal(await appHashIn(second.rpcUrl, height), await appHashIn(first.rpcUrl, height), `height ${height}`);
}
