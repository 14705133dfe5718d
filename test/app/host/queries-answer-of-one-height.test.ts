import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codecOf } from '../../../app/client/codecs.js';
import type { KernelStatus, VatInfo } from '../../../app/client/index.js';
import { script } from './puppet.js';
import { startTestApp, type Person, type TestApp } from './support.js';

let app: TestApp;
let ann: Person;

before(async () => {
  app = await startTestApp();
  ann = app.people[0]!;
});
after(() => app.end());

const act = async (target: string, method: string, args: unknown, saveAs = '') =>
  app.outcome(await app.act(ann, 'MsgInvoke', { sender: ann.address, target, method, args: { body: `#${JSON.stringify(args)}`, slots: [] }, saveAs, funds: [] }));

test('what is kept for the last block only is not answered for another', async () => {
  await app.block();
  const early = app.app.height;
  await act('home.timer', 'now', []);
  const status = (height: bigint) =>
    app.app.application.query({ path: '/windlass.kernel.v1.Query/Status', data: new Uint8Array(0), height, prove: false });
  const latest = await status(0n);
  assert.equal(latest.code, 0);
  const decoded = codecOf<KernelStatus>('windlass.kernel.v1.QueryStatusResponse').decode(latest.value);
  assert.equal(decoded.height, app.app.height);
  assert.match((await status(early)).log, /is not kept/);
  await app.block(); // nothing runs: the state of the block before is the same
  assert.equal((await status(app.app.height - 1n)).code, 0);
});

test('rows and app state change in the same turn', async () => {
  let isDone = false;
  const seen = new Set<string>();
  const watching = (async () => {
    while (!isDone) {
      const { value, code, log } = await app.query('/windlass.kernel.v1.Query/Status', new Uint8Array(0));
      assert.equal(code, 0, log);
      seen.add(Buffer.from(value).toString('hex'));
      await new Promise(resolve => setImmediate(resolve));
    }
  })();
  for (let call = 0; call < 10; call += 1) await act('home.timer', 'now', []);
  isDone = true;
  await watching;
  assert.ok(seen.size > 10);
});

test('a vat tells which heap snapshot its span starts from, once it has one', async () => {
  const young = await startTestApp({ kernelState: { params: { snapshot_initial: 3, snapshot_interval: 3 } } });
  const [owner] = young.people as [Person];
  const vat = async (): Promise<VatInfo> => (await young.ask<{ vat: VatInfo }>('Vat', { vatId: 'v1' })).vat;
  await young.outcome(await young.act(owner, 'MsgCreateVat', { owner: owner.address, bundleId: young.bundleId, label: 'p', saveAs: 'p' }));
  const before = await vat();
  assert.deepEqual([before.snapshotPosition, before.snapshotHash], [0n, '']);
  for (let call = 0; call < 4; call += 1) {
    await young.outcome(await young.act(owner, 'MsgInvoke', { sender: owner.address, target: 'p', method: 'go', args: script([]), saveAs: '', funds: [] }));
  }
  const { snapshotPosition, snapshotHash, deliveries } = await vat();
  assert.match(snapshotHash, /^[0-9a-f]{64}$/);
  assert.ok(snapshotPosition > 3n && snapshotPosition < deliveries, String(snapshotPosition));
  await young.end();
});

test('children of a published path are its next segments, each once', async () => {
  const paths = ['a', 'a.b', 'a.b.c', 'a-b', 'a-b.c', 'a0.x', 'z.1', 'z.2'];
  for (const [index, path] of paths.entries()) {
    await act('home.storage', 'node', [path], `n${index}`);
    await act(`n${index}`, 'set', [`at ${path}`]);
  }
  const children = async (path: string) => (await childrenOf(path)).children;
  assert.deepEqual(new Set(await children(ann.address)), new Set(['a', 'a-b', 'a0', 'z']));
  assert.deepEqual(await children(`${ann.address}.z`), ['1', '2']);
  assert.deepEqual(await children(`${ann.address}.a`), ['b']);
  assert.deepEqual(await children(`${ann.address}.nothing`), []);
  assert.deepEqual(await children(''), [ann.address]);
});

async function childrenOf(path: string): Promise<{ children: string[] }> {
  const answer = await app.query('/windlass.kernel.v1.Query/PublishedChildren', codecOf<object>('windlass.kernel.v1.QueryPublishedRequest').encode({ path }));
  assert.equal(answer.code, 0, answer.log);
  return codecOf<{ children: string[] }>('windlass.kernel.v1.QueryPublishedChildrenResponse').decode(answer.value);
}
