/** Quotas as a chain has them: checked before a tx is taken and again when it is done, paid for, mirrored, proven, and untouched by what is thrown away. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { codecOf } from '../../../app/client/codecs.js';
import type { QuotaCharge, QuotaCollection } from '../../../app/client/types.js';
import { bundleVat } from '../../support/kernel.js';
import { msg, openTestApp, startTestApp, type Person, type TestApp, type TestAppOptions } from './support.js';

const twoVats = { account_quotas: [{ dimension: 'vats', limit: '1' }, { dimension: 'bundle_bytes', limit: '1000' }], quota_prices: [{ dimension: 'vats', per_amount: '2', price: { denom: 'uwind', amount: '5' } }] };

async function start(t: TestContext, params: object = twoVats, more: TestAppOptions = {}): Promise<TestApp> {
  const app = await startTestApp({ kernelState: { params }, ...more });
  t.after(() => app.end());
  return app;
}

const personOf = (app: TestApp, at: number): Person => app.people[at] as Person;
const create = (app: TestApp, owner: Person, saveAs: string) => msg('MsgCreateVat', { owner: owner.address, bundleId: app.bundleId, label: 'c', saveAs });
const textOf = (body: string): string => (JSON.parse(body.slice(1)) as { readonly '#error': string })['#error'];

type Usage = { readonly collection: QuotaCollection; readonly charges: readonly QuotaCharge[] };
const usage = (app: TestApp, account: string, rows = false): Promise<Usage> => app.ask('Usage', { account, rows });

async function mirror(app: TestApp, id: string): Promise<QuotaCollection | undefined> {
  const { value, proofOps } = await app.app.application.query({ path: '/store/provisioning/key', data: Buffer.from(id), height: 0n, prove: true });
  assert(proofOps !== undefined && proofOps.ops.length > 0, 'it is proven');
  return value.length === 0 ? undefined : codecOf<QuotaCollection>('windlass.kernel.v1.QuotaCollection').decode(value);
}

test('one text from CheckTx, block, run and query: what does not fit is refused with provisioning/2', async t => {
  const app = await start(t);
  const ann = personOf(app, 0);
  const both = [await ann.sign([create(app, ann, 'a')]), await ann.sign([create(app, ann, 'b')])];
  const { txResults } = await app.block(both);
  assert.deepEqual(txResults.map(({ code }) => code), [0, 0], 'the block does not know yet what the run before it will use');
  const [first, second] = [await app.outcome(1n), await app.outcome(2n)];
  assert.equal(first.state, 3);
  const text = `quota exceeded (provisioning/2): creating vat "c" needs 1 vat; account ${ann.address} has 0 free of 1. Nothing was charged. Terminate or shrink a vat, or ask for a larger limit.`;
  assert.equal(textOf(second.result?.body ?? ''), text);
  const refused = await app.send(ann, [create(app, ann, 'c')]);
  assert.deepEqual([refused.codespace, refused.code, refused.log.includes(text)], ['provisioning', 2, true], refused.log);
  const checked = await app.app.application.checkTx({ tx: await ann.sign([create(app, ann, 'd')]), type: 0 });
  assert.deepEqual([checked.codespace, checked.code, checked.log], [refused.codespace, refused.code, text]);
  ann.sequence -= 1;
  const value = codecOf<object>('windlass.kernel.v1.MsgCreateVat').encode(create(app, ann, 'e').value as object);
  const { verdicts } = await app.ask<{ verdicts: object[] }>('Explain', { messages: [{ typeUrl: '/windlass.kernel.v1.MsgCreateVat', value }] });
  assert.deepEqual(verdicts, [{ typeUrl: '/windlass.kernel.v1.MsgCreateVat', fits: false, code: 2, text }]);
});

test('more is sold at its price, and the account, its charges and the chain are shown and proven', async t => {
  const app = await start(t);
  const ann = personOf(app, 0);
  await app.outcome(await app.act(ann, 'MsgCreateVat', create(app, ann, 'a').value as object));
  const free = await app.send(ann, [msg('MsgRequestQuota', { account: ann.address, dimension: 'vats', amount: 3n, maxPrice: { denom: 'uwind', amount: '7' } })]);
  assert.match(free.log, /it costs 8uwind, which is more than max_price/);
  const other = await app.send(ann, [msg('MsgRequestQuota', { account: ann.address, dimension: 'storage_bytes', amount: 3n })]);
  assert.match(other.log, /storage_bytes is not sold here/);
  const id = await app.act(ann, 'MsgRequestQuota', { account: ann.address, dimension: 'vats', amount: 3n, maxPrice: { denom: 'uwind', amount: '100' } });
  const before = await app.balance(ann.address);
  assert.equal((await app.outcome(id)).state, 3);
  assert.equal((await app.balance(ann.address)) - before, 92n, 'what is over comes back');
  const { collection, charges } = await usage(app, ann.address, true);
  const [vats] = collection.usage;
  assert.deepEqual([vats?.used, vats?.limit, vats?.isDefault, /^\d+ raised by request$/.test(vats?.note ?? '')], [1n, 4n, false, true]);
  assert.deepEqual(charges.map(({ token, cause, height }) => [token, cause, height > 0n]), [['run.v1.1', 'vat "c" was created', true], ['storage.v1.1', 'vat "c" was created', true], ['vat.v1.1', 'vat "c" was created', true]]);
  await app.block(); // what is proven is of the block before the last
  const kept = await mirror(app, `account:${ann.address}`);
  assert.deepEqual(kept?.usage.map(({ used }) => used), collection.usage.map(({ used }) => used));
  assert.deepEqual([kept?.usage[0]?.limit, kept?.usage[0]?.aboveDefault], [0n, 3n], 'what was bought, without the default that it comes on top of');
  assert.equal(await mirror(app, 'account:nobody'), undefined, 'that there is none is proven, too');
  const { chain, promised } = await app.ask<{ chain: QuotaCollection; promised: object[] }>('Capacity', {});
  assert.deepEqual([chain.usage[0]?.used, promised], [1n, [{ dimension: 'vats', limit: 4n }]]);
  const history = (token: string) => app.ask<{ state: string; lastGeneration: bigint }>('History', { token });
  assert.deepEqual([(await history('run.v1.1')).state, (await history('run.v1.2')).state], ['held', 'unused']);
  await app.outcome(await app.act(ann, 'MsgUpgradeVat', { owner: ann.address, vatId: 'v1', bundleId: app.bundleId }));
  assert.deepEqual([(await history('run.v1.1')).state, (await history('run.v1.2')).state], ['spent', 'held']);
  const empty = await usage(app, personOf(app, 3).address);
  assert.deepEqual([empty.collection.usage[0]?.used, empty.collection.usage[0]?.limit], [0n, 1n], 'who has nothing yet has the defaults');
});

test('F33: bytes of a bundle are the account\'s that sent its last chunk, and too many are refused', async t => {
  const app = await start(t);
  const ann = personOf(app, 0);
  const { bundleId, zip } = await bundleVat('echo');
  const install = msg('MsgInstallBundle', { submitter: ann.address, bundleId, chunkIndex: 0, chunkCount: 1, data: zip });
  const refused = await app.send(ann, [install], '90000000');
  assert.deepEqual([refused.codespace, refused.code], ['provisioning', 2], refused.log);
  assert.match(refused.log, /KiB of bundles; account windlass1.* has 1000 B free of 1000 B\. Nothing was charged\. Ask for a larger limit\./);
  const wide = await start(t, {});
  const wideAnn = personOf(wide, 0);
  assert.equal((await wide.send(wideAnn, [msg('MsgInstallBundle', { ...(install.value as object), submitter: wideAnn.address })], '90000000')).code, 0);
  await wide.block();
  const { collection } = await usage(wide, wideAnn.address);
  assert.equal(collection.usage.find(({ dimension }) => dimension === 'bundle_bytes')?.used, BigInt(zip.length));
});

test('F13, F14, F35: what is checked, simulated, proposed, or executed and dropped leaves no trace; a height that is saved is not executed again', async t => {
  const [busy, calm] = [await start(t), await start(t)];
  const [ann, quiet] = [personOf(busy, 0), personOf(calm, 0)];
  const tx = await ann.sign([create(busy, ann, 'a')]);
  const other = await personOf(busy, 1).sign([create(busy, personOf(busy, 1), 'x')]);
  const { application } = busy.app;
  await application.checkTx({ tx, type: 0 });
  await application.checkTx({ tx: other, type: 0 });
  await application.prepareProposal({ ...proposalOf(busy, [tx, other]) });
  await busy.query('/app/simulate', other);
  await busy.finalize([other, tx]); // another round's block, which was not decided
  const hashes: string[] = [];
  for (const [app, txs] of [[busy, [tx]], [calm, [await quiet.sign([create(calm, quiet, 'a')])]]] as const) {
    await app.block(txs);
    await app.block();
    hashes.push(Buffer.from((await app.block()).appHash).toString('hex'));
  }
  assert.equal(hashes[0], hashes[1]);
  const saved = await mirror(busy, `account:${ann.address}`);
  await assert.rejects(async () => busy.app.application.finalizeBlock({ ...busy.request([]), height: busy.app.height }));
  assert.deepEqual(await mirror(busy, `account:${ann.address}`), saved);
});

const proposalOf = (app: TestApp, txs: readonly Uint8Array[]) => ({
  maxTxBytes: 1_000_000n, txs: [...txs], localLastCommit: undefined, misbehavior: [], height: app.app.height + 1n, time: { seconds: 1_700_000_000n, nanos: 0 }, nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
});

test('F15, F28: a commit that is cut off at any step leaves the ledger of the block before or after, and a start audits it', async t => {
  for (const step of ['before-blobs', 'before-heaps', 'before-batch', 'after-batch', 'after-heaps']) {
    let cuts = false;
    const app = await start(t, twoVats, { onCommitStep: at => { if (cuts && at === step) throw new Error('cut off'); } });
    const ann = personOf(app, 0);
    await app.send(ann, [create(app, ann, 'a')]);
    cuts = true;
    const { appHash } = await app.finalize();
    await assert.rejects(async () => app.app.application.commit(), /cut off/);
    await app.close();
    const again = await openTestApp({ dataFrom: app.data, stopsAtLedgerFault: true });
    t.after(() => again.end());
    if (!step.startsWith('after')) assert.deepEqual((await again.block()).appHash, appHash, 'executed again it is the same block');
    assert.equal((await usage(again, ann.address)).collection.usage[0]?.used, 1n, step);
  }
});
