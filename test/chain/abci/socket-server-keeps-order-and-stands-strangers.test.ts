import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { spawnSync } from 'node:child_process';
import { frame } from '../../../chain/abci/frames.js';
import { startAbciServer, type AbciServer, type AbciServerOptions } from '../../../chain/abci/server.js';
import type { AbciApplication } from '../../../chain/abci/types.js';
import { abciSocketAddress } from '../../../chain/engine/comet/index.js';
import { checkTx, codec, connectClient, echo, finalizeBlock, flush, makeChance, makeGate, makeScriptedApplication, makeTestLog, query, turns, waitUntil, type Client, type LogLine } from './support.js';

type Served = { server: AbciServer; lines: LogLine[]; fatal: Error[]; client: () => Promise<Client> };

async function serve(t: TestContext, methods: Partial<AbciApplication> = {}, options: Partial<AbciServerOptions> = {}): Promise<Served> {
  const { log, lines } = makeTestLog();
  const fatal: Error[] = [];
  const server = await startAbciServer({ address: 'tcp://127.0.0.1:0', application: makeScriptedApplication(methods), log, onFatal: error => fatal.push(error), ...options });
  t.after(() => server.close(50));
  const client = async (): Promise<Client> => {
    const made = await connectClient(server.address);
    t.after(() => made.close());
    return made;
  };
  return { server, lines, fatal, client };
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-abci-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('replies come in the order of the requests, and Flush after all that were before it', async t => {
  const gates = new Map(['a', 'b', 'c'].map(name => [name, makeGate()]));
  const plain = makeScriptedApplication({});
  const { client } = await serve(t, {
    checkTx: async request => {
      const name = Buffer.from(request.tx).toString();
      await gates.get(name)?.opened;
      return { ...(await plain.checkTx(request)), log: name };
    },
  });
  const connection = await client();
  connection.send(checkTx('a'), checkTx('b'), checkTx('c'), flush, echo('last'));
  gates.get('c')?.open();
  gates.get('b')?.open();
  await turns();
  gates.get('a')?.open();
  const replies = [];
  for (let index = 0; index < 5; index += 1) replies.push(await connection.next());
  assert.deepEqual(replies.map(reply => reply.kind === 'checkTx' ? reply.value.log : reply.kind), ['a', 'b', 'c', 'flush', 'echo']);
});

test('each reply is written at once, without waiting for a Flush', async t => {
  const { client } = await serve(t);
  const connection = await client();
  connection.send(echo('hello'));
  assert.deepEqual(await connection.next(), { kind: 'echo', value: { message: 'hello' } });
});

test('on one connection a query sees the commit that was sent before it', async t => {
  const gate = makeGate();
  let committed = 0n;
  const plain = makeScriptedApplication({});
  const { client } = await serve(t, {
    commit: async () => {
      await gate.opened;
      committed = 7n;
      return { retainHeight: 0n };
    },
    query: async request => ({ ...(await plain.query(request)), height: committed }),
  });
  const connection = await client();
  connection.send({ kind: 'commit', value: {} }, query('/'));
  await turns();
  gate.open();
  assert.equal((await connection.next()).kind, 'commit');
  const reply = await connection.next();
  assert.equal(reply.kind === 'query' && reply.value.height, 7n);
});

test('a query on another connection is answered during FinalizeBlock; consensus requests wait for it across connections', async t => {
  const gate = makeGate();
  const heights: bigint[] = [];
  const plain = makeScriptedApplication({});
  const { client } = await serve(t, {
    finalizeBlock: async request => {
      heights.push(request.height);
      await gate.opened;
      return plain.finalizeBlock(request);
    },
  });
  const [first, second, third] = [await client(), await client(), await client()];
  first.send(finalizeBlock(1n));
  await waitUntil(() => heights.length > 0, 'the first FinalizeBlock');
  assert.deepEqual(heights, [1n]);
  second.send(finalizeBlock(2n));
  third.send(query('/'));
  assert.equal((await third.next()).kind, 'query');
  assert.deepEqual(heights, [1n]);
  gate.open();
  assert.equal((await second.next()).kind, 'finalizeBlock');
  assert.deepEqual(heights, [1n, 2n]);
});

test('a failure of the application is told to the client once and to the node once', async t => {
  const { client, fatal, lines } = await serve(t, { finalizeBlock: async () => { throw new Error('the tree is broken'); } });
  const connection = await client();
  connection.send(finalizeBlock(1n));
  const reply = await connection.next();
  assert.ok(reply.kind === 'exception' && reply.value.error.includes('the tree is broken'));
  connection.send({ kind: 'commit', value: {} });
  assert.equal((await connection.next()).kind, 'exception');
  assert.equal(fatal.length, 1);
  assert.match(fatal[0]?.message ?? '', /finalizeBlock.*the tree is broken/);
  assert.ok(lines.some(line => line.level === 'error'));
});

test('an answer that is no message of its type counts as a failure of the application', async t => {
  const { client, fatal } = await serve(t, { commit: async () => ({ retainHeight: 5 as unknown as bigint }) });
  const connection = await client();
  connection.send({ kind: 'commit', value: {} });
  assert.equal((await connection.next()).kind, 'exception');
  assert.equal(fatal.length, 1);
});

test('bytes that are no request end their own connection, are logged, and disturb nobody', async t => {
  const { client, fatal, lines } = await serve(t, {}, { frameBytesMax: 4096 });
  const good = await client();
  const bad: [string, Uint8Array][] = [
    ['an overlong prefix', Uint8Array.from([0x80, 0x00])],
    ['a message over the bound', Uint8Array.from([0x81, 0x20])],
    ['an empty envelope', Uint8Array.from([0x00])],
    ['an unknown member', frame(Uint8Array.from([0xaa, 0x01, 0x00]))],
    ['a trailing byte', frame(Uint8Array.from([0x12, 0x00, 0x00]))],
    ['two members', frame(Uint8Array.from([0x12, 0x00, 0x12, 0x00]))],
    ['a broken member', frame(Uint8Array.from([0x32, 0x02, 0x12, 0x7f]))],
    ['an HTTP request', Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${'x'.repeat(80)}\r\n\r\n`)],
  ];
  for (const [what, bytes] of bad) {
    const before = lines.filter(line => line.level === 'warn').length;
    const stranger = await client();
    stranger.sendBytes(bytes);
    await stranger.ended();
    assert.equal(lines.filter(line => line.level === 'warn').length, before + 1, what);
    good.send(echo(what));
    assert.deepEqual(await good.next(), { kind: 'echo', value: { message: what } });
  }
  assert.deepEqual(fatal, []);
});

test('random bytes and cut messages from strangers never reach beyond their connection', async t => {
  const { client, fatal } = await serve(t, {}, { frameBytesMax: 65_536 });
  const good = await client();
  for (let seed = 1; seed <= 60; seed += 1) {
    const chance = makeChance(seed);
    const stranger = await client();
    const whole = frame(codec.encodeRequest(chance() < 0.5 ? finalizeBlock(BigInt(seed)) : checkTx('x'.repeat(Math.floor(chance() * 3000)))));
    if (seed % 3 === 0) {
      stranger.sendBytes(Uint8Array.from({ length: 1 + Math.floor(chance() * 300) }, () => Math.floor(chance() * 256)));
    } else if (seed % 3 === 1) {
      stranger.sendBytes(whole.subarray(0, Math.floor(chance() * whole.length)));
    } else {
      const damaged = Buffer.from(whole);
      damaged[Math.floor(chance() * damaged.length)] = Math.floor(chance() * 256);
      stranger.sendBytes(damaged);
    }
    stranger.socket.end();
    await stranger.ended();
    good.send(echo(String(seed)), flush);
    assert.deepEqual(await good.next(), { kind: 'echo', value: { message: String(seed) } });
    assert.equal((await good.next()).kind, 'flush');
  }
  assert.deepEqual(fatal, []);
});

test('a client that ends its half still gets the replies to what it sent', async t => {
  const { client } = await serve(t);
  const connection = await client();
  connection.send(echo('one'), echo('two'));
  connection.socket.end();
  assert.equal((await connection.next()).kind, 'echo');
  assert.equal((await connection.next()).kind, 'echo');
  await connection.ended();
});

test('a client that asks much and reads nothing is not read any further', async t => {
  const payload = new Uint8Array(64 * 1024);
  let asked = 0;
  const plain = makeScriptedApplication({});
  const { client } = await serve(t, {
    query: async request => {
      asked += 1;
      return { ...(await plain.query(request)), value: payload };
    },
  }, { outstandingMax: 8 });
  const connection = await client();
  connection.socket.pause();
  const total = 2000;
  for (let index = 0; index < total; index += 1) connection.send(query(String(index)));
  let last = -1;
  await waitUntil(() => {
    const stalled = asked > 0 && asked === last;
    last = asked;
    return stalled;
  }, 'an end of the questions', 5000, 200);
  assert.ok(asked < total, `${asked} of ${total} answered although nobody reads`);
  connection.socket.resume();
  for (let index = 0; index < total; index += 1) assert.equal((await connection.next()).kind, 'query');
  assert.equal(asked, total);
});

test('close lets the request under way be answered, and does not wait for one that never is', async t => {
  const gate = makeGate();
  const { server, client } = await serve(t, { commit: async () => { await gate.opened; return { retainHeight: 3n }; } });
  const [answered, never] = [await client(), await client()];
  answered.send({ kind: 'commit', value: {} });
  await turns();
  const closing = server.close(3000);
  gate.open();
  assert.deepEqual(await answered.next(), { kind: 'commit', value: { retainHeight: 3n } });
  await never.ended();
  await closing;
  const stuck = await serve(t, { query: () => new Promise<never>(() => undefined) });
  const waiting = await stuck.client();
  waiting.send(query('/'));
  await turns();
  const before = performance.now();
  await stuck.server.close(100);
  assert.ok(performance.now() - before < 2000);
  await waiting.ended();
});

test('a unix socket serves; a file left by a killed node is replaced, a served socket and a plain file are not', async t => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'abci.sock');
  // A process that dies without closing leaves the file.
  const left = spawnSync(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`]);
  assert.equal(left.signal, 'SIGKILL');
  assert.ok(existsSync(path));
  const { server, client } = await serve(t, {}, { address: `unix://${path}` });
  assert.equal(server.address, `unix://${path}`);
  const connection = await client();
  connection.send(echo('by path'));
  assert.equal((await connection.next()).kind, 'echo');
  await assert.rejects(serve(t, {}, { address: `unix://${path}` }), /another process is serving/);
  const plain = join(folder, 'plain');
  writeFileSync(plain, 'precious');
  await assert.rejects(serve(t, {}, { address: `unix://${plain}` }), /no socket/);
  assert.ok(existsSync(plain));
  await server.close();
  assert.equal(existsSync(path), false, 'closing removes the file');
});

test('a home has a socket of its own, however long its path', async t => {
  const folder = temporaryFolder(t);
  assert.equal(abciSocketAddress('/var/windlass'), 'unix:///var/windlass/data/abci.sock');
  const [one, other] = [abciSocketAddress(join(folder, 'x'.repeat(200))), abciSocketAddress(join(folder, 'y'.repeat(200)))];
  assert.notEqual(one, other);
  const { server } = await serve(t, {}, { address: one });
  assert.equal(server.address, one);
});

test('addresses that cannot be are refused with a text that helps', async t => {
  await assert.rejects(serve(t, {}, { address: `unix:///${'x'.repeat(120)}` }), /at most 100 bytes.*--abci\.address/);
  await assert.rejects(serve(t, {}, { address: 'http://x' }), /expected unix:\/\/path or tcp:\/\/host:port/);
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await new Promise(resolve => { other.once('listening', resolve); });
  const taken = other.address();
  assert.ok(typeof taken === 'object' && taken);
  await assert.rejects(serve(t, {}, { address: `tcp://127.0.0.1:${taken.port}` }), /EADDRINUSE/);
});
