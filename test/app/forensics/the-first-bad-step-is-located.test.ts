/** Two applications with the same blocks, of which one goes wrong in one block: its bundle and three peers say where, exactly. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { compareBundle } from '../../../app/forensics/compare-bundle.js';
import type { Comparison } from '../../../app/forensics/compare-with-peers.js';
import { decodeLadder, encodeLadder, type Ladder } from '../../../app/forensics/ladder.js';
import { makePeerRpc } from '../../../app/forensics/peers.js';
import type { Summary } from '../../../app/forensics/summary.js';
import { invoke, msg, type Person } from '../host/support.js';
import { script } from '../host/puppet.js';
import { changedBalance, exchangedOrder, flippedResult, otherComputrons, wrongCount, type Fault } from './faults.js';
import { makeWorld, servePeer, type Answer, type World } from './worlds.js';

/** Two vats, then a block in which both are called: what it asks for is done in the run of the next one, which goes wrong. */
const blocks: Uint8Array[][] = [];
const wrongAt = 8;
const ends: (() => unknown)[] = [];
let healthy: World;
const hashes: string[] = [];
const untilTheEnd = { after: (act: () => unknown) => { ends.unshift(act); } } as unknown as TestContext;

before(async () => {
  healthy = await makeWorld(untilTheEnd);
  const [ann] = healthy.test.people as [Person];
  const create = (name: string) => ann.sign([msg('MsgCreateVat', { owner: ann.address, bundleId: healthy.test.bundleId, label: name, saveAs: name })]);
  const call = (name: string) => ann.sign([invoke(ann, name, 'go', script([['vatstoreGet', 'other'], ['vatstoreGet', 'k'], ['vatstoreSet', 'k', 'right']]))]);
  blocks.push([await create('one'), await create('two')], [], [], []);
  blocks.push([await call('one')], [await call('two')], [await call('one'), await call('two')], []);
  for (const txs of blocks) hashes.push(await healthy.block(txs));
  await healthy.block(); // which proves that the last one was agreed
});
after(async () => {
  for (const end of ends) await end();
});

type Diverged = { readonly world: World; readonly summary: Summary };

/** The same blocks, with the fault in the last run and block; its incident, with what the chain has. */
async function diverge(t: TestContext, fault: Fault): Promise<Diverged> {
  const world = await makeWorld(t, fault.puppets ? { puppets: fault.puppets } : {});
  for (const [index, txs] of blocks.entries()) {
    const height = index + 1;
    const between = height === wrongAt - 1 ? () => fault.on() : () => fault.off();
    const appHash = await world.block(txs, between);
    if (height < wrongAt) assert.equal(appHash, hashes[index], `height ${height} is not wrong yet`);
    else assert.notEqual(appHash, hashes[index]);
  }
  const { id } = world.forensics.save('manual', 'a test');
  const summary = world.forensics.bundles.update(id, { theirs: { appHash: hashes[wrongAt - 1] as string, source: 'a test', isVerified: true }, isBeforeAgreed: true });
  return { world, summary };
}

async function compared(t: TestContext, { world, summary }: Diverged, peers?: readonly string[]): Promise<Comparison> {
  const urls = peers ?? (await Promise.all([1, 2, 3].map(() => servePeer(t, healthy))));
  const { comparison } = await compareBundle(world.forensics.bundles, summary, urls.map(url => makePeerRpc(url, 60_000)), 0);
  assert.ok(comparison);
  return comparison;
}

const apart = ({ stores }: Comparison): string[] => stores.filter(({ isSame }) => !isSame).map(({ name }) => name);

test('a flipped answer to a syscall', async t => {
  const comparison = await compared(t, await diverge(t, flippedResult()));
  const { finding } = comparison;
  assert.equal(comparison.verdict, 'result', JSON.stringify(comparison, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)));
  assert.deepEqual([finding?.kind, finding?.difference?.type, finding?.difference?.syscall, finding?.agreeing, finding?.told], ['crank', 'syscall-result', 1, 3, 3]);
  assert.match(finding?.difference?.vat ?? '', /^v\d+$/);
  assert.deepEqual(finding?.difference?.fields.map(({ path, ours, theirs }) => [path, ours, theirs]), [['vsr[1]', 'wrong', 'right']]);
  assert.deepEqual(apart(comparison), ['kernel']);
});

test('a wrong count of references', async t => {
  const comparison = await compared(t, await diverge(t, wrongCount()));
  assert.equal(comparison.verdict, 'kv-only', JSON.stringify(comparison));
  const [row] = comparison.finding?.difference?.rows ?? [];
  assert.match(row?.key ?? '', /^p\./);
  assert.notEqual(row?.ours, row?.theirs);
});

test('a changed balance', async t => {
  const comparison = await compared(t, await diverge(t, changedBalance()));
  assert.deepEqual([comparison.verdict, apart(comparison), comparison.finding], ['store-only', ['bank'], undefined]);
});

test('another count of computrons', async t => {
  const comparison = await compared(t, await diverge(t, otherComputrons()));
  assert.equal(comparison.verdict, 'meter', JSON.stringify(comparison));
  assert.deepEqual(comparison.finding?.difference?.fields.map(({ path, ours, theirs }) => [path, Number(ours) - Number(theirs)]), [['compute', 1]]);
});

test('an exchanged order', async t => {
  const comparison = await compared(t, await diverge(t, exchangedOrder()));
  assert.equal(comparison.verdict, 'schedule', JSON.stringify(comparison));
});

test('the same fault on two nodes has one name, another fault another one', async t => {
  const ids = [await diverge(t, flippedResult()), await diverge(t, flippedResult()), await diverge(t, wrongCount())].map(({ summary }) => summary.id);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
});

const onLadder = (change: (ladder: Ladder) => Ladder) => (path: string, answer: Answer): Answer => (path.startsWith('/forensics/ladder/') ? { ...answer, value: encodeLadder(change(decodeLadder(answer.value))) } : answer);
const onCrank = (change: (text: string) => string) => (path: string, answer: Answer): Answer => (path.startsWith('/forensics/crank/') ? { ...answer, value: Buffer.from(change(Buffer.from(answer.value).toString())) } : answer);
const zero = '00'.repeat(32);

test('peers that lie are named, and why; peers that are silent too; one that is honest is enough', async t => {
  const diverged = await diverge(t, flippedResult());
  const twists: readonly (readonly [RegExp, (path: string, answer: Answer) => Answer])[] = [
    [/its steps do not end/, onLadder(ladder => ({ ...ladder, steps: ladder.steps.map((step, index) => (index === 0 ? { ...step, hash: zero } : step)) }))],
    [/its steps do not end/, onLadder(ladder => ({ ...ladder, steps: ladder.steps.slice(1) }))],
    [/store roots/, onLadder(ladder => ({ ...ladder, stores: ladder.stores.map(store => ({ ...store, root: zero })) }))],
    [/activity hash is not proven/, onLadder(ladder => ({ ...ladder, activity: zero }))],
    [/another activity hash than the block before/, onLadder(ladder => ({ ...ladder, activityBefore: zero }))],
    [/another AppHash/, onLadder(ladder => ({ ...ladder, appHash: zero }))],
    [/of height 1/, onLadder(ladder => ({ ...ladder, height: 1n }))],
    [/no ladder/, (_path, answer) => ({ ...answer, value: Buffer.from('anything') })],
    [/do not give its hash/, onCrank(text => text.replace('"set"', '"hash"'))],
  ];
  const liars = await Promise.all(twists.map(([, twist]) => servePeer(t, healthy, twist)));
  const honest = await servePeer(t, healthy);
  const comparison = await compared(t, diverged, [...liars, 'http://127.0.0.1:1', honest]);
  const standingOf = (url: string) => comparison.peers.find(peer => peer.url === url);
  for (const [index, [reason]] of twists.entries()) {
    const standing = standingOf(liars[index] as string);
    assert.equal(standing?.state, 'lies', `${reason}`);
    assert.match(standing.reason ?? '', reason);
  }
  assert.equal(standingOf('http://127.0.0.1:1')?.state, 'silent');
  assert.deepEqual([standingOf(honest)?.state, comparison.verdict, comparison.finding?.told], ['agrees', 'result', 1]);
});

test('kinds of steps, which are under no hash, decide nothing', async t => {
  const liar = await servePeer(t, healthy, onLadder(ladder => ({ ...ladder, steps: ladder.steps.map(step => ({ ...step, kind: 'intake' })) })));
  const diverged = await diverge(t, flippedResult());
  for (const peers of [[liar], [liar, await servePeer(t, healthy), await servePeer(t, healthy)]]) {
    const comparison = await compared(t, diverged, peers);
    assert.deepEqual([comparison.verdict, comparison.finding?.kind, comparison.finding?.told], ['result', 'crank', peers.length]);
  }
});

test('what is not under the hash is told by most', async t => {
  const liar = await servePeer(t, healthy, onCrank(text => text.replace('"right"]', '"wrong"]')));
  const comparison = await compared(t, await diverge(t, flippedResult()), [liar, await servePeer(t, healthy), await servePeer(t, healthy)]);
  assert.deepEqual([comparison.verdict, comparison.finding?.agreeing, comparison.finding?.told], ['result', 2, 3]);
});

test('nobody is told of a block that is not known to be agreed, of one that is gone, or too often', async () => {
  const ask = async (path: string): Promise<number> => (await healthy.application.query({ path, data: new Uint8Array(0), height: 0n, prove: false })).code;
  assert.equal(await ask(`/forensics/ladder/${wrongAt}`), 0);
  assert.notEqual(await ask(`/forensics/ladder/${wrongAt + 1}`), 0, 'its next block has not come');
  assert.notEqual(await ask('/forensics/ladder/0'), 0);
  assert.notEqual(await ask(`/forensics/crank/${wrongAt}/99999`), 0);
  assert.notEqual(await ask('/forensics/other'), 0);
  const codes = await Promise.all(Array.from({ length: 200 }, () => ask(`/forensics/ladder/${wrongAt}`)));
  assert.ok(codes.some(code => code !== 0), 'there is a limit');
});
