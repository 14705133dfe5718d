import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { prepareLocalnet } from '../../../chain/engine/comet/index.js';
import { waitUntil } from '../abci/support.js';
import { cometOrReason, makeGenesis, makeKvstore, rpc, startEngine, temporaryFolder } from './support.js';

const { skip } = await cometOrReason();

test('two validators, of which each needs the other, make blocks with the same hash', { skip, timeout: 90_000 }, async t => {
  const folder = temporaryFolder(t);
  const { nodes } = prepareLocalnet({ home: folder, validators: 2, genesis: makeGenesis, basePort: await freeBasePort(20), blockTimeMs: 100 });
  assert.deepEqual(nodes.map(node => node.home), [`${folder}/node0`, `${folder}/node1`]);
  const stores = nodes.map(() => makeKvstore());
  const engines = await Promise.all(nodes.map(async (node, index) => {
    const store = stores[index];
    assert.ok(store);
    const { engine } = await startEngine(t, node.home, store, { abciAddress: node.abciAddress, rpcLaddr: node.rpcLaddr, p2pLaddr: node.p2pLaddr });
    return engine;
  }));
  await waitUntil(() => stores.every(store => store.height() >= 3n), 'three blocks on both', 60_000);
  const hashes = await Promise.all(engines.map(async engine => {
    const { block_id: id } = await rpc(engine.rpcUrl, 'block', { height: '3' });
    return (id as { hash: string }).hash;
  }));
  assert.equal(hashes[0], hashes[1]);
});

test('homes that hold keys are not written over; nonsense is refused', async t => {
  const folder = temporaryFolder(t);
  prepareLocalnet({ home: folder, validators: 1, genesis: makeGenesis });
  assert.throws(() => prepareLocalnet({ home: folder, validators: 1, genesis: makeGenesis }), /keys are never overwritten/);
  assert.throws(() => prepareLocalnet({ home: folder, validators: 0, genesis: makeGenesis }), /at least one validator/);
  assert.throws(() => prepareLocalnet({ home: folder, validators: 2, genesis: makeGenesis, basePort: 65530 }), /no room/);
});

/** The start of a range of ports of which none is taken now. */
async function freeBasePort(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no range of free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
