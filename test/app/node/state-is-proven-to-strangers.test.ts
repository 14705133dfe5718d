import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ics23, iavlSpec, tendermintSpec, verifyMembership, verifyNonMembership } from '@confio/ics23';
import { fromBech32 } from '@cosmjs/encoding';
import { actionIdOf, bundle, encodeArgs, installBundle, waitForOutcome, type Action } from '../../../app/client/index.js';
import { codecOf } from '../../../app/client/codecs.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { connectStranger, outcomeMs, type Stranger } from './client.js';
import { startTestNode, until, type EngineName, type TestNode } from '../../support/node.js';

const comet = await cometOrReason();
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const concat = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const uint64 = (value: bigint): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return Uint8Array.from(bytes);
};

type Op = { readonly type: string; readonly key: Uint8Array; readonly data: Uint8Array };
type Proven = { readonly store: string; readonly key: Uint8Array; readonly value: Uint8Array; readonly height: bigint; readonly ops: readonly Op[]; readonly appHash: Uint8Array };

/** Asks for a value with its proof, and for the header that has the AppHash it is to be checked with. */
async function prove({ comet: client }: Stranger, store: string, key: Uint8Array, height?: number): Promise<Proven> {
  const { code, log, value, proof, height: at } = await client.abciQuery({ path: `/store/${store}/key`, data: key, prove: true, ...(height === undefined ? {} : { height }) });
  assert.equal(code, 0, log);
  assert.ok(proof && at !== undefined);
  const header = await until(`header ${at + 1}`, async () => {
    const { lastHeight } = await client.blockchain();
    return lastHeight > at ? (await client.block(at + 1)).block.header : undefined;
  });
  return { store, key, value, height: BigInt(at), ops: proof.ops, appHash: header.appHash };
}

/** What a light client does, with a library of strangers: the tree's root under the AppHash, then the key under that root. */
function verifies({ store, key, value, ops, appHash }: Proven): boolean {
  const [tree, simple, ...more] = ops;
  if (!tree || !simple || more.length > 0 || tree.type !== 'ics23:iavl' || simple.type !== 'ics23:simple') return false;
  try {
    const treeProof = ics23.CommitmentProof.decode(tree.data);
    const simpleProof = ics23.CommitmentProof.decode(simple.data);
    const root = simpleProof.exist?.value;
    if (!root || !verifyMembership(simpleProof, tendermintSpec, appHash, utf8(store), root)) return false;
    return value.length === 0 ? verifyNonMembership(treeProof, iavlSpec, root, key) : verifyMembership(treeProof, iavlSpec, root, key, value);
  } catch {
    return false; // bytes that do not decode prove nothing either
  }
}

const flipped = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** True as it is, and false with one bit changed in the value, the key, the AppHash, the store's name, or in any byte of either proof. */
function assertProven(proven: Proven): void {
  const { key, value, appHash, ops } = proven;
  assert.ok(verifies(proven), `${proven.store}/${Buffer.from(key).toString('hex')} at ${proven.height}`);
  assert.ok(!verifies({ ...proven, appHash: flipped(appHash, 7) }), 'another AppHash');
  assert.ok(!verifies({ ...proven, store: proven.store === 'bank' ? 'acc' : 'bank' }), 'another store');
  if (value.length > 0) {
    assert.ok(!verifies({ ...proven, key: flipped(key, key.length - 1) }), 'another key');
    for (const at of [0, value.length >> 1, value.length - 1]) assert.ok(!verifies({ ...proven, value: flipped(value, at) }), `byte ${at} of the value`);
    assert.ok(!verifies({ ...proven, value: new Uint8Array(0) }), 'an existing key is not absent');
  } else {
    assert.ok(!verifies({ ...proven, value: utf8('something') }), 'an absent key has no value');
  }
  for (const [which, { data }] of ops.entries()) {
    let changes = 0;
    for (let at = 0; at < data.length; at += 1) {
      const changed = flipped(data, at);
      if (sameMeaning(changed, data)) continue;
      changes += 1;
      assert.ok(!verifies({ ...proven, ops: ops.map((op, index) => (index === which ? { ...op, data: changed } : op)) }), `byte ${at} of proof ${which}`);
    }
    assert.ok(changes > data.length / 2);
  }
}

/** The library's decoder reads some byte strings alike; and in a proof of absence the verifier's own key counts, not the one that is written there. */
function sameMeaning(a: Uint8Array, b: Uint8Array): boolean {
  const canonical = (bytes: Uint8Array): Buffer => {
    const proof = ics23.CommitmentProof.decode(bytes);
    if (proof.nonexist) proof.nonexist.key = new Uint8Array(0);
    return Buffer.from(ics23.CommitmentProof.encode(proof).finish());
  };
  try {
    return canonical(a).equals(canonical(b));
  } catch {
    return false; // what does not decode means nothing
  }
}

for (const engine of ['embedded', 'cometbft'] as const satisfies readonly EngineName[]) {
  describe(engine, { skip: engine === 'cometbft' ? comet.skip : false }, () => {
    let started: Promise<TestNode> | undefined;
    const node = (): Promise<TestNode> => (started ??= startTestNode({ engine }).then(async running => {
      await running.waitForHeight(4n); // the SDK proves nothing at height 1
      return running;
    }));
    const stranger = async (index: number): Promise<Stranger> => connectStranger((await node()).rpcUrl, index);
    after(async () => (await started)?.dispose());

    test('a balance and an account are proven, and that a stranger has none', async () => {
      const alice = await stranger(0);
      const address = fromBech32(alice.address).data;
      const nobody = new Uint8Array(20).fill(0x5a);
      const balanceKey = (of: Uint8Array): Uint8Array => concat(Uint8Array.of(2, of.length), of, utf8('uwind'));
      const balance = await prove(alice, 'bank', balanceKey(address));
      assert.equal(Buffer.from(balance.value).toString(), (await alice.client.getBalance(alice.address, 'uwind')).amount);
      assertProven(balance);
      const account = await prove(alice, 'acc', concat(Uint8Array.of(1), address));
      assert.ok(Buffer.from(account.value).includes(alice.address));
      assertProven(account);
      for (const absent of [await prove(alice, 'bank', balanceKey(nobody)), await prove(alice, 'acc', concat(Uint8Array.of(1), nobody))]) {
        assert.equal(absent.value.length, 0);
        assertProven(absent);
      }
    });

    test('the outcome of an action is proven at the height it settled, and that a later one has none', async () => {
      const alice = await stranger(1);
      const counter = await bundle(join(packageRoot, 'test', 'vats', 'counter.js'));
      await installBundle(alice.client, alice.address, counter, 'auto');
      await alice.outcomeOf('MsgCreateVat', { owner: alice.address, bundleId: counter.bundleId, label: 'counter', saveAs: 'counter' });
      const sent = await alice.sendKernel('MsgInvoke', { sender: alice.address, target: 'counter', method: 'increment', args: encodeArgs([3n]), saveAs: '', funds: [] });
      const id = actionIdOf(sent);
      const outcome = await waitForOutcome(alice.client, id, { timeoutMs: outcomeMs });
      const actionKey = (of: bigint): Uint8Array => concat(utf8('action/'), uint64(of));
      const proven = await prove(alice, 'kernel', actionKey(id), Number(outcome.settledHeight));
      assert.equal(proven.height, outcome.settledHeight);
      const action = codecOf<Action>('windlass.kernel.v1.QueryActionResponse').decode(proven.value);
      assert.deepEqual([action.actionId, action.sender, action.result], [id, alice.address, { body: '#"+3"', slots: [] }]);
      assert.deepEqual(action, await alice.kernel.action(id));
      assertProven(proven);
      const waiting = await prove(alice, 'kernel', actionKey(id), sent.height);
      assert.deepEqual(codecOf<Action>('windlass.kernel.v1.QueryActionResponse').decode(waiting.value).result, undefined);
      assertProven(waiting);
      const later = await prove(alice, 'kernel', actionKey(id + 1000n));
      assert.equal(later.value.length, 0);
      assertProven(later);
    });

    test('what all of the kernel hashes to is proven', async () => {
      const alice = await stranger(2);
      const activity = await prove(alice, 'kernel', utf8('activity'));
      assert.equal(activity.value.length, 32);
      assertProven(activity);
      const digest = await prove(alice, 'kernel', utf8('digest'));
      assert.equal(digest.value.length, 32);
      assertProven(digest);
    });

    test('published text is proven at its path, and that a path is empty', async () => {
      const alice = await stranger(3);
      const invoke = (target: string, method: string, args: unknown[], saveAs = ''): Promise<unknown> =>
        alice.outcomeOf('MsgInvoke', { sender: alice.address, target, method, args: encodeArgs(args), saveAs, funds: [] });
      await invoke('home.storage', 'node', ['feed'], 'feed');
      await invoke('feed', 'set', ['42']);
      const path = `${alice.address}.feed`;
      const height = await until('a height to prove', async () => {
        const { height: written } = await alice.kernel.published(path);
        return (await alice.client.getHeight()) > Number(written) ? Number(written) : undefined;
      });
      const text = await prove(alice, 'storage', utf8(path), height);
      assert.deepEqual(codecOf('windlass.kernel.v1.QueryPublishedResponse').decode(text.value), { value: '42', height: BigInt(height) });
      assertProven(text);
      const empty = await prove(alice, 'storage', utf8(`${path}.more`));
      assert.equal(empty.value.length, 0);
      assertProven(empty);
    });
  });
}
