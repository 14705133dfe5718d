import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { actionState, type KernelMessageName } from '../../../app/client/index.js';
import { actionIdsOf } from '../host/support.js';
import { assertPlain, makeTwins, type Twins } from './twins.js';

let twins: Twins;
let sequence = 0;
const noArgs = { body: '#[]', slots: [] };
before(async () => { twins = await makeTwins(); });
after(() => twins.end());

const msg = (name: KernelMessageName, value: object): EncodeObject => ({ typeUrl: `/windlass.kernel.v1.${name}`, value });
const ann = (): string => twins.addressOf('ann');
const invoke = (target: string, more: object = {}): EncodeObject => msg('MsgInvoke', { sender: ann(), target, method: 'read', args: noArgs, saveAs: '', funds: [], ...more });

async function makeVat(name: string): Promise<string> {
  await settle([msg('MsgCreateVat', { owner: ann(), bundleId: twins.app.bundleId, label: name, saveAs: name })]);
  const { vats } = await twins.app.ask<{ vats: { vatId: string; label: string }[] }>('Vats', { owner: ann() });
  return vats.find(({ label }) => label === name)?.vatId as string;
}

/** All in one tx of one block, so that each was accepted against the same state; answers their outcomes. */
async function settle(messages: readonly EncodeObject[]): Promise<{ state: number; body: string | undefined }[]> {
  const [result] = await twins.block([await twins.sign('ann', messages, { sequence })]);
  sequence += 1;
  assert.equal(result?.code, 0, result?.log);
  for (let blocks = 0; blocks < 8; blocks += 1) await twins.block();
  const outcomes = await Promise.all(actionIdsOf(result).map(id => twins.app.action(id)));
  return outcomes.map(outcome => ({ state: outcome?.state ?? 0, body: outcome?.result?.body }));
}

function rejected(outcome: { state: number; body: string | undefined } | undefined, text: string): void {
  assert.deepEqual([outcome?.state, outcome?.body], [actionState.rejected, `#${JSON.stringify({ '#error': text, name: 'Error' })}`]);
  assertPlain(text);
}
const fulfilled = (outcome: { state: number } | undefined): void => assert.equal(outcome?.state, actionState.fulfilled);

test('a name that an earlier action dropped: kernel/2', async () => {
  await makeVat('gone');
  const [dropped, called, passed, granted, again] = await settle([
    msg('MsgDropCapability', { sender: ann(), name: 'gone' }),
    invoke('gone'),
    invoke('home.directory', { method: 'publish', args: { body: '#["name","$0"]', slots: ['gone'] } }),
    msg('MsgGrantCapability', { sender: ann(), name: 'gone', recipient: ann(), saveAs: 'gift' }),
    msg('MsgDropCapability', { sender: ann(), name: 'gone' }),
  ]);
  fulfilled(dropped);
  for (const outcome of [called, passed, granted, again]) rejected(outcome, 'kernel/2: unknown capability "gone"');
});

test('a name that an earlier action moved away: kernel/2, and its new name serves', async () => {
  await makeVat('old');
  const [moved, called, served] = await settle([msg('MsgRenameCapability', { sender: ann(), name: 'old', newName: 'new' }), invoke('old'), invoke('home.timer', { method: 'now' })]);
  fulfilled(moved);
  rejected(called, 'kernel/2: unknown capability "old"');
  fulfilled(served);
  const { capabilities } = await twins.app.ask<{ capabilities: { name: string }[] }>('Capabilities', { address: ann() });
  assert.ok(capabilities.some(({ name }) => name === 'new') && !capabilities.some(({ name }) => name === 'old'));
});

test('funds of an action that is rejected go back to whom they came from', async () => {
  await makeVat('payee');
  const before = await twins.app.balance(ann());
  const [, called] = await settle([
    msg('MsgDropCapability', { sender: ann(), name: 'payee' }),
    invoke('payee', { funds: [{ denom: 'uwind', amount: '12345' }] }),
  ]);
  rejected(called, 'kernel/2: unknown capability "payee"');
  assert.equal(await twins.app.balance(ann()), before - 5000n);
});

test('a vat that ends before: messages to it are rejected, and it ends once', async () => {
  const vatId = await makeVat('brief');
  const end = msg('MsgTerminateVat', { owner: ann(), vatId, reason: 'enough' });
  const [first, second, called] = await settle([end, end, invoke('brief')]);
  fulfilled(first);
  assert.ok([actionState.fulfilled, actionState.rejected].some(state => state === second?.state), `${second?.state}`);
  assert.equal(called?.state, actionState.rejected);
});

test('a name is kept for the action that was promised it', async () => {
  const [result, other] = await twins.block([
    await twins.sign('ann', [msg('MsgCreateVat', { owner: ann(), bundleId: twins.app.bundleId, label: 'a', saveAs: 'kept' })], { sequence }),
    await twins.sign('ann', [msg('MsgCreateVat', { owner: ann(), bundleId: twins.app.bundleId, label: 'b', saveAs: 'kept.below' })], { sequence: sequence + 1 }),
  ]);
  sequence += 2;
  assert.equal(result?.code, 0, result?.log);
  assert.deepEqual([other?.codespace, other?.code], ['kernel', 4]);
  assert.match(other?.log ?? '', /"kept\.below" of windlass1[a-z0-9]+ is in use or reserved: name in use$/);
});
