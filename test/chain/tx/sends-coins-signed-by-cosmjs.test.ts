import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTxRaw } from '@cosmjs/proto-signing';
import type { Event } from '../../../chain/abci/types.js';
import { makeTestChain, testCodecs } from '../../support/chain-app.js';
import { makeTestMultisig, makeTestWallet, sendMsg, testFee } from '../../support/chain-wallet.js';

const coins = [{ denom: 'uwind', amount: '1000000' }];
const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const carol = await makeTestWallet('carol');
const flat = (events: readonly Event[]): string[] => events.map(({ type, attributes }) => `${type} ${attributes.map(({ key, value }) => `${key}=${value}`).join(' ')}`);

for (const mode of ['direct', 'amino'] as const) {
  test(`a MsgSend signed in mode ${mode} moves coins and takes the fee`, async () => {
    const chain = await makeTestChain({ accounts: [{ address: alice.address, coins }] });
    const tx = await alice.sign([sendMsg(alice.address, bob.address, '1234')], { mode, memo: 'a <b> & "c"' });
    assert.deepEqual((await chain.check(tx)).log, '');
    const result = await chain.deliver(tx);
    assert.equal(result.log, '');
    assert.equal(result.code, 0);
    assert.equal(chain.balance(bob.address), 1234n);
    assert.equal(chain.balance(alice.address), 1_000_000n - 1234n - 5000n);
    assert.equal(chain.balance(chain.core.auth.moduleAddress('fee_collector')), 5000n);
    assert.deepEqual(chain.account(alice.address)?.sequence, 1n);
    assert.equal(chain.account(bob.address)?.accountNumber, chain.core.auth.nextAccountNumber(chain.store.branch()) - 1n); // after alice and the modules
  });
}

test('events come in the order of the SDK, and data holds the response of each message', async () => {
  const chain = await makeTestChain({ accounts: [{ address: alice.address, coins }] });
  const tx = await alice.sign([sendMsg(alice.address, bob.address, '7'), sendMsg(alice.address, carol.address, '8')]);
  const result = await chain.deliver(tx);
  const collector = chain.core.auth.moduleAddress('fee_collector');
  const signature = Buffer.from(decodeTxRaw(tx).signatures[0] as Uint8Array).toString('base64');
  const a = alice.address;
  const message = (to: string, amount: string, index: number): string[] => [
    `message action=/cosmos.bank.v1beta1.MsgSend sender=${a} module=bank msg_index=${index}`,
    `coin_spent spender=${a} amount=${amount} msg_index=${index}`,
    `coin_received receiver=${to} amount=${amount} msg_index=${index}`,
    `transfer recipient=${to} sender=${a} amount=${amount} msg_index=${index}`,
    `message sender=${a} msg_index=${index}`,
  ];
  assert.deepEqual(flat(result.events), [
    `coin_spent spender=${a} amount=5000uwind`, `coin_received receiver=${collector} amount=5000uwind`,
    `transfer recipient=${collector} sender=${a} amount=5000uwind`, `message sender=${a}`,
    `tx fee=5000uwind fee_payer=${a}`, `tx acc_seq=${a}/0`, `tx signature=${signature}`,
    ...message(bob.address, '7uwind', 0), ...message(carol.address, '8uwind', 1),
  ]);
  assert(result.events.every(({ attributes }) => attributes.every(({ index }) => index)));
  const data = testCodecs.of<{ msgResponses: { typeUrl: string }[] }>('cosmos.base.abci.v1beta1.TxMsgData').decode(result.data);
  assert.deepEqual(data.msgResponses.map(({ typeUrl }) => typeUrl), Array(2).fill('/cosmos.bank.v1beta1.MsgSendResponse'));
});

test('a 2-of-3 multisig sends with any two members, in amino mode', async () => {
  const multisig = makeTestMultisig([alice, bob, carol], 2);
  for (const pair of [[alice, bob], [alice, carol], [bob, carol]] as const) {
    const chain = await makeTestChain({ accounts: [{ address: multisig.address, coins }] });
    const tx = await multisig.sign(pair, [sendMsg(multisig.address, bob.address, '99')]);
    assert.equal((await chain.check(tx)).log, '');
    const result = await chain.deliver(tx);
    assert.equal(result.log, '');
    assert.equal(chain.balance(bob.address), 99n);
  }
});

test('a multisig with one member, or with a stranger among them, is refused', async () => {
  const multisig = makeTestMultisig([alice, bob, carol], 2);
  const dave = await makeTestWallet('dave');
  const chain = await makeTestChain({ accounts: [{ address: multisig.address, coins }] });
  const msgs = [sendMsg(multisig.address, bob.address, '99')];
  const one = await chain.deliver(await multisig.sign([alice], msgs));
  assert.equal(one.code, 4);
  const impostor = makeTestMultisig([alice, dave, carol], 2);
  const stolen = await chain.deliver(await impostor.sign([alice, dave], msgs));
  assert.equal(stolen.code, 8);
  assert.equal(stolen.log, `pubKey does not match signer address ${multisig.address} with signer index: 0: invalid pubkey`);
  const wrongSequence = await multisig.sign([alice, bob], msgs, { accountNumber: 5 });
  assert.equal((await chain.deliver(wrongSequence)).log, `signature verification failed; please verify account number (0), sequence (0) and chain-id (windlass-test): unauthorized`);
  assert.equal(chain.balance(bob.address), 0n);
});

test('a MsgMultiSend pays several', async () => {
  const chain = await makeTestChain({ accounts: [{ address: alice.address, coins }] });
  const value = {
    inputs: [{ address: alice.address, coins: [{ denom: 'uwind', amount: '30' }] }],
    outputs: [{ address: bob.address, coins: [{ denom: 'uwind', amount: '10' }] }, { address: carol.address, coins: [{ denom: 'uwind', amount: '20' }] }],
  };
  for (const [sequence, mode] of (['direct', 'amino'] as const).entries()) {
    const result = await chain.deliver(await alice.sign([{ typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value }], { mode, sequence, fee: { ...testFee, gas: '300000' } }));
    assert.equal(result.log, '');
  }
  assert.equal(chain.balance(bob.address), 20n);
  assert.equal(chain.balance(carol.address), 40n);
});
