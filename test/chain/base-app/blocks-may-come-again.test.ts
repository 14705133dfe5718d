import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Module } from '../../../chain/index.js';
import { makeTestChain, strangerAddress, testCodecs, testChainId } from '../../support/chain-app.js';
import { makeTestWallet, sendMsg } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const accounts = [{ address: alice.address, coins: [{ denom: 'uwind', amount: '1000000' }] }];
const infoRequest = { version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' };

test('InitChain answers the empty hash, and may be repeated', async () => {
  const chain = await makeTestChain({ accounts });
  const again = await chain.app.initChain(chain.genesis);
  assert.equal(Buffer.from(again.appHash).toString('hex'), createHash('sha256').digest('hex'));
  assert.deepEqual(again.consensusParams, chain.genesis.consensusParams);
  assert.deepEqual(again.validators, []);
  const other = await makeTestChain({ accounts });
  const [a, b] = [await chain.block(), await other.block()];
  assert.deepEqual(a, b);
  await assert.rejects(chain.app.initChain(chain.genesis), /has committed height 1/);
});

test('FinalizeBlock given twice gives the same, also at the first height, and Info tells only of commits', async () => {
  const chain = await makeTestChain({ accounts, initialHeight: 5n });
  for (const sequence of [0, 1, 2]) {
    const request = chain.request([await alice.sign([sendMsg(alice.address, bob.address, '10')], { sequence })]);
    const first = await chain.app.finalizeBlock(request);
    assert.equal(first.txResults[0]?.code, 0);
    const before = await chain.app.info(infoRequest);
    assert.equal(before.lastBlockHeight, sequence === 0 ? 0n : 4n + BigInt(sequence));
    assert.deepEqual(await chain.app.finalizeBlock({ ...request, txs: [] }).then(r => r.txResults), []); // another block of the same height
    assert.deepEqual(await chain.app.finalizeBlock(request), first);
    await chain.app.commit();
    const after = await chain.app.info(infoRequest);
    assert.deepEqual([after.lastBlockHeight, after.lastBlockAppHash], [request.height, first.appHash]);
  }
  assert.equal(chain.balance(bob.address), 30n);
});

test('a restarted node knows chain id, height, hash and parameters, and goes on alike', async () => {
  const chain = await makeTestChain({ accounts, maxGas: 777_777n });
  await chain.block([await alice.sign([sendMsg(alice.address, bob.address, '10')])]);
  const restarted = chain.restart();
  assert.equal(restarted.app.chainId, testChainId);
  assert.deepEqual(await restarted.app.info(infoRequest), await chain.app.info(infoRequest));
  const tx = await alice.sign([sendMsg(alice.address, bob.address, '10')], { sequence: 1 });
  assert.equal((await restarted.check(tx)).log, '');
  assert.deepEqual(await restarted.app.finalizeBlock(restarted.request([tx])), await chain.app.finalizeBlock(chain.request([tx])));
});

test('a crash before the first Commit starts over with InitChain', async () => {
  const chain = await makeTestChain({ accounts });
  await chain.app.finalizeBlock(chain.request());
  const restarted = chain.restart();
  assert.equal((await restarted.app.info(infoRequest)).lastBlockHeight, 0n);
  await assert.rejects(restarted.app.finalizeBlock(restarted.request()), /does not follow/);
  await restarted.app.initChain(restarted.genesis);
  assert.equal((await restarted.block()).txResults.length, 0);
});

test('a block of a wrong height, and Commit without a block, stop the node', async () => {
  const chain = await makeTestChain({ accounts });
  await assert.rejects(chain.app.finalizeBlock({ ...chain.request(), height: 2n }), /does not follow/);
  await assert.rejects(chain.app.commit(), /FinalizeBlock comes before Commit/);
});

test('CheckTx sees earlier checked txs until the next commit, and keeps the order of arrival', async () => {
  const chain = await makeTestChain({ accounts });
  const txs = await Promise.all([0, 1, 2, 3, 4].map(sequence => alice.sign([sendMsg(alice.address, bob.address, '1')], { sequence })));
  const codes = await Promise.all(txs.map(tx => chain.check(tx).then(({ code }) => code)));
  assert.deepEqual(codes, [0, 0, 0, 0, 0]);
  assert.equal((await chain.check(txs[0] as Uint8Array)).code, 32);
  await chain.block(txs.slice(0, 1));
  assert.equal((await chain.app.checkTx({ tx: txs[1] as Uint8Array, type: 1 })).code, 0); // recheck
  assert.equal((await chain.check(txs[3] as Uint8Array)).code, 32);
  assert.equal((await chain.check(txs[2] as Uint8Array)).code, 0);
});

test('hooks come in order, their writes are in the hash, afterCommit comes after the reply', async () => {
  const calls: string[] = [];
  let committed: () => void = () => undefined;
  const settled = new Promise<void>(resolve => { committed = resolve; });
  const chain = await makeTestChain({
    accounts,
    extraStores: ['extra'],
    hooks: {
      initChain: ctx => { calls.push(`initChain ${ctx.height}`); return Promise.resolve(); },
      beforeBlock: ctx => { calls.push(`beforeBlock ${ctx.height}`); return Promise.resolve(); },
      mergeBeforeHash: ctx => {
        calls.push('merge');
        ctx.store('extra').set(Uint8Array.of(1), Uint8Array.of(2));
        ctx.events.emit('merged', [['a', 'b']]);
        return Promise.resolve();
      },
      afterCommit: height => { calls.push(`afterCommit ${height}`); committed(); },
      retainHeight: height => height,
    },
    modules: () => [{
      name: 'probe', stores: [],
      beginBlock: () => { calls.push('begin'); },
      endBlock: () => { calls.push('end'); return [{ pubKey: { ed25519: new Uint8Array(32) }, power: 3n }]; },
    } satisfies Module],
  });
  const { events, validatorUpdates } = await chain.app.finalizeBlock(chain.request());
  assert.deepEqual(events.map(({ type, attributes }) => [type, ...attributes.map(({ value }) => value)]), [['merged', 'b', 'EndBlock']]);
  assert.equal(validatorUpdates[0]?.power, 3n);
  assert.equal((await chain.app.commit()).retainHeight, 1n);
  assert.deepEqual(calls, ['initChain 0', 'beforeBlock 1', 'begin', 'end', 'merge']);
  await settled;
  assert.equal(calls.at(-1), 'afterCommit 1');
  assert.deepEqual(chain.store.at(1n)?.store('extra').get(Uint8Array.of(1)), Uint8Array.of(2));
});

test('an error of the program inside a tx is no result: it stops the node before the commit', async () => {
  const broken = (error: Error) => makeTestChain({
    accounts,
    modules: () => [{
      name: 'broken', stores: [],
      msgs: [{
        codec: testCodecs.of<object>('cosmos.bank.v1beta1.QueryParamsRequest'), responseTypeUrl: '/x', aminoName: 'x',
        signers: () => [alice.address], handle: () => { throw error; },
      }],
    }],
  });
  const chain = await broken(new assert.AssertionError({ message: 'counts agree' }));
  const { TxRaw, TxBody, AuthInfo } = await import('cosmjs-types/cosmos/tx/v1beta1/tx');
  const raw = TxRaw.decode(await alice.sign([sendMsg(alice.address, bob.address, '1')]));
  const body = TxBody.decode(raw.bodyBytes);
  body.messages = [{ typeUrl: '/cosmos.bank.v1beta1.QueryParamsRequest', value: new Uint8Array(0) }];
  const { secp256k1 } = await import('@noble/curves/secp256k1.js');
  const bodyBytes = TxBody.encode(body).finish();
  const doc = testCodecs.of<object>('cosmos.tx.v1beta1.SignDoc').encode({ bodyBytes, authInfoBytes: raw.authInfoBytes, chainId: testChainId, accountNumber: 0n });
  const tx = TxRaw.encode({ bodyBytes, authInfoBytes: AuthInfo.encode(AuthInfo.decode(raw.authInfoBytes)).finish(), signatures: [secp256k1.sign(doc, alice.privateKey)] }).finish();
  await assert.rejects(chain.block([tx]), /counts agree/);
  assert.equal(chain.height(), 0n);
});

test('proposals: first come within the bytes, every block accepted, no vote extensions', async () => {
  const chain = await makeTestChain({ accounts });
  const txs = [100, 300, 100, 127, 128].map(length => new Uint8Array(length));
  const prepare = async (maxTxBytes: bigint): Promise<number[]> =>
    (await chain.app.prepareProposal({ ...chain.request(), txs, maxTxBytes, localLastCommit: undefined })).txs.map(({ length }) => length);
  assert.deepEqual(await prepare(10_000n), [100, 300, 100, 127, 128]);
  assert.deepEqual(await prepare(102n + 102n + 129n), [100]); // 300 would fit alone, so the rest waits behind it
  assert.deepEqual(await prepare(102n + 102n + 90n), [100, 100]); // 300 never fits
  assert.deepEqual(await prepare(101n), []);
  const proposal = { txs: [Uint8Array.of(1, 2, 3)], proposedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(0), height: 1n, time: { seconds: 0n, nanos: 0 }, nextValidatorsHash: new Uint8Array(0), proposerAddress: new Uint8Array(0) };
  assert.deepEqual(await chain.app.processProposal(proposal), { status: 1 });
  assert.equal((await chain.app.extendVote(proposal)).voteExtension.length, 0);
  const verify = async (voteExtension: Uint8Array): Promise<number> => (await chain.app.verifyVoteExtension({ hash: new Uint8Array(0), validatorAddress: new Uint8Array(0), height: 1n, voteExtension })).status;
  assert.deepEqual([await verify(new Uint8Array(0)), await verify(Uint8Array.of(1))], [1, 2]);
});

test('genesis that is wrong says where', async () => {
  const address = strangerAddress(1);
  const bank = (state: object): Promise<unknown> => makeTestChain({ appState: { bank: state } });
  const auth = (state: object): Promise<unknown> => makeTestChain({ appState: { auth: state } });
  const coins = [{ denom: 'uwind', amount: '5' }];
  await assert.rejects(bank({ balances: [{ address, coins }, { address, coins }] }), /balances\[1\]: windlass\w+ is listed twice/);
  await assert.rejects(bank({ balances: [{ address: 'cosmos1', coins }] }), /balances\[0\]: cosmos1 is not an address/);
  await assert.rejects(bank({ balances: [{ address, coins: [{ denom: 'uwind', amount: '0' }] }] }), /coins must be positive/);
  await assert.rejects(bank({ balances: [{ address, coins }], supply: [{ denom: 'uwind', amount: '6' }] }), /genesis supply is incorrect, expected 6uwind, got 5uwind/);
  await assert.rejects(bank({ nonsense: 1 }), /has no field nonsense/);
  const account = { '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: '0', sequence: '0' };
  await assert.rejects(auth({ accounts: [account, account] }), /is listed twice/);
  await assert.rejects(auth({ accounts: [{ ...account, pub_key: { '@type': '/cosmos.crypto.secp256k1.PubKey', key: Buffer.from(alice.publicKey).toString('base64') } }] }), /public key does not belong/);
  await assert.rejects(auth({ params: { max_memo_characters: '0' } }), /maxMemoCharacters must be positive/);
});

test('genesis accounts with the same number get the lowest free numbers', async () => {
  const account = (fill: number, number: number) => ({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address: strangerAddress(fill), pub_key: null, account_number: String(number), sequence: '0' });
  const chain = await makeTestChain({ appState: { auth: { accounts: [account(1, 0), account(2, 0), account(3, 2), account(4, 0)] } } });
  await chain.block();
  assert.deepEqual([1, 2, 3, 4].map(fill => chain.account(strangerAddress(fill))?.accountNumber), [0n, 1n, 2n, 3n]);
  assert.equal(chain.account(chain.core.auth.moduleAddress('fee_collector'))?.accountNumber, 4n);
});
