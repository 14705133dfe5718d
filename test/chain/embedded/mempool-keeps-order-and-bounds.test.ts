import { test } from 'node:test';
import assert from 'node:assert/strict';
import { makeMempool, mempoolDefaults, type Mempool, type MempoolLimits } from '../../../chain/engine/embedded/mempool.js';
import { paramsFromGenesis } from '../../../chain/engine/embedded/consensus-params.js';
import { makeGenesis } from './support.js';
import type { ExecTxResult, RequestCheckTx, ResponseCheckTx } from '../../../chain/abci/types.js';

const none = new Uint8Array(0);
const ok: ExecTxResult = { code: 0, data: none, log: '', info: '', gasWanted: 5n, gasUsed: 0n, events: [], codespace: '' };
const tx = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const texts = (txs: Uint8Array[]): string[] => txs.map(bytes => Buffer.from(bytes).toString());
const params = paramsFromGenesis(makeGenesis());
const noCommit = async (): Promise<void> => {};

function make(check: (request: RequestCheckTx) => ResponseCheckTx | Promise<ResponseCheckTx> = () => ok, limits: Partial<MempoolLimits> = {}, gasMax = -1n): Mempool {
  return makeMempool({ checkTx: async request => check(request) }, { ...mempoolDefaults, ...limits }, gasMax, () => {});
}

test('txs leave in the order they came, within bytes and gas', async () => {
  const pool = make();
  for (const text of ['a', 'bb', 'ccc']) await pool.add(tx(text));
  assert.deepEqual(texts(pool.reap(-1n, -1n)), ['a', 'bb', 'ccc']);
  assert.deepEqual(texts(pool.reap(7n, -1n)), ['a', 'bb']);
  assert.deepEqual(texts(pool.reap(6n, -1n)), ['a']);
  assert.deepEqual(texts(pool.reap(-1n, 10n)), ['a', 'bb']);
  assert.deepEqual([pool.count, pool.bytes], [3, 6]);
});

test('what does not fit is refused in the words that clients know', async () => {
  const pool = make(undefined, { txBytesMax: 10, txsMax: 2, bytesMax: 15 });
  await assert.rejects(async () => pool.add(tx('12345678901')), { message: 'Tx too large. Max size is 10, but got 11' });
  await pool.add(tx('1234567890'));
  await assert.rejects(async () => pool.add(tx('123456')), { message: 'mempool is full: number of txs 1 (max: 2), total txs bytes 10 (max: 15)' });
  await pool.add(tx('x'));
  await assert.rejects(async () => pool.add(tx('y')), /mempool is full: number of txs 2/);
});

test('a tx comes in once, unless it was refused or failed', async () => {
  const pool = make(({ tx: bytes }) => (bytes[0] === 0x62 ? { ...ok, code: 1 } : ok));
  await pool.add(tx('a'));
  await assert.rejects(async () => pool.add(tx('a')), { message: 'tx already exists in cache' });
  assert.equal((await pool.add(tx('b'))).code, 1);
  assert.equal((await pool.add(tx('b'))).code, 1);
  await pool.add(tx('fails'));
  await pool.commit(noCommit, [tx('a'), tx('fails')], [ok, { ...ok, code: 3 }], params);
  assert.equal(pool.count, 0);
  await assert.rejects(async () => pool.add(tx('a')), /already exists/);
  assert.equal((await pool.add(tx('fails'))).code, 0);
});

test('the cache forgets its oldest', async () => {
  const pool = make(undefined, { cacheMax: 2 });
  for (const text of ['a', 'b', 'c']) {
    await pool.add(tx(text));
    await pool.commit(noCommit, [tx(text)], [ok], params);
  }
  assert.equal((await pool.add(tx('a'))).code, 0);
  await assert.rejects(async () => pool.add(tx('c')), /already exists/);
});

test('after a block the rest is checked again, and what fails is dropped', async () => {
  const types: number[] = [];
  let refuse = '';
  const pool = make(({ tx: bytes, type }) => {
    types.push(type);
    return Buffer.from(bytes).toString() === refuse ? { ...ok, code: 1 } : ok;
  });
  for (const text of ['a', 'b', 'c']) await pool.add(tx(text));
  refuse = 'b';
  await pool.commit(noCommit, [tx('a')], [ok], params);
  assert.deepEqual(types, [0, 0, 0, 1, 1]);
  assert.deepEqual(texts(pool.reap(-1n, -1n)), ['c']);
  assert.equal(pool.bytes, 1);
  refuse = '';
  assert.equal((await pool.add(tx('b'))).code, 0);
});

test('no CheckTx is under way while a block commits', async () => {
  let finish = (): void => {};
  const slow = new Promise<void>(resolve => { finish = resolve; });
  const order: string[] = [];
  const pool = make(async ({ tx: bytes }) => {
    const text = Buffer.from(bytes).toString();
    if (text === 'slow') await slow;
    order.push(text);
    return ok;
  });
  const first = pool.add(tx('slow'));
  const committing = pool.commit(async () => { order.push('commit'); }, [], [], params);
  const late = pool.add(tx('late'));
  finish();
  await Promise.all([first, committing, late]);
  assert.deepEqual(order, ['slow', 'commit', 'slow', 'late']);
});

test('a tx that wants more gas than a block has never waits', async () => {
  const pool = make(() => ok, {}, 4n);
  assert.equal((await pool.add(tx('a'))).code, 0);
  assert.equal(pool.count, 0);
});
