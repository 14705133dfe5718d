import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, moduleAddress } from '../../../chain/index.js';
import { proposalStatus, voteOption } from '../../../chain/modules/gov/index.js';
import { strangerAddress } from '../../support/chain-app.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { communityPoolAddress, depositMsg, eventsOf, govAddress, makeGovChain, submitMsg, timeOf, uwind, voteMsg, type GovChain } from '../../support/gov.js';

const [alice, bob, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov bob'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const makeChain = (params: object = {}): Promise<GovChain> => makeGovChain({ wallets: [alice, bob, val], stake, params });
const rich = 1_000_000n;

test('deposits add up until they suffice; then the vote begins, and a pass gives them back', async () => {
  const gov = await makeChain();
  const submitted = await gov.sent(alice, [submitMsg(alice, { deposit: 400 })]);
  assert.deepEqual(eventsOf(submitted.events, 'submit_proposal'), [`proposal_id=1 proposal_proposer=${alice.address} proposal_messages=`]);
  assert.deepEqual(eventsOf(submitted.events, 'proposal_deposit'), [`depositor=${alice.address} amount=400uwind proposal_id=1`]);
  assert.equal((await gov.proposal(1n)).status, proposalStatus.depositPeriod);
  assert.deepEqual((await gov.proposal(1n)).depositEndTime, timeOf(100));
  assert.match((await gov.send(val, [voteMsg(val, 1n, voteOption.yes)])).log, /1: inactive proposal/);

  gov.time = 10;
  await gov.sent(bob, [depositMsg(bob, 1n, 100)]);
  const last = await gov.sent(bob, [depositMsg(bob, 1n, 500)]);
  assert.deepEqual(eventsOf(last.events, 'proposal_deposit'), [`depositor=${bob.address} amount=500uwind proposal_id=1`, 'voting_period_start=1']);
  const voting = await gov.proposal(1n);
  assert.equal(voting.status, proposalStatus.votingPeriod);
  assert.deepEqual([voting.votingStartTime, voting.votingEndTime, voting.totalDeposit], [timeOf(10), timeOf(60), uwind(1000)]);
  assert.deepEqual([gov.chain.balance(govAddress), gov.chain.balance(bob.address)], [1000n, rich - 600n]);

  const vote = await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
  assert.deepEqual(eventsOf(vote.events, 'proposal_vote'), [`voter=${val.address} option=[{"option":1,"weight":"1.000000000000000000"}] proposal_id=1`]);
  assert.deepEqual(eventsOf((await gov.pass(49)).events, 'active_proposal'), []); // one second before the end
  const end = await gov.pass(1);
  assert.deepEqual(eventsOf(end.events, 'active_proposal'), ['proposal_id=1 proposal_result=proposal_passed proposal_log=passed']);
  const passed = await gov.proposal(1n);
  assert.deepEqual([passed.status, passed.finalTallyResult?.yesCount, passed.failedReason], [proposalStatus.passed, '100', '']);
  assert.deepEqual([gov.chain.balance(govAddress), gov.chain.balance(alice.address), gov.chain.balance(bob.address)], [0n, rich, rich]);
  assert.deepEqual(await gov.votes(1n), []);
  assert.match((await gov.send(bob, [depositMsg(bob, 1n, 1)])).log, /1: inactive proposal/);
});

test('a proposal that is not funded in time is gone, and its deposits come back, or burn', async () => {
  for (const burns of [false, true]) {
    const gov = await makeChain({ burn_proposal_deposit_prevote: burns });
    await gov.sent(alice, [submitMsg(alice, { deposit: 999 })]);
    const supply = gov.chain.core.bank.supply(gov.chain.store.branch(), 'uwind');
    const end = await gov.pass(100);
    assert.deepEqual(eventsOf(end.events, 'inactive_proposal'), ['proposal_id=1 proposal_result=proposal_dropped']);
    await assert.rejects(gov.proposal(1n), /NotFound.*proposal 1 doesn't exist/);
    const lost = burns ? 999n : 0n;
    assert.equal(gov.chain.balance(alice.address), rich - lost);
    assert.equal(gov.chain.core.bank.supply(gov.chain.store.branch(), 'uwind'), supply - lost);
    assert.equal(gov.chain.balance(govAddress), 0n);
    assert.deepEqual(eventsOf((await gov.pass(100)).events, 'inactive_proposal'), []);
  }
});

test('a veto burns the deposits, a plain no gives them back, a missed quorum as the parameter says', async () => {
  const outcomes = [
    { option: voteOption.noWithVeto, params: {}, burns: true }, { option: voteOption.noWithVeto, params: { burn_vote_veto: false }, burns: false },
    { option: voteOption.no, params: {}, burns: false }, { option: undefined, params: {}, burns: false }, { option: undefined, params: { burn_vote_quorum: true }, burns: true },
  ];
  for (const { option, params, burns } of outcomes) {
    const gov = await makeChain(params);
    await gov.sent(alice, [submitMsg(alice, { deposit: 1000 })]);
    if (option !== undefined) await gov.sent(val, [voteMsg(val, 1n, option)]);
    const end = await gov.pass(50);
    assert.deepEqual(eventsOf(end.events, 'active_proposal'), ['proposal_id=1 proposal_result=proposal_rejected proposal_log=rejected']);
    const { status, failedReason } = await gov.proposal(1n);
    assert.deepEqual([status, failedReason], [proposalStatus.rejected, 'proposal did not get enough votes to pass']);
    assert.equal(gov.chain.balance(alice.address), burns ? rich - 1000n : rich);
    assert.equal(gov.chain.balance(govAddress), 0n);
  }
});

test('the least initial deposit, the least share of one deposit, and the denoms are parameters', async () => {
  const gov = await makeChain({ min_initial_deposit_ratio: '0.25', min_deposit_ratio: '0.1' });
  const refused = async (result: Promise<{ code: number; codespace: string; log: string }>): Promise<string> => {
    const { code, codespace, log } = await result;
    return `${codespace}/${code} ${log.replace('failed to execute message; message index: 0: ', '')}`;
  };
  assert.equal(await refused(gov.send(alice, [submitMsg(alice, { deposit: 249 })])), 'gov/16 was (249uwind), need (250uwind): minimum deposit is too small');
  assert.equal(await refused(gov.send(alice, [submitMsg(alice, { deposit: 1249, expedited: true })])), 'gov/16 was (1249uwind), need (1250uwind): minimum deposit is too small');
  await gov.sent(alice, [submitMsg(alice, { deposit: 250 })]);
  assert.equal(await refused(gov.send(bob, [depositMsg(bob, 1n, 99)])), 'gov/16 received 99uwind but need at least one of the following: 100uwind: minimum deposit is too small');
  await gov.sent(bob, [depositMsg(bob, 1n, 100)]);
  const other = { typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId: 1n, depositor: bob.address, amount: [{ denom: 'other', amount: '5' }] } };
  assert.equal(await refused(gov.send(bob, [other])), 'gov/23 deposited 5other, but gov accepts only the following denom(s): [uwind]: invalid deposit denom');
  assert.equal(await refused(gov.send(bob, [depositMsg(bob, 9n, 100)])), "gov/2 proposal 9 doesn't exist: unknown proposal");
  assert.equal(await refused(gov.send(bob, [depositMsg(bob, 1n, 5_000_000)])), 'sdk/5 spendable balance 999900uwind is smaller than 5000000uwind: insufficient funds');
});

test('the proposer may cancel before the votes are counted, and pays a part of every deposit', async () => {
  const cancel = (proposer: typeof alice, proposalId = 1n) => ({ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId, proposer: proposer.address } });
  const treasury = strangerAddress(7);
  for (const destination of ['', treasury]) {
    const gov = await makeChain({ proposal_cancel_ratio: '0.3', proposal_cancel_dest: destination });
    await gov.sent(alice, [submitMsg(alice, { deposit: 999 })]);
    await gov.sent(bob, [depositMsg(bob, 1n, 11)]);
    await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
    assert.match((await gov.send(bob, [cancel(bob)])).log, new RegExp(`invalid proposer ${bob.address}: invalid proposer`));
    assert.match((await gov.send(bob, [cancel(bob, 7n)])).log, /unknown proposal/);
    const supply = gov.chain.core.bank.supply(gov.chain.store.branch(), 'uwind');
    const cancelled = await gov.sent(alice, [cancel(alice)]);
    assert.deepEqual(eventsOf(cancelled.events, 'cancel_proposal'), [`sender=${alice.address} proposal_id=1`]);
    // 30 % of 999 is 299.7, of 11 is 3.3: charges are cut to whole coins.
    assert.deepEqual([gov.chain.balance(alice.address), gov.chain.balance(bob.address)], [rich - 299n, rich - 3n]);
    assert.equal(gov.chain.balance(treasury), destination === '' ? 0n : 302n);
    assert.equal(gov.chain.core.bank.supply(gov.chain.store.branch(), 'uwind'), destination === '' ? supply - 302n : supply);
    await assert.rejects(gov.proposal(1n), /NotFound/);
    assert.deepEqual(await gov.votes(1n), []);
    assert.deepEqual(eventsOf((await gov.pass(200)).events, 'active_proposal'), []);
  }
});

test('what a cancelled proposal costs may go to the community pool, which counts it', async () => {
  const gov = await makeChain({ proposal_cancel_ratio: '0.3', proposal_cancel_dest: communityPoolAddress });
  await gov.sent(alice, [submitMsg(alice, { deposit: 999 })]);
  await gov.sent(bob, [depositMsg(bob, 1n, 11)]);
  const { bank } = gov.chain.core;
  const supply = bank.supply(gov.chain.store.branch(), 'uwind');
  const pool = async () => (await gov.chain.ask<{ pool: object }>('/cosmos.distribution.v1beta1.Query/CommunityPool', 'cosmos.distribution.v1beta1.QueryCommunityPoolRequest', 'cosmos.distribution.v1beta1.QueryCommunityPoolResponse', {})).pool;
  assert.deepEqual(await pool(), []);
  await gov.sent(alice, [{ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 1n, proposer: alice.address } }]);
  assert.deepEqual(await pool(), [{ denom: 'uwind', amount: `302${'0'.repeat(18)}` }]);
  assert.equal(gov.chain.balance(communityPoolAddress), 302n);
  assert.deepEqual([gov.chain.balance(alice.address), gov.chain.balance(bob.address), gov.chain.balance(govAddress)], [rich - 299n, rich - 3n, 0n]);
  assert.equal(bank.supply(gov.chain.store.branch(), 'uwind'), supply);
});

test('what a cancelled proposal costs never goes to a pool that must hold exactly what is staked', async () => {
  const pool = addressText(moduleAddress('bonded_tokens_pool'));
  const gov = await makeChain({ proposal_cancel_ratio: '0.3', proposal_cancel_dest: pool });
  await gov.sent(alice, [submitMsg(alice, { deposit: 500 })]);
  const cancel = { typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 1n, proposer: alice.address } };
  const { codespace, code, log } = await gov.send(alice, [cancel]);
  assert.deepEqual([codespace, code], ['sdk', 4]);
  assert.match(log, /is not allowed to receive funds: unauthorized$/);
  assert.equal(gov.chain.balance(pool), 0n);
});

test('an expedited proposal that fails goes on as a regular one, with its deposits and a new vote', async () => {
  const gov = await makeGovChain({
    wallets: [alice, bob, val],
    stake: { validators: [{ operator: val, tokens: 60n }, { operator: bob, tokens: 40n }], delegations: [{ from: val, to: val, shares: '60' }, { from: bob, to: bob, shares: '40' }] },
  });
  await gov.sent(alice, [submitMsg(alice, { deposit: 4999, expedited: true })]);
  assert.equal((await gov.proposal(1n)).status, proposalStatus.depositPeriod);
  gov.time = 5;
  await gov.sent(alice, [depositMsg(alice, 1n, 1)]);
  assert.deepEqual((await gov.proposal(1n)).votingEndTime, timeOf(25));
  const voteAll = () => gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]).then(() => gov.sent(bob, [voteMsg(bob, 1n, voteOption.no)]));
  await voteAll();
  const early = await gov.pass(20);
  assert.deepEqual(eventsOf(early.events, 'active_proposal'), ['proposal_id=1 proposal_result=expedited_proposal_rejected proposal_log=expedited proposal converted to regular']);
  const regular = await gov.proposal(1n);
  assert.deepEqual([regular.status, regular.expedited, regular.votingEndTime, regular.finalTallyResult?.yesCount], [proposalStatus.votingPeriod, false, timeOf(55), '60']);
  assert.equal(gov.chain.balance(govAddress), 5000n);
  await voteAll(); // 60 % was too little for an expedited proposal, and is enough now
  assert.deepEqual(eventsOf((await gov.pass(29)).events, 'active_proposal'), []);
  assert.deepEqual(eventsOf((await gov.pass(1)).events, 'active_proposal'), ['proposal_id=1 proposal_result=proposal_passed proposal_log=passed']);
  assert.equal(gov.chain.balance(alice.address), rich);
});
