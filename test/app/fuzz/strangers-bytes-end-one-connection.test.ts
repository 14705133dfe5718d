import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { abciSocketAddress } from '../../../chain/engine/comet/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { makeRandom, type Random } from '../../support/chain-random.js';
import { callRpc, startTestNode, type TestNode } from '../../support/node.js';

const comet = await cometOrReason();

/** Sends bytes, and answers what came back by the time the connection was over; it is hung up after the bound. */
async function throwAt(socket: Socket, bytes: Uint8Array, boundMs = 1500): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on('error', () => undefined);
  socket.on('data', (part: Buffer) => parts.push(part));
  await once(socket, 'connect');
  socket.write(bytes);
  const guard = setTimeout(() => socket.destroy(), boundMs);
  if (!socket.closed) await once(socket, 'close');
  clearTimeout(guard);
  return Buffer.concat(parts);
}

async function stillGoes(node: TestNode): Promise<void> {
  const height = await node.height();
  await node.waitForHeight(height + 2n);
  assert.ok((await node.rpc('abci_info'))['response']);
}

describe('the ABCI socket of a running validator', { skip: comet.skip }, () => {
  let node: TestNode;
  before(async () => { node = await startTestNode({ engine: 'cometbft' }); });
  after(() => node.dispose());

  const open = (): Socket => {
    const path = abciSocketAddress(node.home).replace(/^unix:\/\//, '');
    assert.ok(existsSync(path), path);
    return connect({ path });
  };

  test('random bytes, half messages and foreign protocols end that connection only', async () => {
    const random = makeRandom(20_260_401);
    const cases: Uint8Array[] = [
      Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
      Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80),
      Uint8Array.of(2, 0xff, 0xff),
      Uint8Array.of(0),
      ...Array.from({ length: 40 }, () => random.bytes(1 + random.below(400))),
    ];
    for (let at = 0; at < cases.length; at += 8) await Promise.all(cases.slice(at, at + 8).map(bytes => throwAt(open(), bytes)));
    await stillGoes(node);
  });

  test('a stranger may flush and echo, and CometBFT goes on', async () => {
    assert.deepEqual([...(await throwAt(open(), Uint8Array.of(2, 0x12, 0)))], [2, 0x1a, 0], 'a flush is answered by a flush');
    await throwAt(open(), Uint8Array.of(2, 0x0a, 0));
    await stillGoes(node);
  });

  test('fifty connections that say nothing do not keep CometBFT waiting', async () => {
    const idle = Array.from({ length: 50 }, open);
    for (const socket of idle) socket.on('error', () => undefined);
    try {
      await stillGoes(node);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  });
});

describe('the RPC and websocket of the embedded engine', () => {
  let node: TestNode;
  before(async () => { node = await startTestNode({ engine: 'embedded' }); });
  after(() => node.dispose());

  const open = (): Socket => connect(Number(new URL(node.rpcUrl).port), '127.0.0.1');

  test('random bytes and broken HTTP', async () => {
    const random = makeRandom(20_260_402);
    const heads = ['', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 40\r\n\r\n', 'GET /block?height=', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: x\r\n\r\nffffff\r\n'];
    const throws = Array.from({ length: 32 }, () => Buffer.concat([Buffer.from(heads[random.below(heads.length)] as string), random.bytes(random.below(300))]));
    for (let at = 0; at < throws.length; at += 8) await Promise.all(throws.slice(at, at + 8).map(bytes => throwAt(open(), bytes)));
    await stillGoes(node);
  });

  test('a bystander’s websocket hears of every block while others send nonsense', async () => {
    const random = makeRandom(20_260_403);
    const url = `${node.rpcUrl.replace('http', 'ws')}/websocket`;
    const bystander = new WebSocket(url);
    await once(bystander, 'open');
    const heights: number[] = [];
    bystander.on('message', (text: Buffer) => {
      const { result } = JSON.parse(text.toString()) as { result?: { data?: { value?: { block?: { header: { height: string } } } } } };
      const height = result?.data?.value?.block?.header.height;
      if (height !== undefined) heights.push(Number(height));
    });
    bystander.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscribe', params: { query: "tm.event='NewBlock'" } }));
    for (let round = 0; round < 20; round += 1) await nonsense(url, random);
    const height = await node.height();
    await node.waitForHeight(height + 3n);
    bystander.terminate();
    assert.ok(heights.length >= 3);
    assert.deepEqual(heights, heights.map((_, index) => (heights[0] as number) + index));
  });

  test('txs and queries of random bytes are answered with codes', async () => {
    const random = makeRandom(20_260_404);
    for (let round = 0; round < 40; round += 1) {
      const tx = Buffer.from(random.bytes(1 + random.below(200))).toString('base64');
      const sent = await callRpc(node.rpcUrl, 'broadcast_tx_sync', { tx });
      assert.notEqual(sent['code'], 0);
      assert.equal(sent['codespace'], 'sdk');
      const { response } = (await callRpc(node.rpcUrl, 'abci_query', { path: '/cosmos.tx.v1beta1.Service/Simulate', data: Buffer.from(random.bytes(random.below(60))).toString('hex') })) as { response: { code: number; log: string } };
      assert.notEqual(response.code, 0);
      assert.notEqual(response.log, 'internal error');
    }
    await stillGoes(node);
  });
});

async function nonsense(url: string, random: Random): Promise<void> {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  for (let count = 1 + random.below(20); count > 0; count -= 1) {
    const bytes = Buffer.from(random.bytes(random.below(100)));
    socket.send([bytes, bytes.toString('latin1'), '{"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"query":"' + bytes.toString('hex') + '"}}', '[]', '{}', 'null'][random.below(6)] as string);
  }
  socket.close();
  const guard = setTimeout(() => socket.terminate(), 3000);
  await closed;
  clearTimeout(guard);
}
