/** A heap file that is lost or damaged: refused, never used; had from an export or from a peer; and a stop that names it when nobody has it. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { unpackHeap } from '../../../app/snapshots/packing.js';
import type { DamagedHeap } from '../../../app/snapshots/repair.js';
import { blobQueryPath, pieceBytes } from '../../../app/snapshots/blob-query.js';
import { openTestApp, type Person, type TestApp } from '../host/support.js';
import { startSource, work } from '../state-sync/support.js';

/** A node that runs: the peer. Its home, when it was closed, is what the damaged homes are copies of. */
let peer: TestApp;
let home: string;
before(async () => {
  const { app } = await startSource();
  await app.close();
  home = app.data;
  peer = await openTestApp({ dataFrom: home });
});
after(async () => {
  await peer.end();
  rmSync(home, { recursive: true, force: true });
});

/** An RPC as CometBFT's, over an application; `change` may lie. */
async function serve(t: TestContext, app: TestApp, change: (value: Uint8Array) => Uint8Array = value => value): Promise<string> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const { params: { path } } = JSON.parse(Buffer.concat(parts).toString()) as { params: { path: string } };
      void app.query(path, new Uint8Array(0)).then(({ code, log, value }) => {
        response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { response: { code, log, value: Buffer.from(change(value)).toString('base64') } } }));
      });
    });
  });
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function heapFiles(data: string): string[] {
  const blobs = join(data, 'blobs');
  return readdirSync(blobs).filter(name => /^[0-9a-f]{2}$/.test(name)).flatMap(folder => readdirSync(join(blobs, folder)).map(name => join(blobs, folder, name)));
}

const flip = (path: string): void => {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  writeFileSync(path, bytes);
};

type Options = Parameters<typeof openTestApp>[0] & { readonly keepsExports?: boolean };
type Seen = DamagedHeap & { readonly content: Buffer | undefined };
type Spoiled = { readonly app: TestApp; readonly damaged: Seen[] };

/** The home as a restart finds it, with `spoil` done to every heap file. */
async function spoiled(t: TestContext, spoil: (path: string) => void, { keepsExports = false, ...options }: Options): Promise<Spoiled> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-spoiled-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  cpSync(home, folder, { recursive: true });
  if (!keepsExports) rmSync(join(folder, 'snapshots'), { recursive: true });
  assert.ok(heapFiles(folder).length > 1);
  for (const path of heapFiles(folder)) spoil(path);
  const damaged: Seen[] = [];
  const app = await openTestApp({ dataFrom: folder, onDamagedHeap: what => damaged.push({ ...what, content: what.damaged === undefined ? undefined : readFileSync(what.damaged) }), ...options });
  t.after(() => app.end().catch(() => undefined)); // one that failed has nothing to close
  return { app, damaged };
}

async function goesOn({ app, damaged }: Spoiled, from: string): Promise<void> {
  await app.app.preloaded;
  const [ann] = app.people as [Person];
  ann.sequence = await app.sequenceOf(ann);
  for (let at = 0; at < 4; at += 1) assert.equal((await app.block([await work(ann, at)])).txResults[0]?.code, 0);
  assert.deepEqual(new Set(damaged.map(({ repairedFrom }) => repairedFrom)), new Set([from]));
  const names = new Set(damaged.map(({ hash }) => hash));
  assert.equal(names.size, damaged.length, 'each once');
  for (const { hash, damaged: aside, content } of damaged) {
    assert.equal(await sha256Of(app, hash), hash);
    if (aside === undefined) continue;
    assert.ok(!readFileSync(join(app.data, 'blobs', hash.slice(0, 2), hash)).equals(content as Buffer), 'what was told is what was wrong');
    assert.ok(!existsSync(aside), 'and is not left behind');
  }
}

async function sha256Of({ data }: TestApp, hash: string): Promise<string> {
  const whole = join(data, 'whole');
  return unpackHeap(join(data, 'blobs', hash.slice(0, 2), hash), whole);
}

for (const [how, spoil] of [['missing', (path: string): void => rmSync(path)], ['damaged in one bit', flip], ['empty', (path: string): void => writeFileSync(path, '')]] as const) {
  test(`a heap file that is ${how} is had from a peer`, { timeout: 60_000 }, async t => {
    const server = await serve(t, peer);
    const story = await spoiled(t, spoil, { repairServers: ['http://127.0.0.1:1', server] });
    await goesOn(story, server);
    assert.ok(story.damaged.every(({ damaged }) => (damaged === undefined) === (how === 'missing')));
  });
}

test('an export of this home is asked before any peer', { timeout: 60_000 }, async t => {
  await goesOn(await spoiled(t, flip, { keepsExports: true, repairServers: ['http://127.0.0.1:1'] }), 'export');
});

test('a peer that lies, or never ends, is not believed; the next one is asked', { timeout: 60_000 }, async t => {
  const liars = await Promise.all([
    serve(t, peer, value => Uint8Array.from(value, byte => byte ^ 1)),
    serve(t, peer, () => new Uint8Array(pieceBytes)),
    serve(t, peer, () => new Uint8Array(4 * pieceBytes)),
    serve(t, peer, () => new Uint8Array(0)),
  ]);
  const honest = await serve(t, peer);
  await goesOn(await spoiled(t, flip, { repairServers: [...liars, honest] }), honest);
});

test('when nobody has it the node stops at the next block, and names the file', { timeout: 60_000 }, async t => {
  const { app, damaged } = await spoiled(t, flip, { repairServers: [await serve(t, peer, () => new Uint8Array(1))] });
  await app.app.preloaded;
  await assert.rejects(app.block(), /blobs\/[0-9a-f]{2}\/[0-9a-f]{64} is damaged .*; restore it from a backup or copy it from another node/);
  assert.ok(damaged.length > 0 && damaged.every(({ repairedFrom, problem, hash }) => repairedFrom === undefined && problem.includes(hash)));
});

test('strangers are given what the committed state refers to, and nothing else', { timeout: 60_000 }, async () => {
  const [file] = heapFiles(peer.data) as [string];
  const hash = basename(file);
  const ask = (path: string) => peer.query(path, new Uint8Array(0));
  const given = await ask(blobQueryPath(hash, 0));
  assert.deepEqual([given.code, Buffer.from(given.value).equals(readFileSync(file))], [0, true]);
  assert.deepEqual([given.value.length < pieceBytes, (await ask(blobQueryPath(hash, 1))).code], [true, 38]);
  const bundle = await ask(blobQueryPath(peer.bundleId, 0));
  assert.deepEqual([bundle.code, Buffer.from(bundle.value).equals(readFileSync(join(peer.data, 'blobs', peer.bundleId)).subarray(0, pieceBytes))], [0, true]);

  const unknown = 'f'.repeat(64);
  mkdirSync(join(peer.data, 'blobs', 'ff'), { recursive: true });
  writeFileSync(join(peer.data, 'blobs', 'ff', unknown), 'a heap of a run that is not committed');
  assert.equal((await ask(blobQueryPath(unknown, 0))).code, 38);
  for (const path of [`${hash}/-1`, `${hash}/01`, `${hash}/99999999`, `${hash}`, `../windlass.db/CURRENT/0`, `${hash.toUpperCase()}/0`, `${'.'.repeat(64)}/0`, `b1-${'0'.repeat(128)}/x`]) {
    const { code, value } = await ask(`/windlass/blob/${path}`);
    assert.deepEqual([code, value.length], [18, 0], path);
  }
});
