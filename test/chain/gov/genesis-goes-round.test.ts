import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proposalStatus, voteOption } from '../../../chain/modules/gov/index.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { eventsOf, govAddress, makeGovChain, shortParams, submitMsg, uwind, voteMsg, type GovChain } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const exported = ({ module, chain }: GovChain): object => module.exportGenesis(chain.store.branch()) as object;

test('proposals, deposits, votes, parameters and the constitution go on in a new chain as they were', async () => {
  const gov = await makeGovChain({ wallets: [alice, val], stake, gov: { constitution: 'We, the validators' } });
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, title: 'voted' })]);
  await gov.sent(alice, [submitMsg(alice, { deposit: 10, title: 'waits' })]);
  await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
  const state = exported(gov);
  const again = await makeGovChain({ wallets: [alice, val], stake, gov: state, params: undefined, held: uwind(1010) });
  assert.deepEqual(exported(again), state);
  assert.equal(again.chain.balance(govAddress), 1010n);
  assert.deepEqual(eventsOf((await again.pass(50)).events, 'active_proposal'), ['proposal_id=1 proposal_result=proposal_passed proposal_log=passed']);
  assert.deepEqual(eventsOf((await again.pass(50)).events, 'inactive_proposal'), ['proposal_id=2 proposal_result=proposal_dropped']);
  await again.sent(alice, [submitMsg(alice, {})]);
  assert.equal((await again.proposal(3n)).status, proposalStatus.depositPeriod);
  const { constitution } = await again.chain.ask<{ constitution: string }>('/cosmos.gov.v1.Query/Constitution', 'cosmos.gov.v1.QueryConstitutionRequest', 'cosmos.gov.v1.QueryConstitutionResponse', {});
  assert.equal(constitution, 'We, the validators');
});

test('a genesis that no chain could begin with is refused, and says why', async () => {
  const proposal = { id: '1', messages: [], status: 'PROPOSAL_STATUS_VOTING_PERIOD', voting_end_time: '2030-01-01T00:00:00Z', title: 't', summary: 's' };
  const bad: readonly (readonly [object, RegExp])[] = [
    [{ starting_proposal_id: '0' }, /starting proposal id must be greater than 0/],
    [{ params: { ...shortParams, quorum: '2' } }, /app_state.gov: quorom too large: 2/],
    [{ starting_proposal_id: '1', proposals: [proposal] }, /proposal 1 is not below starting_proposal_id/],
    [{ starting_proposal_id: '2', proposals: [proposal, proposal] }, /proposal 1 is listed twice/],
    [{ starting_proposal_id: '2', proposals: [{ ...proposal, voting_end_time: null }] }, /proposal 1 has no voting_end_time/],
    [{ votes: [{ proposal_id: '1', voter: alice.address, options: [] }] }, /a vote for proposal 1, which is not there/],
    [{ starting_proposal_id: '2', proposals: [proposal], votes: [{ proposal_id: '1', voter: alice.address, options: [{ option: 'VOTE_OPTION_YES', weight: '2' }] }] }, /invalid vote option/],
    [{ starting_proposal_id: '2', proposals: [proposal], deposits: [{ proposal_id: '1', depositor: 'x', amount: [] }] }, /x is not an address/],
    [{ starting_proposal_id: '2', proposals: [proposal], deposits: [{ proposal_id: '1', depositor: alice.address, amount: uwind(5) }] }, /expected module account was {2}but we got 5uwind/],
  ];
  for (const [section, reason] of bad) await assert.rejects(makeGovChain({ wallets: [alice], stake, gov: section }), reason);
});
