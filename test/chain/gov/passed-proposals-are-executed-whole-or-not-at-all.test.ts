import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Module } from '../../../chain/index.js';
import { proposalStatus, voteOption } from '../../../chain/modules/gov/index.js';
import { strangerAddress, testCodecs } from '../../support/chain-app.js';
import { makeTestWallet, sendMsg } from '../../support/chain-wallet.js';
import { depositMsg, eventsOf, govAddress, makeGovChain, submitMsg, uwind, voteMsg, type GovChain, type Wanted } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const target = strangerAddress(3);
const fromGov = (amount: string) => ({ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: govAddress, toAddress: target, amount: uwind(amount) } });

async function passedWith(gov: GovChain, wanted: Wanted) {
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, ...wanted })]);
  const id = BigInt((await gov.chain.ask<{ proposals: unknown[] }>('/cosmos.gov.v1.Query/Proposals', 'cosmos.gov.v1.QueryProposalsRequest', 'cosmos.gov.v1.QueryProposalsResponse', {})).proposals.length);
  await gov.sent(val, [voteMsg(val, id, voteOption.yes)]);
  const { events } = await gov.pass(50);
  return { events, proposal: await gov.proposal(id) };
}

const makeChain = async (modules: readonly Module[] = []): Promise<GovChain> => {
  const gov = await makeGovChain({ wallets: [alice, val], stake, modules });
  await gov.sent(alice, [sendMsg(alice.address, govAddress, '500')]);
  return gov;
};

test('messages take effect together, signed by nobody but the vote, and their events are the block’s', async () => {
  const gov = await makeChain();
  const { events, proposal } = await passedWith(gov, { messages: [fromGov('100'), fromGov('150')] });
  assert.equal(proposal.status, proposalStatus.passed);
  assert.equal(gov.chain.balance(target), 250n);
  assert.deepEqual(eventsOf(events, 'transfer').filter(text => text.includes(target)), [`recipient=${target} sender=${govAddress} amount=100uwind`, `recipient=${target} sender=${govAddress} amount=150uwind`]);
  assert(events.every(({ attributes }) => attributes.at(-1)?.value === 'EndBlock'));
});

test('when one fails, none has happened, and the proposal says why; the chain goes on', async () => {
  const gov = await makeChain();
  const { events, proposal } = await passedWith(gov, { messages: [fromGov('100'), fromGov('401')] });
  const reason = 'spendable balance 400uwind is smaller than 401uwind: insufficient funds';
  assert.deepEqual([proposal.status, proposal.failedReason], [proposalStatus.failed, reason]);
  assert.deepEqual(eventsOf(events, 'active_proposal'), [`proposal_id=1 proposal_result=proposal_failed proposal_log=passed, but msg 1 (/cosmos.bank.v1beta1.MsgSend) failed on execution: ${reason}`]);
  assert.equal(gov.chain.balance(target), 0n);
  assert.deepEqual(eventsOf(events, 'transfer').filter(text => text.includes(target)), []);
  assert.equal(gov.chain.balance(alice.address), 999_500n); // the deposit came back
  await gov.pass(1);
});

test('a proposal cannot spend what was deposited for others', async () => {
  const gov = await makeChain();
  await gov.sent(alice, [submitMsg(alice, { deposit: 700, title: 'waits' })]);
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, messages: [fromGov('501')] })]);
  await gov.sent(val, [voteMsg(val, 2n, voteOption.yes)]);
  await gov.pass(50);
  const { status, failedReason } = await gov.proposal(2n);
  assert.deepEqual([status, failedReason], [proposalStatus.failed, 'the gov account would hold less than what is deposited for other proposals']);
  assert.equal(gov.chain.balance(govAddress), 1200n);
  await gov.pass(50); // the one that waited is dropped, and its deposit is there to be given back
  assert.equal(gov.chain.balance(alice.address), 999_500n);
});

test('a proposal may cancel another whose votes would be counted next', async () => {
  const gov = await makeChain();
  const inner = { messages: [], initialDeposit: [], proposer: govAddress, metadata: 'm', title: 't', summary: 's', expedited: false };
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, messages: [{ typeUrl: '/cosmos.gov.v1.MsgSubmitProposal', value: inner }] })]);
  await gov.sent(alice, [submitMsg(alice, { messages: [{ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 3n, proposer: govAddress } }] })]);
  await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
  await gov.pass(50);
  assert.equal((await gov.proposal(3n)).proposer, govAddress);
  await gov.sent(alice, [depositMsg(alice, 2n, 1000), depositMsg(alice, 3n, 1000)]); // their votes end in the same block
  await gov.sent(val, [voteMsg(val, 2n, voteOption.yes), voteMsg(val, 3n, voteOption.yes)]);
  const { events } = await gov.pass(50);
  assert.deepEqual(eventsOf(events, 'active_proposal'), ['proposal_id=2 proposal_result=proposal_passed proposal_log=passed']);
  await assert.rejects(gov.proposal(3n), /NotFound/);
  assert.equal(gov.chain.balance(alice.address), 999_000n); // half of a cancelled deposit burns
  await gov.pass(100);
});

test('a message that fails by a broken invariant stops the node, as in a tx', async () => {
  const codec = testCodecs.of<{ fromAddress: string }>('cosmos.bank.v1beta1.Input');
  const broken: Module = {
    name: 'broken', stores: [],
    msgs: [{
      codec, responseTypeUrl: '/x', aminoName: 'x', signers: () => [govAddress],
      handle: () => {
        throw new TypeError('a mistake of ours');
      },
    }],
  };
  const gov = await makeChain([broken]);
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000, messages: [{ typeUrl: codec.typeUrl, value: {} }] })]);
  await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
  await assert.rejects(gov.pass(50), /a mistake of ours/);
});
