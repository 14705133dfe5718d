import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ics23, verifyMembership, verifyNonMembership, iavlSpec, tendermintSpec } from '@confio/ics23';
import { QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth';
import type { ResponseQuery } from '../../../chain/abci/types.js';
import type { CommittedTx } from '../../../chain/index.js';
import { makeTestChain, strangerAddress, testCodecs, type TestChain } from '../../support/chain-app.js';
import { makeRandom } from '../../support/chain-random.js';
import { makeTestWallet, sendMsg } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const rich = [{ denom: 'alpha', amount: '1' }, { denom: 'beta', amount: '22' }, { denom: 'gamma', amount: '333' }, { denom: 'uwind', amount: '1000000' }];
const metadata = { description: 'd', denom_units: [{ denom: 'uwind', exponent: 0, aliases: [] }, { denom: 'wind', exponent: 6, aliases: [] }], base: 'uwind', display: 'wind', name: 'Wind', symbol: 'WIND' };
const balances = [{ address: alice.address, coins: rich }];
const start = async (): Promise<TestChain> => {
  const chain = await makeTestChain({ accounts: balances, appState: { bank: { balances, denom_metadata: [metadata] } } });
  await chain.block();
  await chain.block();
  return chain;
};
const bank = <R>(chain: TestChain, name: string, request: object): Promise<R> =>
  chain.ask<R>(`/cosmos.bank.v1beta1.Query/${name}`, `cosmos.bank.v1beta1.Query${name}Request`, `cosmos.bank.v1beta1.Query${name}Response`, request);
const summary = ({ codespace, code, log, height }: ResponseQuery) => [codespace, code, log, height];

test('an account is answered as cosmjs decodes it, a missing one is NotFound', async () => {
  const chain = await start();
  const request = (address: string) => testCodecs.of<object>('cosmos.auth.v1beta1.QueryAccountRequest').encode({ address });
  const found = await chain.query('/cosmos.auth.v1beta1.Query/Account', request(alice.address));
  assert.deepEqual([found.code, found.height], [0, 2n]);
  const { account } = QueryAccountResponse.decode(found.value);
  assert.equal(account?.typeUrl, '/cosmos.auth.v1beta1.BaseAccount');
  assert.equal(BaseAccount.decode(account?.value ?? new Uint8Array(0)).address, alice.address);
  const missing = strangerAddress(5);
  assert.deepEqual(summary(await chain.query('/cosmos.auth.v1beta1.Query/Account', request(missing))),
    ['sdk', 22, `rpc error: code = NotFound desc = account ${missing} not found: key not found`, 2n]);
  assert.deepEqual(summary(await chain.query('/cosmos.auth.v1beta1.Query/Account', request('nobody'))),
    ['sdk', 18, 'rpc error: code = InvalidArgument desc = decoding bech32 failed: invalid bech32 string length 6: invalid request', 2n]);
  assert.deepEqual(summary(await chain.query('/cosmos.auth.v1beta1.Query/Account', Uint8Array.of(0xff))).slice(0, 2), ['sdk', 18]);
});

test('auth lists accounts, module accounts and parameters', async () => {
  const chain = await start();
  const auth = <R>(name: string, request: object): Promise<R> =>
    chain.ask<R>(`/cosmos.auth.v1beta1.Query/${name}`, `cosmos.auth.v1beta1.Query${name}Request`, `cosmos.auth.v1beta1.Query${name}Response`, request);
  const { accounts } = await auth<{ accounts: { typeUrl: string }[] }>('Accounts', {});
  assert.deepEqual([...new Set(accounts.map(({ typeUrl }) => typeUrl))].sort(), ['/cosmos.auth.v1beta1.BaseAccount', '/cosmos.auth.v1beta1.ModuleAccount']);
  assert.equal((await auth<{ accounts: unknown[] }>('ModuleAccounts', {})).accounts.length, accounts.length - 1); // all but alice
  assert.equal((await auth<{ account: { typeUrl: string } }>('ModuleAccountByName', { name: 'fee_collector' })).account.typeUrl, '/cosmos.auth.v1beta1.ModuleAccount');
  assert.equal((await auth<{ params: { txSigLimit: bigint } }>('Params', {})).params.txSigLimit, 7n);
  assert.equal((await auth<{ info: { address: string } }>('AccountInfo', { address: alice.address })).info.address, alice.address);
});

test('bank answers balances, supply and denoms', async () => {
  const chain = await start();
  assert.deepEqual(await bank(chain, 'Balance', { address: alice.address, denom: 'beta' }), { balance: { denom: 'beta', amount: '22' } });
  assert.deepEqual(await bank(chain, 'Balance', { address: strangerAddress(4), denom: 'beta' }), { balance: { denom: 'beta', amount: '0' } });
  assert.deepEqual((await bank<{ balances: unknown }>(chain, 'AllBalances', { address: alice.address })).balances, rich);
  assert.deepEqual((await bank<{ balances: unknown }>(chain, 'SpendableBalances', { address: alice.address })).balances, rich);
  assert.deepEqual((await bank<{ supply: unknown }>(chain, 'TotalSupply', {})).supply, rich);
  assert.deepEqual(await bank(chain, 'SupplyOf', { denom: 'gamma' }), { amount: { denom: 'gamma', amount: '333' } });
  assert.equal((await bank<{ metadata: { display: string } }>(chain, 'DenomMetadata', { denom: 'uwind' })).metadata.display, 'wind');
  assert.equal((await bank<{ metadatas: unknown[] }>(chain, 'DenomsMetadata', {})).metadatas.length, 1);
  assert.equal((await bank<{ params: { defaultSendEnabled: boolean } }>(chain, 'Params', {})).params.defaultSendEnabled, true); // genesis said nothing of it
  await assert.rejects(bank(chain, 'DenomMetadata', { denom: 'beta' }), /rpc error: code = NotFound/);
  await assert.rejects(bank(chain, 'SpendableBalances', { address: 'test' }), /code = InvalidArgument .*: invalid request$/);
});

test('pages go on by key or offset, both ways, and count on demand', async () => {
  const chain = await start();
  type Page = { balances: { denom: string }[]; pagination: { nextKey: Uint8Array; total: bigint } };
  const page = (pagination: object): Promise<Page> => bank<Page>(chain, 'AllBalances', { address: alice.address, pagination });
  const walk = async (reverse: boolean): Promise<string[]> => {
    const denoms: string[] = [];
    let key: Uint8Array = new Uint8Array(0);
    for (let pages = 0; pages < 10; pages += 1) {
      const { balances: rows, pagination } = await page({ key, limit: 3n, reverse });
      denoms.push(...rows.map(({ denom }) => denom));
      key = pagination.nextKey;
      if (key.length === 0) break;
    }
    return denoms;
  };
  assert.deepEqual(await walk(false), ['alpha', 'beta', 'gamma', 'uwind']);
  assert.deepEqual(await walk(true), ['uwind', 'gamma', 'beta', 'alpha']);
  const middle = await page({ offset: 1n, limit: 2n, countTotal: true });
  assert.deepEqual([middle.balances.map(({ denom }) => denom), middle.pagination.total, Buffer.from(middle.pagination.nextKey).toString()], [['beta', 'gamma'], 4n, 'uwind']);
  await assert.rejects(page({ key: Uint8Array.of(1), offset: 1n }), /either offset or key/);
});

test('a value of the store is proven against the AppHash, and so is its absence', async () => {
  const chain = await start();
  const hashes = new Map([[chain.height(), chain.store.appHash]]);
  const latest = await chain.block();
  const key = Buffer.concat([Buffer.of(2, 20), Buffer.from(createHash('ripemd160').update(createHash('sha256').update(alice.publicKey).digest()).digest()), Buffer.from('uwind')]);
  for (const [asked, present] of [[key, true], [Buffer.from('nothing'), false]] as const) {
    const answer = await chain.query('/store/bank/key', asked, { prove: true });
    assert.deepEqual([answer.code, answer.height, answer.value.length > 0], [0, 2n, present]); // 0 asks for the newest with a header
    const [iavl, simple] = (answer.proofOps?.ops ?? []).map(({ data }) => ics23.CommitmentProof.decode(data));
    assert(iavl && simple);
    const root = simple.exist?.value as Uint8Array;
    assert(verifyMembership(simple, tendermintSpec, hashes.get(2n) as Uint8Array, Buffer.from('bank'), root));
    assert(present ? verifyMembership(iavl, iavlSpec, root, asked, answer.value) : verifyNonMembership(iavl, iavlSpec, root, asked));
  }
  assert.notDeepEqual(latest.appHash, new Uint8Array(0));
  const plain = await chain.query('/store/bank/key', key);
  assert.deepEqual([Buffer.from(plain.value).toString(), plain.height, plain.proofOps], ['1000000', 3n, undefined]);
});

test('heights: old ones while they are kept, no future, none below zero, no proof at 1', async () => {
  const chain = await makeTestChain({ accounts: balances, pruning: 3 });
  const path = '/cosmos.bank.v1beta1.Query/Balance';
  const data = testCodecs.of<object>('cosmos.bank.v1beta1.QueryBalanceRequest').encode({ address: alice.address, denom: 'uwind' });
  assert.deepEqual(summary(await chain.query(path, data)), ['sdk', 26, 'app is not ready; please wait for first block: invalid height', 0n]);
  await chain.block();
  await chain.block([await alice.sign([sendMsg(alice.address, strangerAddress(1), '5')])]);
  const at = async (height: bigint): Promise<string> =>
    testCodecs.of<{ balance: { amount: string } }>('cosmos.bank.v1beta1.QueryBalanceResponse').decode((await chain.query(path, data, { height })).value).balance.amount;
  assert.deepEqual([await at(1n), await at(2n), await at(0n)], ['1000000', '994995', '994995']);
  assert.deepEqual(summary(await chain.query(path, data, { height: 3n })), ['sdk', 26, 'cannot query with height in the future; please provide a valid height: invalid height', 2n]);
  assert.deepEqual(summary(await chain.query(path, data, { height: -1n })), ['sdk', 18, 'cannot query with height < 0; please provide a valid height: invalid request', 2n]);
  for (const height of [0n, 1n]) {
    assert.deepEqual(summary(await chain.query('/store/bank/key', Uint8Array.of(1), { height, prove: true })),
      ['sdk', 18, 'cannot query with proof when height <= 1; please provide a valid height: invalid request', 2n]);
  }
  for (let count = 0; count < 5; count += 1) await chain.block();
  assert.deepEqual(summary(await chain.query(path, data, { height: 1n })).slice(0, 2), ['sdk', 38]);
  assert.deepEqual(summary(await chain.query('/store/bank/key', Uint8Array.of(1), { height: 2n, prove: true })).slice(0, 2), ['sdk', 38]);
});

test('other paths: version, peers, parameters, and a clear no to the unknown', async () => {
  const chain = await start();
  const empty = new Uint8Array(0);
  assert.equal(Buffer.from((await chain.query('/app/version', empty)).value).toString(), '0.0.0-test');
  for (const path of ['/p2p/filter/addr/1.2.3.4:5', '/p2p/filter/id/abc']) assert.equal((await chain.query(path, empty)).code, 0);
  const params = await chain.ask<{ params: { block: { maxGas: bigint } } }>('/cosmos.consensus.v1.Query/Params', 'cosmos.consensus.v1.QueryParamsRequest', 'cosmos.consensus.v1.QueryParamsResponse', {});
  assert.equal(params.params.block.maxGas, -1n);
  for (const path of ['', '/', 'x', '/app', '/app/x', '/store', '/store/none/key', '/store/bank/subspace', '/p2p/x', '/no.such.Query/X', '/__proto__', '/constructor']) {
    assert.deepEqual(summary(await chain.query(path, Uint8Array.of(1))).slice(0, 2), ['sdk', 6], path);
  }
  const random = makeRandom(3);
  for (const path of ['/cosmos.tx.v1beta1.Service/Simulate', '/app/simulate', '/cosmos.bank.v1beta1.Query/AllBalances', '/cosmos.tx.v1beta1.Service/GetTx', '/store/acc/key']) {
    for (let round = 0; round < 100; round += 1) assert.notEqual((await chain.query(path, random.bytes(random.below(60)))).codespace, 'undefined', path);
  }
});

test('/app/simulate answers in JSON', async () => {
  const chain = await start();
  const tx = await alice.sign([sendMsg(alice.address, strangerAddress(1), '5')]);
  const json = JSON.parse(Buffer.from((await chain.query('/app/simulate', tx)).value).toString()) as { gas_info: { gas_used: string } };
  assert(BigInt(json.gas_info.gas_used) > 0n);
});

test('GetTx comes from the host’s index, or is NotFound', async () => {
  const found = new Map<string, CommittedTx>();
  const chain = await makeTestChain({ accounts: balances, txLookup: hash => Promise.resolve(found.get(hash)) });
  await chain.block();
  const bytes = await alice.sign([sendMsg(alice.address, strangerAddress(1), '5')]);
  const result = await chain.deliver(bytes);
  const hash = createHash('sha256').update(bytes).digest('hex').toUpperCase();
  found.set(hash, { bytes, height: 2n, time: { seconds: 0n, nanos: 0 }, result });
  const get = (wanted: string) => chain.ask<{ txResponse: { height: bigint; txhash: string; gasUsed: bigint }; tx: { body: { messages: unknown[] } } }>(
    '/cosmos.tx.v1beta1.Service/GetTx', 'cosmos.tx.v1beta1.GetTxRequest', 'cosmos.tx.v1beta1.GetTxResponse', { hash: wanted });
  const { txResponse, tx } = await get(hash.toLowerCase());
  assert.deepEqual([txResponse.height, txResponse.txhash, txResponse.gasUsed, tx.body.messages.length], [2n, hash, result.gasUsed, 1]);
  await assert.rejects(get('0'.repeat(64)), { message: `rpc error: code = NotFound desc = tx not found: ${'0'.repeat(64)}: key not found` });
});
