import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { codecOf } from '../../../app/client/codecs.js';
import type { ExecTxResult } from '../../../chain/abci/types.js';
import { invoke, msg, startTestApp, type Person, type TestApp } from './support.js';

let app: TestApp;
let ann: Person;

before(async () => {
  app = await startTestApp();
  ann = app.people[0]!;
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
});
after(() => app.end());

const long = 'n'.repeat(56);
const messages = (): readonly (readonly [string, ReturnType<typeof msg>])[] => [
  ['create', msg('MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'l'.repeat(199), saveAs: `${long.slice(1)}a` })],
  ['invoke', invoke(ann, 'p', 'm'.repeat(128), undefined, { saveAs: `${long.slice(1)}b`, funds: [{ denom: 'ufoo', amount: '1' }, { denom: 'uwind', amount: '12345678901' }] })],
  ['upgrade', msg('MsgUpgradeVat', { owner: ann.address, vatId: 'v1', bundleId: app.bundleId, upgradeMessage: 'u'.repeat(1000) })],
  ['grant', msg('MsgGrantCapability', { sender: ann.address, name: 'p', recipient: app.people[1]!.address, saveAs: long })],
  ['rename', msg('MsgRenameCapability', { sender: ann.address, name: 'p', newName: `${long.slice(1)}c` })],
  ['drop', msg('MsgDropCapability', { sender: ann.address, name: `${long.slice(1)}c` })],
  ['resume', msg('MsgResumeVat', { owner: ann.address, vatId: 'v1', addCompute: 0n, maxPrice: { denom: 'uwind', amount: '12345678901' } })],
  ['terminate', msg('MsgTerminateVat', { owner: ann.address, vatId: 'v1', reason: 'r'.repeat(1000) })],
];

async function simulated(tx: Uint8Array): Promise<bigint> {
  const { code, log, value } = await app.query('/cosmos.tx.v1beta1.Service/Simulate', codecOf<object>('cosmos.tx.v1beta1.SimulateRequest').encode({ txBytes: tx }));
  assert.equal(code, 0, log);
  return codecOf<{ gasInfo: { gasUsed: bigint } }>('cosmos.tx.v1beta1.SimulateResponse').decode(value).gasInfo.gasUsed;
}

test('every message but a bundle costs less than 300,000 gas, and a simulation says how much', async () => {
  for (const [name, message] of messages()) {
    const tx = await ann.sign([message]);
    const expected = await simulated(tx);
    const { txResults } = await app.block([tx]);
    const { code, log, gasUsed } = txResults[0] as ExecTxResult;
    assert.equal(code, 0, `${name}: ${log}`);
    assert.ok(gasUsed < 300_000n, `${name} costs ${gasUsed}`);
    assert.equal(gasUsed, expected, name);
    await app.block();
  }
});

test('the bytes of capdata are paid for', async () => {
  const cost = async (length: number): Promise<bigint> => {
    const { code, log, gasUsed } = await app.send(ann, [invoke(ann, 'home.timer', 'now', { body: `#["${'x'.repeat(length)}"]`, slots: [] })]);
    assert.equal(code, 0, log);
    return gasUsed;
  };
  const [small, large] = [await cost(10), await cost(10_010)];
  assert.ok(large - small >= 10_000n * 40n, `${large - small} gas for 10,000 bytes more`);
});

test('a message that runs out of gas leaves nothing', async () => {
  const before = await app.balance(ann.address);
  const result = await app.send(ann, [invoke(ann, 'home.timer', 'now', undefined, { saveAs: 'later', funds: [{ denom: 'uwind', amount: '1000' }] })], '120000');
  assert.deepEqual([result.codespace, result.code], ['sdk', 11]);
  assert.equal(await app.balance(ann.address), before - 5000n);
  const again = await app.outcome(await app.act(ann, 'MsgInvoke', { sender: ann.address, target: 'home.timer', method: 'now', saveAs: 'later', funds: [] }));
  assert.equal(again.state, 3);
});
