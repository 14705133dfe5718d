/** A chain on which everything happened that a block can hold: what the replays run over. */
import assert from 'node:assert/strict';
import { actionState } from '../../../app/client/index.js';
import { addressNamed, createVat, devAccounts, fulfilled, install, invokeMsg, kernelMsg, sendMsg, settledOf, vatBundle, type Account, type ChainClient } from './chain-client.js';

/** Uses a fresh chain: coins, contracts, timers, an upgrade, a failure of each kind, an end. Takes about 25 blocks. */
export async function fillChain(client: ChainClient): Promise<void> {
  const [dev0, dev1, dev2] = await devAccounts() as [Account, Account, Account];
  await Promise.all([coins(client, dev0), contracts(client, dev1), failures(client, dev2)]);
}

async function coins(client: ChainClient, account: Account): Promise<void> {
  for (let index = 0; index < 6; index += 1) {
    const sent = await client.commit(account, sendMsg(account.address, addressNamed(`someone ${index}`), BigInt(index + 1)));
    assert.equal(sent.code, 0, sent.log);
  }
  const refused = await client.commit(account, sendMsg(account.address, addressNamed('someone'), 10n ** 15n)).catch(() => undefined);
  assert.ok(refused === undefined || refused.code !== 0);
}

async function contracts(client: ChainClient, account: Account): Promise<void> {
  const { address } = account;
  await createVat(client, account, 'counter', 'counter');
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'counter', 'increment')));
  await createVat(client, account, 'ticker', 'ticker');
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'home.timer', 'repeat', [{ $bigint: '0' }, { $bigint: '1' }, { $cap: 'ticker' }], { saveAs: 'token' })));
  const { vats } = await client.kernel.vats(address);
  const counter = vats.find(({ label }) => label === 'counter');
  assert.ok(counter);
  const ticker = await vatBundle('ticker');
  await fulfilled(client, await client.commit(account, kernelMsg('MsgUpgradeVat', { owner: address, vatId: counter.vatId, bundleId: ticker.bundleId, parameters: { body: '#{}', slots: [] }, upgradeMessage: 'now with time' })));
  const kept = await fulfilled(client, await client.commit(account, invokeMsg(address, 'counter', 'increment', [{ $bigint: '40' }])));
  assert.equal(kept.result?.body, '#"+41"');
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'home.timer', 'delay', [{ $bigint: '1' }])));
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'home.bank', 'makePurse', ['uwind'], { saveAs: 'purse' })));
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'purse', 'deposit', [], { funds: [{ denom: 'uwind', amount: '1000' }] })));
  await fulfilled(client, await client.commit(account, invokeMsg(address, 'purse', 'sendTo', [addressNamed('paid by a purse'), { $bigint: '400' }])));
  await fulfilled(client, await client.commit(account, kernelMsg('MsgTerminateVat', { owner: address, vatId: counter.vatId, reason: 'done' })));
  const late = await settledOf(client, await client.commit(account, invokeMsg(address, 'counter', 'read')));
  assert.equal(late.state, actionState.rejected);
}

async function failures(client: ChainClient, account: Account): Promise<void> {
  const { address } = account;
  await createVat(client, account, 'misbehaver', 'misbehaver');
  const rejected = async (method: string, args: readonly unknown[] = []): Promise<void> => {
    const action = await settledOf(client, await client.commit(account, invokeMsg(address, 'misbehaver', method, args)));
    assert.equal(action.state, actionState.rejected, method);
  };
  await rejected('throwError', ['no']);
  await rejected('loop'); // its computrons are spent: the vat is terminated
  await rejected('throwError', ['nobody is there']);
  await install(client, account, await vatBundle('fails-to-start'));
  const broken = await client.commit(account, kernelMsg('MsgCreateVat', { owner: address, bundleId: (await vatBundle('fails-to-start')).bundleId, label: 'broken', parameters: { body: '#{}', slots: [] }, saveAs: 'broken' }));
  assert.equal((await settledOf(client, broken)).state, actionState.rejected);
}
