import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bundle, encodeArgs, installBundle, vatState, type Outcome } from '../../../app/client/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { makeDevHome, startTestNode, type TestNode } from '../../support/node.js';
import { connectStranger, type Stranger } from './client.js';

let home: string;
let node: TestNode;
let good: Stranger;
let bad: Stranger;
const bundleIds = new Map<string, string>();

before(async () => {
  home = await makeDevHome('embedded');
  node = await startTestNode({ home });
  [good, bad] = await Promise.all([connectStranger(node.rpcUrl, 0), connectStranger(node.rpcUrl, 1)]);
  for (const name of ['counter', 'misbehaver', 'spammer']) {
    const made = await bundle(join(packageRoot, 'test', 'vats', `${name}.js`));
    bundleIds.set(name, made.bundleId);
    await installBundle(good.client, good.address, made, 'auto');
  }
  await create(good, 'counter', 'counter');
});
after(async () => {
  await node.dispose();
  rmSync(home, { recursive: true, force: true });
});

async function create(who: Stranger, contract: string, saveAs: string): Promise<void> {
  const outcome = await who.outcomeOf('MsgCreateVat', { owner: who.address, bundleId: bundleIds.get(contract), label: saveAs, saveAs });
  assert.equal(outcome.state, 'fulfilled', outcome.result?.body);
}
const invoke = (who: Stranger, target: string, method: string, args: unknown[] = []): Promise<Outcome> =>
  who.outcomeOf('MsgInvoke', { sender: who.address, target, method, args: encodeArgs(args), saveAs: '', funds: [] });
const stateOf = async (who: Stranger, label: string): Promise<number | undefined> => (await who.kernel.vats(who.address)).vats.find(vat => vat.label === label)?.state;

const terminated = '#{"#error":"vat terminated","name":"Error"}';
let counted = 0;
async function othersAreFine(): Promise<void> {
  counted += 1;
  const outcome = await invoke(good, 'counter', 'increment');
  assert.deepEqual([outcome.state, outcome.result?.body], ['fulfilled', `#"+${counted}"`]);
  const height = await node.height();
  await node.waitForHeight(height + 2n);
}

for (const [contract, method, args] of [
  ['misbehaver', 'loop', []],
  ['misbehaver', 'recurse', []],
  ['misbehaver', 'allocate', []],
  ['spammer', 'store', [200_000, 10]],
  ['spammer', 'store', [1000, 100_000]],
] as const) {
  test(`${contract}.${method}(${args.join(', ')}) ends its vat, and nothing else`, async () => {
    const name = `${contract}-${method}-${args.length === 0 ? 0 : args[0]}`.toLowerCase();
    await create(bad, contract, name);
    const outcome = await invoke(bad, name, method, [...args]);
    assert.deepEqual([outcome.state, outcome.result], ['rejected', { body: terminated, slots: [] }]);
    assert.notEqual(await stateOf(bad, name), vatState.running);
    const later = await invoke(bad, name, 'throwError', ['anybody there?']);
    assert.deepEqual([later.state, later.result?.body], ['rejected', terminated]);
    await othersAreFine();
  });
}

test('a contract that throws, rejects, or prints without end goes on', async () => {
  await create(bad, 'misbehaver', 'thrower');
  for (const [method, args, body] of [
    ['throwError', ['of my own making'], /^#\{"#error":"of my own making"/],
    ['throwNonError', [], /^#"not an error"$/],
  ] as const) {
    const outcome = await invoke(bad, 'thrower', method, [...args]);
    assert.equal(outcome.state, 'rejected');
    assert.match(outcome.result?.body ?? '', body);
    assert.doesNotMatch(outcome.result?.body ?? '', /\.js|\\n|stack/);
  }
  assert.equal((await invoke(bad, 'thrower', 'rejectUnhandled')).state, 'fulfilled');
  assert.equal((await invoke(bad, 'thrower', 'print', [2000, 'spam spam spam'])).state, 'fulfilled');
  assert.equal(await stateOf(bad, 'thrower'), vatState.running);
  await othersAreFine();
});

test('a contract that leaves by itself does so', async () => {
  for (const [name, method, body] of [['leaver', 'exit', '#"#undefined"'], ['failer', 'exitWithFailure', terminated]] as const) {
    await create(bad, 'misbehaver', name);
    const outcome = await invoke(bad, name, method, ['goodbye']);
    assert.ok(outcome.state === 'rejected' || outcome.result?.body === body, `${outcome.state} ${outcome.result?.body}`);
    assert.equal((await invoke(bad, name, 'throwError', ['?'])).result?.body, terminated);
  }
  await othersAreFine();
});

test('after all that the node stops in order, and goes on where it was', async () => {
  assert.deepEqual(await node.stop(), { code: 0, signal: null });
  node = await startTestNode({ home });
  good = await connectStranger(node.rpcUrl, 0);
  await othersAreFine();
});
