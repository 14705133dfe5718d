import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Event } from '@cosmjs/stargate';
import { actionIdOf, actionState, bundle, bundleChunks, chunkBytesMax, encodeArgs, installBundle, vatState, waitForOutcome, type BundleData, type Outcome } from '../../../app/client/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { connectStranger, kernelMsg, outcomeMs, type Stranger } from './client.js';
import { startTestNode, until, type EngineName, type TestNode } from '../../support/node.js';

const comet = await cometOrReason();
const counterFile = join(packageRoot, 'test', 'vats', 'counter.js');

const invocation = (who: Stranger, target: string, method: string, args: unknown[] = [], saveAs = ''): object =>
  ({ sender: who.address, target, method, args: encodeArgs(args), saveAs, funds: [] });
const invoke = (who: Stranger, target: string, method: string, args: unknown[] = [], saveAs = ''): Promise<Outcome> =>
  who.outcomeOf('MsgInvoke', invocation(who, target, method, args, saveAs));
const fulfilled = (outcome: Outcome, body: string, slots: readonly string[] = []): void =>
  assert.deepEqual([outcome.state, outcome.result?.body, outcome.result?.slots], ['fulfilled', body, slots]);
const rejected = (outcome: Outcome, text: string): void =>
  assert.deepEqual([outcome.state, outcome.result?.body], ['rejected', `#${JSON.stringify({ '#error': text, name: 'Error' })}`]);
const nothing = '#"#undefined"';

const names = async (who: Stranger): Promise<string[]> => (await who.kernel.capabilities(who.address)).capabilities.map(({ name }) => name).filter(name => !name.startsWith('home.'));

type Attributes = Readonly<Record<string, string>>;
const attributesOf = (events: readonly Event[]): Attributes[] =>
  events.filter(({ type }) => type === 'windlass.kernel.v1.EventAction').map(({ attributes }) => Object.fromEntries(attributes.map(({ key, value }) => [key, value])));

/** A contract with so much text in it that its bundle takes three chunks. */
async function bigBundle(): Promise<BundleData> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-big-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(packageRoot, 'node_modules', '@endo'), join(folder, 'node_modules', '@endo'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'big', version: '1.0.0', type: 'module', dependencies: { '@endo/far': '*' } }));
    const text = Array.from({ length: 90_000 }, (_, index) => (index * 7919).toString(36).padStart(10, '.')).join('');
    writeFileSync(join(folder, 'big.js'), `import { Far } from '@endo/far';\nconst text = '${text}';\nexport const buildRootObject = () => Far('big', { length: () => text.length });\n`);
    return await bundle(join(folder, 'big.js'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const engine of ['embedded', 'cometbft'] as const satisfies readonly EngineName[]) {
  describe(engine, { skip: engine === 'cometbft' ? comet.skip : false }, () => {
    let started: Promise<TestNode> | undefined;
    let counter: Promise<BundleData> | undefined;
    const node = (): Promise<TestNode> => (started ??= startTestNode({ engine }));
    const stranger = async (index: number): Promise<Stranger> => connectStranger((await node()).rpcUrl, index);
    after(async () => (await started)?.dispose());

    async function withCounter(who: Stranger, saveAs: string): Promise<Outcome> {
      counter ??= bundle(counterFile);
      await installBundle(who.client, who.address, await counter, 'auto');
      return who.outcomeOf('MsgCreateVat', { owner: who.address, bundleId: (await counter).bundleId, label: 'counter', saveAs });
    }

    test('a bundle is installed, a vat made and called; action, events, names and vat can be asked for', async () => {
      const alice = await stranger(0);
      fulfilled(await withCounter(alice, 'counter'), '#"$0.Alleged: root"', ['counter']);
      assert.deepEqual(await names(alice), ['counter', 'counter.admin']);
      const sent = await alice.sendKernel('MsgInvoke', invocation(alice, 'counter', 'increment', [5n]));
      const id = actionIdOf(sent);
      const [queued, ...more] = attributesOf(sent.events);
      assert.deepEqual([queued, more], [{ action_id: `"${id}"`, sender: `"${alice.address}"`, state: '"ACTION_STATE_QUEUED"', msg_index: '0' }, []]);
      const outcome = await waitForOutcome(alice.client, id, { timeoutMs: outcomeMs });
      fulfilled(outcome, '#"+5"');
      assert.ok(outcome.settledHeight > BigInt(sent.height), 'no vat runs in the block that accepts');
      const { events } = await blockEvents(alice, outcome.settledHeight);
      assert.deepEqual(attributesOf(events).filter(({ action_id: of }) => of === `"${id}"`), [
        { action_id: `"${id}"`, sender: `"${alice.address}"`, state: '"ACTION_STATE_FULFILLED"', mode: 'EndBlock' },
      ]);
      const action = await alice.kernel.action(id);
      assert.deepEqual([action.sender, action.state, action.queuedHeight], [alice.address, actionState.fulfilled, BigInt(sent.height)]);
      const { vats } = await alice.kernel.vats(alice.address);
      assert.deepEqual(vats.map(({ label, owner, state, incarnation }) => [label, owner, state, incarnation]), [['counter', alice.address, vatState.running, 0]]);
      await assert.rejects(alice.kernel.action(999_999n), /rpc error: code = NotFound desc = action 999999 is unknown or expired/);
      const status = await alice.kernel.status();
      assert.ok(status.height > outcome.settledHeight - 1n && /^[0-9a-f]{64}$/.test(status.activityHash) && status.schemaVersion === 4, JSON.stringify(status, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
      assert.deepEqual([(await alice.kernel.params()).queueMax, (await alice.kernel.params()).computronsPerBlock], [1000, 300_000_000n]);
    });

    test('what a contract throws is the outcome; an unknown method too', async () => {
      const alice = await stranger(0);
      const outcome = await invoke(alice, 'counter', 'increment', [5]);
      assert.equal(outcome.state, 'rejected');
      assert.match(outcome.result?.body ?? '', /^#\{"#error":"/);
      assert.doesNotMatch(outcome.result?.body ?? '', /\\n|\.js:\d+/);
      assert.equal((await invoke(alice, 'counter', 'fly')).state, 'rejected');
      fulfilled(await invoke(alice, 'counter', 'read'), '#"+5"');
    });

    test('a granted capability lands where nobody can squat; it can be renamed, used and dropped', async () => {
      const alice = await stranger(0);
      const bob = await stranger(1);
      const sent = await alice.sendKernel('MsgGrantCapability', { sender: alice.address, name: 'counter', recipient: bob.address, saveAs: 'gift' });
      const id = actionIdOf(sent);
      fulfilled(await waitForOutcome(alice.client, id, { timeoutMs: outcomeMs }), nothing);
      assert.deepEqual(await names(bob), [`from.${id}.gift`]);
      fulfilled(await bob.outcomeOf('MsgRenameCapability', { sender: bob.address, name: `from.${id}.gift`, newName: 'mine' }), nothing);
      assert.deepEqual(await names(bob), ['mine']);
      fulfilled(await invoke(bob, 'mine', 'increment'), '#"+6"');
      fulfilled(await bob.outcomeOf('MsgDropCapability', { sender: bob.address, name: 'mine' }), nothing);
      assert.deepEqual(await names(bob), []);
      await assert.rejects(bob.sendKernel('MsgInvoke', invocation(bob, 'mine', 'read')), /unknown capability/);
      fulfilled(await invoke(alice, 'counter', 'read'), '#"+6"');
    });

    test('a public name serves everybody until its owner takes it back', async () => {
      const alice = await stranger(0);
      const bob = await stranger(1);
      await assert.rejects(bob.sendKernel('MsgInvoke', invocation(bob, '@count', 'read')), /unknown capability/);
      fulfilled(await invoke(alice, 'home.directory', 'publish', ['count', { $cap: 'counter' }]), nothing);
      fulfilled(await invoke(bob, '@count', 'read'), '#"+6"');
      fulfilled(await invoke(bob, 'home.directory', 'lookup', ['count'], 'found'), '#"$0.Alleged: root"', ['found']);
      rejected(await invoke(bob, 'home.directory', 'unpublish', ['count']), '@count belongs to somebody else');
      fulfilled(await invoke(alice, 'home.directory', 'unpublish', ['count']), nothing);
      await assert.rejects(bob.sendKernel('MsgInvoke', invocation(bob, '@count', 'read')), /unknown capability/);
    });

    test('published text is found at its path, and its children are listed', async () => {
      const alice = await stranger(2);
      fulfilled(await invoke(alice, 'home.storage', 'node', ['price'], 'price'), '#"$0.Alleged: storageNode"', ['price']);
      fulfilled(await invoke(alice, 'price', 'set', ['12 wind']), nothing);
      fulfilled(await invoke(alice, 'price', 'append', ['13 wind']), nothing);
      fulfilled(await invoke(alice, 'price', 'child', ['history'], 'history'), '#"$0.Alleged: storageNode"', ['history']);
      const written = await invoke(alice, 'history', 'set', ['ümlaut']);
      fulfilled(written, nothing);
      assert.equal((await alice.kernel.published(`${alice.address}.price`)).value, '12 wind\n13 wind');
      assert.deepEqual(await alice.kernel.published(`${alice.address}.price.history`), { value: 'ümlaut', height: written.settledHeight });
      assert.deepEqual(await alice.kernel.publishedChildren(alice.address), ['price']);
      assert.deepEqual(await alice.kernel.publishedChildren(`${alice.address}.price`), ['history']);
      fulfilled(await invoke(alice, 'price', 'delete'), nothing);
      await assert.rejects(alice.kernel.published(`${alice.address}.price`), /NotFound/);
      rejected(await invoke(alice, 'home.storage', 'node', ['a/b']), 'a path is dotted segments of A-Z a-z 0-9 _ -');
    });

    test('the timer tells block time and answers when it has come', async () => {
      const alice = await stranger(3);
      const now = await invoke(alice, 'home.timer', 'now');
      const seconds = BigInt(/^#"\+(\d+)"$/.exec(now.result?.body ?? '')?.[1] ?? '0');
      const blockTime = BigInt(Math.floor(Date.parse((await alice.client.getBlock(Number(now.settledHeight) - 1)).header.time) / 1000));
      assert.equal(seconds, blockTime, 'a run sees the time of the block before it');
      const woken = await invoke(alice, 'home.timer', 'delay', [1n]);
      assert.equal(woken.state, 'fulfilled');
      assert.ok(BigInt(/\+(\d+)/.exec(woken.result?.body ?? '')?.[1] ?? '0') > seconds);
    });

    test('home.vats makes vats too, and gives out the facet that ends them', async () => {
      const alice = await stranger(4);
      const { bundleId } = await (counter ??= bundle(counterFile));
      const made = await invoke(alice, 'home.vats', 'createVat', [bundleId, { label: 'second', parameters: { start: 40 } }], 'made');
      assert.equal(made.state, 'fulfilled', made.result?.body);
      const { capabilities } = await alice.kernel.capabilities(alice.address);
      const filed = capabilities.filter(({ name }) => name.startsWith('made'));
      const root = filed.find(({ ownerVatId }) => ownerVatId !== '')?.name as string;
      const admin = filed.find(({ iface }) => iface === 'Alleged: vatAdmin')?.name as string;
      assert.deepEqual([root, admin].sort(), ['made', 'made.1']);
      fulfilled(await invoke(alice, root, 'increment', [2n]), '#"+42"');
      fulfilled(await invoke(alice, admin, 'terminate', ['enough']), nothing);
      rejected(await invoke(alice, root, 'read'), 'vat terminated');
    });

    test('an upgrade keeps what is in baggage; a failed one changes nothing; termination ends the vat', async () => {
      const alice = await stranger(5);
      await withCounter(alice, 'durable');
      fulfilled(await invoke(alice, 'durable', 'increment', [9n]), '#"+9"');
      const vatId = (await alice.kernel.vats(alice.address)).vats[0]?.vatId as string;
      const failing = await bundle(join(packageRoot, 'test', 'vats', 'fails-to-start.js'));
      await installBundle(alice.client, alice.address, failing, 'auto');
      const upgrade = (bundleId: string): Promise<Outcome> => alice.outcomeOf('MsgUpgradeVat', { owner: alice.address, vatId, bundleId, upgradeMessage: 'next' });
      const failed = await upgrade(failing.bundleId);
      assert.deepEqual([failed.state, /vat-upgrade failure/.test(failed.result?.body ?? '')], ['rejected', true], failed.result?.body);
      fulfilled(await upgrade((await (counter ??= bundle(counterFile))).bundleId), '#{"incarnationNumber":1}');
      fulfilled(await invoke(alice, 'durable', 'read'), '#"+9"');
      assert.equal((await alice.kernel.vat(vatId)).incarnation, 1);
      fulfilled(await alice.outcomeOf('MsgTerminateVat', { owner: alice.address, vatId, reason: 'done' }), nothing);
      rejected(await invoke(alice, 'durable', 'read'), 'vat terminated');
    });

    test('a bundle of three chunks is installed out of order by hand, and by installBundle where it was left off', async () => {
      const alice = await stranger(6);
      const bob = await stranger(7);
      const big = await bigBundle();
      const chunks = bundleChunks(alice.address, big);
      assert.deepEqual([chunks.length, chunks[0]?.data.length], [3, chunkBytesMax]);
      const status = (): Promise<unknown> => alice.kernel.bundle(big.bundleId, alice.address).then(({ installed, missingChunks }) => [installed, missingChunks]);
      const send = (index: number): Promise<unknown> => alice.client.signAndBroadcast(alice.address, [kernelMsg('MsgInstallBundle', chunks[index] as object)], 'auto').then(({ code, rawLog }) => [code, rawLog]);
      assert.deepEqual([await send(2), await status()], [[0, ''], [false, [0, 1]]]);
      assert.deepEqual([await send(2), await status()], [[0, ''], [false, [0, 1]]]);
      assert.deepEqual([await send(0), await status()], [[0, ''], [false, [1]]]);
      await bob.client.signAndBroadcast(bob.address, [kernelMsg('MsgInstallBundle', bundleChunks(bob.address, big)[1] as object)], 'auto');
      assert.deepEqual(await status(), [false, [1]], 'chunks of somebody else do not count');
      const progress: number[] = [];
      await installBundle(alice.client, alice.address, big, 'auto', ({ done }) => { progress.push(done); });
      assert.deepEqual([progress, await status()], [[2, 3], [true, []]]);
      await installBundle(bob.client, bob.address, big, 'auto');
      fulfilled(await alice.outcomeOf('MsgCreateVat', { owner: alice.address, bundleId: big.bundleId, label: 'big', saveAs: 'big' }), '#"$0.Alleged: root"', ['big']);
      fulfilled(await invoke(alice, 'big', 'length'), '#900000');
    });
  });
}

async function blockEvents({ comet: client }: Stranger, height: bigint): Promise<{ events: Event[] }> {
  const results = await until(`results of block ${height}`, async () => {
    try {
      return (await client.blockResults(Number(height))) as unknown as { finalizeBlockEvents?: Event[]; beginBlockEvents?: Event[]; endBlockEvents?: Event[] };
    } catch (error) {
      if (/must be less than|could not find/.test(String(error))) return undefined; // the RPC follows the application
      throw error;
    }
  });
  return { events: [...(results.finalizeBlockEvents ?? []), ...(results.beginBlockEvents ?? []), ...(results.endBlockEvents ?? [])] };
}
