import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proposalStatus, voteOption, type GovParams } from '../../../chain/modules/gov/index.js';

import { makeTestWallet, sendMsg } from '../../support/chain-wallet.js';
import { govAddress, makeGovChain, submitMsg, uwind, voteMsg, type GovChain } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const gov = await makeGovChain({ wallets: [alice, val], stake });
let proposals = 0n;

/** Passes a proposal of one message; answers with the block that executed it and why the message failed, if it did. */
async function decide(typeUrl: string, value: object) {
  proposals += 1n;
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, messages: [{ typeUrl, value: { authority: govAddress, ...value } }] })]);
  await gov.sent(val, [voteMsg(val, proposals, voteOption.yes)]);
  const block = await gov.pass(50);
  const { status, failedReason } = await gov.proposal(proposals);
  assert.equal(status, failedReason === '' ? proposalStatus.passed : proposalStatus.failed);
  return { block, failedReason };
}

const ask = <T>(path: string): Promise<T> => {
  const [, service = '', method = ''] = path.split('/');
  const types = service.replace(/Query$/, '');
  return gov.chain.ask<T>(path, `${types}Query${method}Request`, `${types}Query${method}Response`, {});
};

test('auth: a lower limit for memos holds from the next block on', async () => {
  const { params } = await ask<{ params: object }>('/cosmos.auth.v1beta1.Query/Params');
  assert.equal((await decide('/cosmos.auth.v1beta1.MsgUpdateParams', { params: { ...params, maxMemoCharacters: 3n } })).failedReason, '');
  assert.match((await gov.send(alice, [sendMsg(alice.address, val.address, '1')], { memo: 'four' })).log, /maximum number of characters is 3/);
  assert.equal((await decide('/cosmos.auth.v1beta1.MsgUpdateParams', { params: { ...params, txSigLimit: 0n } })).failedReason, 'invalid tx signature limit: 0');
  assert.equal((await decide('/cosmos.auth.v1beta1.MsgUpdateParams', {})).failedReason, 'params are missing: invalid request');
});

test('bank: sending is switched off for all denoms, or for one, and on again', async () => {
  const mayNot = /uwind transfers are currently disabled/;
  assert.equal((await decide('/cosmos.bank.v1beta1.MsgUpdateParams', { params: { sendEnabled: [], defaultSendEnabled: false } })).failedReason, '');
  assert.match((await gov.send(alice, [sendMsg(alice.address, val.address, '1')])).log, mayNot);
  await decide('/cosmos.bank.v1beta1.MsgSetSendEnabled', { sendEnabled: [{ denom: 'uwind', enabled: true }] });
  await gov.sent(alice, [sendMsg(alice.address, val.address, '1')]);
  await decide('/cosmos.bank.v1beta1.MsgSetSendEnabled', { useDefaultFor: ['uwind'] });
  assert.match((await gov.send(alice, [sendMsg(alice.address, val.address, '1')])).log, mayNot);
  assert.equal((await decide('/cosmos.bank.v1beta1.MsgUpdateParams', { params: { sendEnabled: [{ denom: 'uwind', enabled: true }], defaultSendEnabled: true } })).failedReason, 'use of send_enabled in params is no longer supported');
});

test('consensus: the change reaches CometBFT with the block, whole; what CometBFT would stop on is refused', async () => {
  const change = { block: { maxBytes: 2_000_000n, maxGas: 9_000_000n }, evidence: { maxAgeNumBlocks: 7n, maxAgeDuration: { seconds: 60n, nanos: 0 }, maxBytes: 10_000n }, validator: { pubKeyTypes: ['ed25519'] } };
  const { block, failedReason } = await decide('/cosmos.consensus.v1.MsgUpdateParams', change);
  assert.equal(failedReason, '');
  assert.deepEqual(block.consensusParamUpdates, { ...change, version: { app: 0n }, abci: { voteExtensionsEnableHeight: 0n } });
  assert.deepEqual((await ask<{ params: object }>('/cosmos.consensus.v1.Query/Params')).params, block.consensusParamUpdates);
  const bad: readonly (readonly [object, string])[] = [
    [{ block: undefined }, 'all parameters must be present'],
    [{ block: { maxBytes: 0n, maxGas: -1n } }, 'block.MaxBytes cannot be 0'],
    [{ block: { maxBytes: 104_857_601n, maxGas: -1n } }, 'block.MaxBytes is too big. 104857601 > 104857600'],
    [{ block: { maxBytes: 75_535n, maxGas: -1n } }, 'block.MaxBytes must be at least 65536 more than evidence.MaxBytes. Got 75535 and 10000'],
    [{ block: { maxBytes: -1n, maxGas: -2n } }, 'block.MaxGas must be greater or equal to -1. Got -2'],
    [{ block: { maxBytes: -1n, maxGas: 0n } }, 'block.MaxGas must be -1 or at least 1000000. Got 0'],
    [{ evidence: { ...change.evidence, maxAgeNumBlocks: 0n } }, 'evidence.MaxAgeNumBlocks must be greater than 0. Got 0'],
    [{ evidence: { ...change.evidence, maxAgeDuration: undefined } }, 'evidence.MaxAgeDuration must be greater than 0 if provided, Got 0s'],
    [{ evidence: { ...change.evidence, maxBytes: 2_000_001n } }, 'evidence.MaxBytesEvidence is greater than upper bound, 2000001 > 2000000'],
    [{ validator: { pubKeyTypes: [] } }, 'len(Validator.PubKeyTypes) must be greater than 0'],
    [{ validator: { pubKeyTypes: ['ed25519', 'bls'] } }, 'params.Validator.PubKeyTypes[1], bls, is an unknown pubkey type'],
    [{ abci: { voteExtensionsEnableHeight: 900n } }, 'ABCI.VoteExtensionsEnableHeight cannot change: this chain has no vote extensions'],
  ];
  for (const [part, reason] of bad) {
    const outcome = await decide('/cosmos.consensus.v1.MsgUpdateParams', { ...change, ...part });
    assert.equal(outcome.failedReason, reason);
    assert.equal(outcome.block.consensusParamUpdates, undefined);
  }
});

test('staking: its parameters, in the SDK’s bounds', async () => {
  const { params } = await ask<{ params: { maxValidators: number } }>('/cosmos.staking.v1beta1.Query/Params');
  const wanted = { ...params, unbondingTime: { seconds: 60n, nanos: 0 }, maxValidators: 7, maxEntries: 3, minCommissionRate: '50000000000000000' };
  const typeUrl = '/cosmos.staking.v1beta1.MsgUpdateParams';
  assert.equal((await decide(typeUrl, { params: wanted })).failedReason, '');
  assert.deepEqual((await ask<{ params: object }>('/cosmos.staking.v1beta1.Query/Params')).params, wanted);
  for (const [change, reason] of [
    [{ maxValidators: 0 }, 'max validators must be positive: 0'],
    [{ unbondingTime: undefined }, 'unbonding time must be positive: 0'],
    [{ minCommissionRate: '1000000000000000001' }, 'minimum commission rate cannot be greater than 100%: 1.000000000000000001'],
  ] as const) assert.equal((await decide(typeUrl, { params: { ...wanted, ...change } })).failedReason, reason);
  assert.equal((await decide(typeUrl, {})).failedReason, 'empty params: invalid request');
  assert.deepEqual((await ask<{ params: object }>('/cosmos.staking.v1beta1.Query/Params')).params, wanted);
});

test('slashing: its parameters, in the SDK’s bounds', async () => {
  const current = async () => (await ask<{ params: object }>('/cosmos.slashing.v1beta1.Query/Params')).params;
  const wanted = { ...(await current()), signedBlocksWindow: 50n, downtimeJailDuration: { seconds: 5n, nanos: 0 } };
  const typeUrl = '/cosmos.slashing.v1beta1.MsgUpdateParams';
  assert.equal((await decide(typeUrl, { params: wanted })).failedReason, '');
  assert.deepEqual(await current(), wanted);
  for (const [change, reason] of [
    [{ signedBlocksWindow: 0n }, 'signed blocks window must be positive: 0'],
    [{ downtimeJailDuration: undefined }, 'downtime jail duration must be positive: 0s'],
    [{ slashFractionDowntime: Buffer.from('1000000000000000001') }, 'downtime slash fraction too large: 1.000000000000000001'],
  ] as const) assert.equal((await decide(typeUrl, { params: { ...wanted, ...change } })).failedReason, reason);
  assert.deepEqual(await current(), wanted);
});

test('distribution: from the next block on nobody lets others receive their rewards', async () => {
  const setAddress = { typeUrl: '/cosmos.distribution.v1beta1.MsgSetWithdrawAddress', value: { delegatorAddress: alice.address, withdrawAddress: val.address } };
  await gov.sent(alice, [setAddress]);
  const current = async () => (await ask<{ params: object }>('/cosmos.distribution.v1beta1.Query/Params')).params;
  const wanted = { ...(await current()), communityTax: '100000000000000000', withdrawAddrEnabled: false };
  const typeUrl = '/cosmos.distribution.v1beta1.MsgUpdateParams';
  assert.equal((await decide(typeUrl, { params: wanted })).failedReason, '');
  assert.deepEqual(await current(), wanted);
  assert.match((await gov.send(alice, [setAddress])).log, /set withdraw address disabled/);
  for (const [change, reason] of [
    [{ communityTax: '1000000000000000001' }, 'community tax too large: 1.000000000000000001'],
    [{ baseProposerReward: '1' }, 'cannot update base or bonus proposer reward because these are deprecated fields: invalid request'],
  ] as const) assert.equal((await decide(typeUrl, { params: { ...wanted, ...change } })).failedReason, reason);
  assert.deepEqual(await current(), wanted);
});

test('gov: its own parameters, in the SDK’s bounds', async () => {
  const params = await govParams(gov);
  const bad: readonly (readonly [Partial<GovParams>, string])[] = [
    [{ minDeposit: [] }, 'invalid minimum deposit: '],
    [{ expeditedMinDeposit: uwind(1000) }, 'expedited minimum deposit must be greater than minimum deposit: 1000uwind'],
    [{ maxDepositPeriod: undefined }, 'maximum deposit period must not be nil: 0'],
    [{ votingPeriod: { seconds: 0n, nanos: 0 } }, 'voting period must be positive: 0s'],
    [{ expeditedVotingPeriod: { seconds: 50n, nanos: 0 } }, 'expedited voting period 50s must be strictly less that the regular voting period 50s'],
    [{ votingPeriod: { seconds: 10n ** 11n, nanos: 0 } }, 'voting period is too long: 27777777h46m40s'],
    [{ quorum: '-0.1' }, 'quorom cannot be negative: -0.100000000000000000'],
    [{ quorum: '1.1' }, 'quorom too large: 1.1'],
    [{ quorum: '' }, 'invalid quorum string: decimal string cannot be empty'],
    [{ threshold: '0' }, 'vote threshold must be positive: 0.000000000000000000'],
    [{ expeditedThreshold: '0.5' }, 'expedited vote threshold 0.500000000000000000, must be greater than the regular threshold 0.500000000000000000'],
    [{ vetoThreshold: '2' }, 'veto threshold too large: 2.000000000000000000'],
    [{ minInitialDepositRatio: '1.5' }, 'mininum initial deposit ratio of proposal is too large: 1.500000000000000000'],
    [{ minDepositRatio: 'x' }, 'invalid mininum deposit ratio of proposal: failed to set decimal string with base 10: x000000000000000000'],
    [{ proposalCancelRatio: '-1' }, 'burn rate of cancel proposal must be positive: -1.000000000000000000'],
    [{ proposalCancelDest: 'x' }, 'deposits destination address is invalid: x'],
  ];
  for (const [change, reason] of bad) assert.equal((await decide('/cosmos.gov.v1.MsgUpdateParams', { params: { ...params, ...change } })).failedReason, reason);
  const wanted = { ...params, minDeposit: uwind(900), burnVoteQuorum: true };
  assert.equal((await decide('/cosmos.gov.v1.MsgUpdateParams', { params: wanted })).failedReason, '');
  assert.deepEqual(await govParams(gov), wanted);
});

async function govParams({ chain }: GovChain): Promise<GovParams> {
  return (await chain.ask<{ params: GovParams }>('/cosmos.gov.v1.Query/Params', 'cosmos.gov.v1.QueryParamsRequest', 'cosmos.gov.v1.QueryParamsResponse', {})).params;
}

