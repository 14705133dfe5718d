import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actionState } from '../../../app/client/index.js';
import { resolveTo, script } from './puppet.js';
import { invoke, msg, startTestApp, type Person, type TestApp } from './support.js';

let app: TestApp;
let ann: Person;

before(async () => {
  app = await startTestApp();
  ann = app.people[0]!;
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
});
after(() => app.end());

const call = async (syscalls: readonly unknown[], more: object = {}, slots: readonly string[] = []) => {
  const { txResults } = await app.block([await ann.sign([invoke(ann, 'p', 'go', script(syscalls, slots), more)])]);
  assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
  await app.block();
  await app.block();
};

test('a result whose interface has megabytes', async () => {
  // The script carries a mark that the puppet's JSON expands: a tx could not bring the bytes themselves.
  const iface = `Alleged: ${'x'.repeat(900_000)}`;
  app.puppets.grow = { mark: 'GROW', text: 'y'.repeat(25_000_000) };
  await call([resolveTo('#"$0.Alleged: GROW"', ['o+5'])], { saveAs: 'long' });
  await call([resolveTo('#["$0.Alleged: GROW"]', ['o+6'])], { saveAs: 'longer' });
  await call([resolveTo(`#"$0.${iface}"`, ['o+7'])], { saveAs: 'short' });
  app.puppets.grow = undefined;
  const { capabilities } = await app.ask<{ capabilities: { name: string; iface: string }[] }>('Capabilities', { address: ann.address });
  for (const name of ['long', 'longer', 'short']) assert.equal(capabilities.find(known => known.name === name)?.iface.length, 200, name);
});

test('texts that are no Unicode, wherever a vat may write one', async () => {
  const lone = '\ud800';
  await call([resolveTo(`#"${lone}"`)]);
  await call([resolveTo(`#"$0.Alleged: ${lone}${'x'.repeat(300)}"`, ['o+8'])], { saveAs: 'lone' });
  await call([resolveTo('#"$0.Alleged: \\ud800"', ['o+9'])], { saveAs: 'escaped' });
  await call([resolveTo(`#{"#error":"${lone}","name":"Error"}`, [], true)]);
  await call([['vatstoreSet', lone, lone], ['vatstoreSet', '\udc00x', ''], ['vatstoreGetNextKey', lone]]);
  await call([['exit', false, { body: `#"${lone}"`, slots: [] }]]);
  const { capabilities } = await app.ask<{ capabilities: unknown[] }>('Capabilities', { address: ann.address });
  assert.ok(capabilities.length > 5);
});

test('texts of messages', async () => {
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'q', saveAs: 'q' }));
  const { vats } = await app.ask<{ vats: { vatId: string; label: string }[] }>('Vats', { owner: ann.address });
  const vatId = vats.find(({ label }) => label === 'q')?.vatId as string;
  const id = await app.act(ann, 'MsgUpgradeVat', { owner: ann.address, vatId, bundleId: app.bundleId, upgradeMessage: '$0\u0000\u2028"\\🙂' });
  assert.equal((await app.outcome(id)).state, actionState.fulfilled);
  const end = await app.act(ann, 'MsgTerminateVat', { owner: ann.address, vatId, reason: '!&%#\u0000' });
  assert.equal((await app.outcome(end)).state, actionState.fulfilled);
});

test('long texts of messages are refused', async () => {
  const { vats } = await app.ask<{ vats: { vatId: string }[] }>('Vats', { owner: ann.address });
  const vatId = vats[0]?.vatId ?? 'v1';
  const tooLong = 'x'.repeat(5000);
  for (const message of [
    msg('MsgUpgradeVat', { owner: ann.address, vatId, bundleId: app.bundleId, upgradeMessage: tooLong }),
    msg('MsgTerminateVat', { owner: ann.address, vatId, reason: tooLong }),
  ]) {
    const result = await app.send(ann, [message]);
    ann.sequence -= 1; // refused before ante counts it
    assert.deepEqual([result.codespace, result.code], ['kernel', 17], result.log);
  }
});
