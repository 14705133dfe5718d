import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import WebSocket from 'ws';
import { call, emptyDisk, eventually, heightOf, makeGenesis, makeHome, makeKvStore, startEngine, validatorKey, waitForHeight, withEngine } from './support.js';

const submit = (url: string, tx: string): Promise<unknown> => call(url, 'broadcast_tx_sync', { tx: Buffer.from(tx).toString('base64') });

test('stop ends everything within its bound, with clients connected and a block that never ends', async () => {
  const { home, remove } = makeHome();
  try {
    let release = (): void => {};
    const forever = new Promise<void>(resolve => { release = resolve; });
    const app = makeKvStore(emptyDisk(), { at: (step, height) => (step === 'finalizeBlock' && height === 3n ? forever : undefined) });
    const engine = await startEngine(home, app);
    const socket = new WebSocket(`${engine.rpcUrl.replace('http', 'ws')}/websocket`);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await eventually('block 3', () => (app.calls.includes('finalizeBlock 3') ? true : undefined));
    const started = performance.now();
    await Promise.all([engine.stop(), engine.stop()]);
    assert.ok(performance.now() - started < 5000);
    await closed;
    assert.deepEqual(await engine.ended, { reason: 'stopped' });
    await assert.rejects(call(engine.rpcUrl, 'health'));
    release();
  } finally {
    remove();
  }
});

test('an application that rejects a query or a check ends the engine', async () => {
  for (const method of ['query', 'checkTx'] as const) {
    const { home, remove } = makeHome();
    try {
      const app = makeKvStore(emptyDisk());
      const engine = await startEngine(home, { ...app, [method]: async () => { throw new Error('corrupt store at /secret/path'); } });
      const request = method === 'query' ? call(engine.rpcUrl, 'abci_query', { path: '/x' }) : submit(engine.rpcUrl, 'a=1');
      const answer = await request.catch(() => undefined);
      assert.doesNotMatch(JSON.stringify(answer ?? ''), /secret/);
      const end = await engine.ended;
      assert.ok(end.reason === 'failed' && /corrupt store/.test(end.error.message));
      await engine.stop();
    } finally {
      remove();
    }
  }
});

test('an application that refuses its own proposal, or overfills it, ends the engine before the block is stored', async () => {
  const tooMuch = makeKvStore(emptyDisk(), { prepare: () => [new Uint8Array(23_000_000)] });
  const kv = makeKvStore(emptyDisk());
  for (const [application, reason] of [[tooMuch, /PrepareProposal returned/], [{ ...kv, processProposal: async () => ({ status: 2 }) }, /ProcessProposal answered status 2/]] as const) {
    const { home, remove } = makeHome();
    try {
      const engine = await startEngine(home, application);
      const end = await engine.ended;
      assert.ok(end.reason === 'failed' && reason.test(end.error.message));
      const again = await startEngine(home, makeKvStore(emptyDisk()));
      await waitForHeight(again.rpcUrl, 1n);
      await again.stop();
    } finally {
      remove();
    }
  }
});

test('a validator without two thirds of the power is told so', async () => {
  const { home, remove } = makeHome();
  try {
    const other = validatorKey(2);
    const genesis = makeGenesis();
    genesis.validators.push({ address: other.address, pub_key: other.pub_key, power: '5', name: 'other' });
    const engine = await startEngine(home, makeKvStore(emptyDisk()), { genesis });
    const end = await engine.ended;
    assert.ok(end.reason === 'failed' && /has 10 of 15 voting power/.test(end.error.message));
  } finally {
    remove();
  }
});

test('with two thirds it decides, and the others are absent', async () => {
  const other = validatorKey(2);
  const genesis = makeGenesis();
  genesis.validators.push({ address: other.address, pub_key: other.pub_key, power: '4', name: 'other' });
  await withEngine(async ({ rpcUrl }) => {
    await waitForHeight(rpcUrl, 2n);
    const { result } = await call(rpcUrl, 'commit', { height: '1' });
    const { signatures } = (result as { signed_header: { commit: { signatures: { block_id_flag: number; timestamp: string; signature: string | null }[] } } }).signed_header.commit;
    assert.deepEqual(signatures.map(({ block_id_flag }) => block_id_flag), [2, 1]);
    assert.deepEqual([signatures[1]?.timestamp, signatures[1]?.signature], ['0001-01-01T00:00:00Z', null]);
  }, { genesis });
});

test('validator and parameter updates take effect at the heights that CometBFT gives them', async () => {
  const other = validatorKey(3);
  const pubKey = { ed25519: new Uint8Array(Buffer.from(other.pub_key.value, 'base64')) };
  const none = { evidence: undefined, validator: undefined, version: undefined, abci: undefined };
  await withEngine(async ({ rpcUrl }, app) => {
    await waitForHeight(rpcUrl, 6n);
    const total = async (height: number): Promise<string> => ((await call(rpcUrl, 'validators', { height })).result as { total: string }).total;
    assert.deepEqual(await Promise.all([3, 4, 5].map(total)), ['1', '1', '2']);
    const bytesMax = async (height: number): Promise<string> =>
      ((await call(rpcUrl, 'consensus_params', { height })).result as { consensus_params: { block: { max_bytes: string } } }).consensus_params.block.max_bytes;
    assert.deepEqual(await Promise.all([3, 4].map(bytesMax)), ['22020096', '1000000']);
    assert.ok(app.disk.height >= 6n);
    const { result } = await call(rpcUrl, 'block_results', { height: '3' });
    const { validator_updates: updates } = result as { validator_updates: unknown[] };
    assert.deepEqual(updates, [{ pub_key: { Sum: { type: 'tendermint.crypto.PublicKey_Ed25519', value: { ed25519: other.pub_key.value } } }, power: '2' }]);
  }, {}, {
    finalize: ({ height }) => (height === 3n
      ? { validatorUpdates: [{ pubKey, power: 2n }], consensusParamUpdates: { ...none, block: { maxBytes: 1_000_000n, maxGas: -1n } } }
      : {}),
  });
});

test('who is in the set no longer makes no block, and says so; until two heights later it signs', async () => {
  const { home, remove } = makeHome();
  try {
    const pubKeyOf = (key: ReturnType<typeof validatorKey>) => ({ ed25519: new Uint8Array(Buffer.from(key.pub_key.value, 'base64')) });
    const [own, other] = [validatorKey(1), validatorKey(3)];
    const votes: number[] = [];
    const app = makeKvStore(emptyDisk(), {
      finalize: ({ height, decidedLastCommit }) => {
        votes.push(...(decidedLastCommit?.votes ?? []).map(({ blockIdFlag }) => blockIdFlag));
        return height === 2n ? { validatorUpdates: [{ pubKey: pubKeyOf(own), power: 0n }, { pubKey: pubKeyOf(other), power: 5n }] } : {};
      },
    });
    const engine = await startEngine(home, app);
    const end = await engine.ended;
    assert.ok(end.reason === 'failed' && /is not in the validator set of height 4: it was jailed, or its stake is gone/.test(end.error.message));
    assert.deepEqual([app.disk.height, votes], [3n, [2, 2]]);
  } finally {
    remove();
  }
});

test('blocks below retain_height go, with their txs in the index', async () => {
  await withEngine(async ({ rpcUrl }) => {
    await submit(rpcUrl, 'old=1');
    await eventually('the base to move', async () => {
      const { result } = await call(rpcUrl, 'status');
      return BigInt((result as { sync_info: { earliest_block_height: string } }).sync_info.earliest_block_height) >= 5n ? true : undefined;
    });
    assert.match((await call(rpcUrl, 'block', { height: '1' })).error?.data ?? '', /height 1 is not available, lowest height is \d+/);
    assert.equal(((await call(rpcUrl, 'tx_search', { query: "put.key='old'" })).result as { total_count: string }).total_count, '0');
    assert.ok((await call(rpcUrl, 'validators')).result);
  }, { blockTimeMs: 15 }, { retain: height => (height > 3n ? height - 2n : 0n) });
});

test('a block comes early when txs wait, and blocks come without any', async () => {
  await withEngine(async ({ rpcUrl }) => {
    await waitForHeight(rpcUrl, 1n);
    const started = performance.now();
    const { result } = await call(rpcUrl, 'broadcast_tx_commit', { tx: Buffer.from('a=1').toString('base64') });
    assert.equal((result as { tx_result: { code: number } }).tx_result.code, 0);
    assert.ok(performance.now() - started < 2500, 'long before the block time');
  }, { blockTimeMs: 60_000, minBlockTimeMs: 5 });
  await withEngine(async ({ rpcUrl }) => { await waitForHeight(rpcUrl, 4n); }, { blockTimeMs: 20 });
});

test('block time follows the clock it was given, and grows when that stands still', async () => {
  const at = Date.UTC(2030, 0, 1);
  await withEngine(async ({ rpcUrl }) => {
    await waitForHeight(rpcUrl, 4n);
    const times = await Promise.all([2, 3, 4].map(async height => ((await call(rpcUrl, 'header', { height })).result as { header: { time: string } }).header.time));
    assert.deepEqual(times, ['2030-01-01T00:00:00Z', '2030-01-01T00:00:00.001Z', '2030-01-01T00:00:00.002Z']);
  }, { clock: () => at });
});

test('a chain may begin at any height', async () => {
  await withEngine(async ({ rpcUrl }, app) => {
    await waitForHeight(rpcUrl, 1002n);
    assert.ok(app.calls.includes('finalizeBlock 1000') && !app.calls.includes('finalizeBlock 1'));
    assert.ok((await heightOf(rpcUrl)) >= 1002n);
  }, { genesis: makeGenesis({ initial_height: '1000' }) });
});

test('a port in use is an error at start, and the home is free again', async () => {
  const { home, remove } = makeHome();
  const occupant = createServer().listen(0, '127.0.0.1');
  try {
    await once(occupant, 'listening');
    const { port } = occupant.address() as AddressInfo;
    await assert.rejects(startEngine(home, makeKvStore(emptyDisk()), { rpcLaddr: `tcp://127.0.0.1:${port}` }), /EADDRINUSE/);
    const engine = await startEngine(home, makeKvStore(emptyDisk()));
    await engine.stop();
  } finally {
    occupant.close();
    remove();
  }
});
