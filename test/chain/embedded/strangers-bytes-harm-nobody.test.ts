import { test } from 'node:test';
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import WebSocket from 'ws';
import { call, heightOf, waitForHeight, withEngine } from './support.js';

function makeRandom(seed: number): { below(max: number): number; bytes(length: number): Buffer } {
  let state = seed >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return { below: max => next() % max, bytes: length => Buffer.from(Array.from({ length }, () => next() & 0xff)) };
}

/** Sends bytes on a plain connection, hangs up, and waits until it is gone. */
async function throwAt(port: number, bytes: Buffer): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.end(bytes);
  socket.resume();
  const guard = setTimeout(() => socket.destroy(), 2000);
  if (!socket.closed) await once(socket, 'close');
  clearTimeout(guard);
}

const methods = ['status', 'block', 'tx', 'tx_search', 'block_search', 'validators', 'abci_query', 'broadcast_tx_sync', 'broadcast_tx_async', 'check_tx', 'blockchain',
  'commit', 'genesis_chunked', 'unconfirmed_txs', 'header_by_hash', '__proto__', 'constructor', 'toString'];
const names = ['height', 'hash', 'tx', 'query', 'page', 'per_page', 'path', 'data', 'chunk', 'minHeight', 'maxHeight', 'order_by', 'prove', '__proto__'];
const values: readonly unknown[] = [null, 0, -1, 1e300, '1', '-1', '99999999999999999999', '9223372036854775807', '', 'zz', '!!', true, [], {}, 'AAAA', "a.b='c'", 'tx.height>0', '\u0000', '\ud800', 'x'.repeat(600)];

test('random bytes, half-broken HTTP and random calls leave a node that makes blocks and answers', async () => {
  const ends: string[] = [];
  await withEngine(async engine => {
    void engine.ended.then(({ reason }) => ends.push(reason));
    const { rpcUrl } = engine;
    const port = Number(new URL(rpcUrl).port);
    const random = makeRandom(20260102);
    const before = await heightOf(rpcUrl);
    for (let round = 0; round < 60; round += 1) {
      const noise = random.bytes(random.below(300));
      const head = ['', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n', 'GET /block?height=', 'GET /websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
        'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: x\r\n\r\nffffff\r\n', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'][random.below(6)]!;
      await throwAt(port, Buffer.concat([Buffer.from(head), noise]));
    }
    for (let round = 0; round < 400; round += 1) {
      const params = random.below(3) === 0
        ? Array.from({ length: random.below(4) }, () => values[random.below(values.length)])
        : Object.fromEntries(Array.from({ length: random.below(4) }, () => [names[random.below(names.length)], values[random.below(values.length)]]));
      const answer = await call(rpcUrl, methods[random.below(methods.length)]!, params);
      assert.ok('result' in answer || typeof answer.error?.code === 'number');
      assert.doesNotMatch(answer.error?.data ?? '', /the node failed to answer/, JSON.stringify(params));
    }
    for (let round = 0; round < 100; round += 1) {
      const search = Array.from({ length: random.below(3) }, () => `${names[random.below(names.length)]}=${encodeURIComponent(random.bytes(6).toString('latin1'))}`).join('&');
      const response = await fetch(`${rpcUrl}/${methods[random.below(methods.length)]}?${search}`);
      assert.ok([200, 404, 500].includes(response.status));
      await response.text();
    }
    assert.ok((await call(rpcUrl, 'health')).result);
    await waitForHeight(rpcUrl, before + 2n);
    assert.deepEqual(ends, []);
  });
});

test('random messages on websockets get an error or end that socket alone', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const url = `${rpcUrl.replace('http', 'ws')}/websocket`;
    const random = makeRandom(77);
    const bystander = new WebSocket(url);
    await once(bystander, 'open');
    for (let round = 0; round < 25; round += 1) {
      const socket = new WebSocket(url);
      socket.on('error', () => {});
      await once(socket, 'open');
      for (let count = random.below(30); count > 0; count -= 1) {
        const kind = random.below(4);
        if (kind === 0) socket.send(random.bytes(random.below(200)));
        else if (kind === 1) socket.send(random.bytes(random.below(200)).toString('latin1'));
        else socket.send(JSON.stringify({ id: values[random.below(values.length)], method: ['subscribe', 'unsubscribe', 'unsubscribe_all', ...methods][random.below(8)], params: { query: values[random.below(values.length)] } }));
      }
      if (random.below(2) === 0) socket.terminate();
      else socket.close();
      if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
    }
    const huge = new WebSocket(url);
    huge.on('error', () => {});
    await once(huge, 'open');
    huge.send('x'.repeat(1_000_001));
    await once(huge, 'close');
    const answered = once(bystander, 'message') as Promise<[Buffer]>;
    bystander.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'health' }));
    assert.deepEqual(JSON.parse((await answered)[0].toString()), { jsonrpc: '2.0', id: 1, result: {} });
    bystander.terminate();
  });
});
