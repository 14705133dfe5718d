import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePubkey } from '@cosmjs/proto-signing';
import { encodeSecp256k1Pubkey } from '@cosmjs/amino';
import { makeTestChain, testCodecs, type TestChain } from '../../support/chain-app.js';
import { makeTestWallet, sendMsg, testFee } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const coins = [{ denom: 'uwind', amount: '1000000' }];
const start = (): Promise<TestChain> => makeTestChain({ accounts: [{ address: alice.address, coins }] });
const msg = (amount: string) => ({
  typeUrl: '/cosmos.bank.v1beta1.MsgSend',
  value: testCodecs.of<object>('cosmos.bank.v1beta1.MsgSend').encode({ fromAddress: alice.address, toAddress: bob.address, amount: [{ denom: 'uwind', amount }] }),
});

type Simulated = { gasInfo: { gasUsed: bigint; gasWanted: bigint }; result: { msgResponses: { typeUrl: string }[]; events: unknown[] } };
const body = (amount: string) => ({ messages: [msg(amount)], memo: '', timeoutHeight: 0n, unordered: false, timeoutTimestamp: undefined, extensionOptions: [], nonCriticalExtensionOptions: [] });
/** As cosmjs asks: public key, real sequence, no mode, one empty signature, an empty fee. */
const cosmjsTx = (amount: string, sequence = 0n) => ({
  body: body(amount),
  authInfo: {
    signerInfos: [{ publicKey: encodePubkey(encodeSecp256k1Pubkey(alice.publicKey)), modeInfo: { single: { mode: 0 }, multi: undefined }, sequence }],
    fee: { amount: [], gasLimit: 0n, payer: '', granter: '' }, tip: undefined,
  },
  signatures: [new Uint8Array(0)],
});
const simulate = (chain: TestChain, tx: object): Promise<Simulated> =>
  chain.ask<Simulated>('/cosmos.tx.v1beta1.Service/Simulate', 'cosmos.tx.v1beta1.SimulateRequest', 'cosmos.tx.v1beta1.SimulateResponse', { txBytes: testCodecs.of<object>('cosmos.tx.v1beta1.Tx').encode(tx) });

test('a simulation predicts enough gas and changes nothing', async () => {
  const chain = await start();
  await chain.block();
  const { gasInfo, result } = await simulate(chain, cosmjsTx('10'));
  assert.deepEqual(await simulate(chain, cosmjsTx('10')), { gasInfo, result });
  assert.deepEqual(result.msgResponses.map(({ typeUrl }) => typeUrl), ['/cosmos.bank.v1beta1.MsgSendResponse']);
  assert.equal(chain.account(alice.address)?.sequence, 0n);
  const tx = await alice.sign([sendMsg(alice.address, bob.address, '10')], { fee: { ...testFee, gas: String((gasInfo.gasUsed * 14n) / 10n) } });
  const { code, gasUsed } = await chain.deliver(tx);
  assert.equal(code, 0);
  assert(gasUsed <= (gasInfo.gasUsed * 14n) / 10n && gasUsed > gasInfo.gasUsed / 2n, `${gasUsed} of ${gasInfo.gasUsed}`);
});

test('a wallet that sends no public key, or 64 zero bytes, can simulate', async () => {
  const chain = await start();
  await chain.block();
  const keplr = { ...cosmjsTx('10'), signatures: [new Uint8Array(64)] };
  keplr.authInfo = { ...keplr.authInfo, signerInfos: [{ publicKey: undefined as never, modeInfo: { single: { mode: 127 }, multi: undefined }, sequence: 0n }] };
  assert((await simulate(chain, keplr)).gasInfo.gasUsed > 0n);
});

test('a simulation that fails says why and what it used', async () => {
  const chain = await start();
  await chain.block();
  await assert.rejects(simulate(chain, cosmjsTx('2000000')), {
    message: /^rpc error: code = Unknown desc = failed to execute message; message index: 0: spendable balance 1000000uwind is smaller than 2000000uwind: insufficient funds with gas used: '\d+': unknown request$/,
  });
  await assert.rejects(simulate(chain, cosmjsTx('1', 5n)), { message: /account sequence mismatch, expected 0, got 5: incorrect account sequence/ });
  await assert.rejects(chain.ask('/cosmos.tx.v1beta1.Service/Simulate', 'cosmos.tx.v1beta1.SimulateRequest', 'cosmos.tx.v1beta1.SimulateResponse', {}), { message: /empty txBytes/ });
});

test('a simulation sees the sequence of a tx that waits in the mempool', async () => {
  const chain = await start();
  await chain.block();
  assert.equal((await chain.check(await alice.sign([sendMsg(alice.address, bob.address, '10')]))).code, 0);
  assert((await simulate(chain, cosmjsTx('1', 1n))).gasInfo.gasUsed > 0n);
});

test('gas is the same whatever was verified or cached before', async () => {
  const tx = await alice.sign([sendMsg(alice.address, bob.address, '10')]);
  const cold = await start();
  const first = await cold.deliver(tx);
  const warm = await start();
  await warm.check(tx);
  await warm.check(tx);
  const second = await warm.deliver(tx);
  assert.deepEqual(second, first);
  assert.equal(first.gasUsed, 59_372n); // consensus: a change of this number needs an upgrade
  assert.deepEqual(warm.store.appHash, cold.store.appHash);
});
