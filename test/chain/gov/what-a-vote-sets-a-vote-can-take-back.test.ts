/** Parameters at their bounds: proposals and votes still fit into a block, so that nothing a vote sets is for ever. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proposalStatus, voteOption, type GovParams } from '../../../chain/modules/gov/index.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { govAddress, makeGovChain, submitMsg, uwind, voteMsg, type GovChain } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const fee = { amount: [], gas: '1000000' };

type Deciding = { readonly gov: GovChain; decide(typeUrl: string, value: object): Promise<string> };

async function begin(): Promise<Deciding> {
  const gov = await makeGovChain({ wallets: [alice, val], stake });
  let proposals = 0n;
  const sent = async (from: typeof alice, message: Parameters<GovChain['send']>[1][number]): Promise<void> => assert.equal((await gov.send(from, [message], { fee })).log, '');
  const decide = async (typeUrl: string, value: object): Promise<string> => {
    proposals += 1n;
    await sent(alice, submitMsg(alice, { deposit: 1000, messages: [{ typeUrl, value: { authority: govAddress, ...value } }], summary: 'why '.repeat(100) }));
    await sent(val, voteMsg(val, proposals, voteOption.yes));
    await gov.pass(50);
    const { status, failedReason } = await gov.proposal(proposals);
    assert.equal(status, failedReason === '' ? proposalStatus.passed : proposalStatus.failed);
    return failedReason;
  };
  return { gov, decide };
}

const authUrl = '/cosmos.auth.v1beta1.MsgUpdateParams';
const auth = { maxMemoCharacters: 256n, txSigLimit: 7n, txSizeCostPerByte: 10n, sigVerifyCostEd25519: 590n, sigVerifyCostSecp256k1: 1000n };
const dearest = { maxMemoCharacters: 1n, txSigLimit: 1n, txSizeCostPerByte: 100n, sigVerifyCostEd25519: 100_000n, sigVerifyCostSecp256k1: 100_000n };

test('with the dearest transactions in the smallest blocks, votes make them cheap again', async () => {
  const { decide } = await begin();
  const evidence = { maxAgeNumBlocks: 7n, maxAgeDuration: { seconds: 60n, nanos: 0 }, maxBytes: 10_000n };
  assert.equal(await decide('/cosmos.consensus.v1.MsgUpdateParams', { block: { maxBytes: 75_536n, maxGas: 1_000_000n }, evidence, validator: { pubKeyTypes: ['ed25519'] } }), '');
  assert.equal(await decide(authUrl, { params: dearest }), '');
  assert.equal(await decide(authUrl, { params: auth }), '');
});

test('transactions that nobody could pay for any more are refused', async () => {
  const { decide } = await begin();
  assert.equal(await decide(authUrl, { params: { ...auth, txSizeCostPerByte: 101n } }), 'tx size cost per byte is too large: 101 > 100');
  assert.equal(await decide(authUrl, { params: { ...auth, sigVerifyCostSecp256k1: 2n ** 63n } }), 'SECK256k1 signature verification cost is too large: 9223372036854775808 > 100000');
  assert.equal(await decide(authUrl, { params: { ...auth, sigVerifyCostEd25519: 100_001n } }), 'ED25519 signature verification cost is too large: 100001 > 100000');
});

test('a deposit that all coins together could not make is refused', async () => {
  const { gov, decide } = await begin();
  const { params } = await gov.chain.ask<{ params: GovParams }>('/cosmos.gov.v1.Query/Params', 'cosmos.gov.v1.QueryParamsRequest', 'cosmos.gov.v1.QueryParamsResponse', { paramsType: 'deposit' });
  const change = (changes: Partial<GovParams>) => decide('/cosmos.gov.v1.MsgUpdateParams', { params: { ...params, ...changes } });
  assert.equal(await change({ expeditedMinDeposit: uwind(2_000_001) }), 'minimum deposits are larger than the supply: 2000001uwind > 2000000uwind');
  assert.equal(await change({ minDeposit: [...uwind(1), { denom: 'zzz', amount: '1' }], expeditedMinDeposit: [...uwind(2), { denom: 'zzz', amount: '2' }] }), 'minimum deposits are larger than the supply: 1zzz > 0zzz');
  assert.equal(await change({ expeditedMinDeposit: uwind(2_000_000) }), '');
});

test('more validators than a block has room for are refused', async () => {
  const { decide } = await begin();
  const params = { unbondingTime: { seconds: 60n, nanos: 0 }, maxValidators: 500, maxEntries: 7, historicalEntries: 10, bondDenom: 'uwind', minCommissionRate: '0' };
  assert.equal(await decide('/cosmos.staking.v1beta1.MsgUpdateParams', { params }), '');
  assert.equal(await decide('/cosmos.staking.v1beta1.MsgUpdateParams', { params: { ...params, maxValidators: 501 } }), 'max validators is too large: 501 > 500');
});
