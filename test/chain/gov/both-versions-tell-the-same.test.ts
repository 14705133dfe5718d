/** cosmos.gov.v1beta1, which clients speak still, beside cosmos.gov.v1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { AminoTypes, createDefaultAminoConverters } from '@cosmjs/stargate';
import { TextProposal } from 'cosmjs-types/cosmos/gov/v1beta1/gov';
import * as legacy from 'cosmjs-types/cosmos/gov/v1beta1/query';
import { canonicalJson, toAminoJson, type AminoShapes } from '../../../chain/amino/json.js';
import { chainAminoConverters } from '../../../app/cli/tx/chain-types.js';
import { proposalStatus } from '../../../chain/modules/gov/index.js';
import { testCodecs } from '../../support/chain-app.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { depositMsg, govAddress, makeGovChain, submitMsg, uwind, voteMsg, voteWeightedMsg } from '../../support/gov.js';

const [alice, bob, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov bob'), await makeTestWallet('gov val')];
const gov = await makeGovChain({
  wallets: [alice, bob, val],
  stake: { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '60' }, { from: bob, to: val, shares: '40' }] },
});
const shapes: AminoShapes = new Map([...(gov.module.msgs ?? []), ...(gov.module.aminoTypes ?? [])].map(({ codec, aminoName, aminoKeepEmpty }) =>
  [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(aminoKeepEmpty) }]));
const content = { typeUrl: '/cosmos.gov.v1beta1.TextProposal', value: TextProposal.encode({ title: 'Old & <new>', description: 'As before' }).finish() };
const old = {
  submit: { typeUrl: '/cosmos.gov.v1beta1.MsgSubmitProposal', value: { content, initialDeposit: uwind(1000), proposer: alice.address } },
  vote: { typeUrl: '/cosmos.gov.v1beta1.MsgVote', value: { proposalId: 1n, voter: val.address, option: 3 } },
  voteWeighted: { typeUrl: '/cosmos.gov.v1beta1.MsgVoteWeighted', value: { proposalId: 1n, voter: bob.address, options: [{ option: 1, weight: '700000000000000000' }, { option: 2, weight: '300000000000000000' }] } },
  deposit: { typeUrl: '/cosmos.gov.v1beta1.MsgDeposit', value: { proposalId: 1n, depositor: bob.address, amount: uwind(5) } },
} satisfies Record<string, EncodeObject>;
const ask = async (method: string, request: Uint8Array): Promise<Uint8Array> => {
  const { code, log, value } = await gov.chain.query(`/cosmos.gov.v1beta1.Query/${method}`, request);
  assert.equal(code, 0, log);
  return value;
};

test('amino-JSON of the old messages is what cosmjs writes', () => {
  const cosmjs = new AminoTypes(createDefaultAminoConverters());
  for (const { typeUrl, value } of Object.values(old)) assert.deepEqual(toAminoJson(shapes, typeUrl, value), cosmjs.toAmino({ typeUrl, value }));
});

test('amino-JSON of the new messages has their names, and what may be left out', () => {
  const json = ({ typeUrl, value }: EncodeObject): string => canonicalJson(toAminoJson(shapes, typeUrl, value));
  const inner = submitMsg(alice, { messages: [{ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 3n, proposer: govAddress } }] });
  assert.equal(json(inner), '{"type":"cosmos-sdk/v1/MsgSubmitProposal","value":{"initial_deposit":[],"messages":['
    + `{"type":"/cosmos.gov.v1.MsgCancelProposal","value":{"proposal_id":"3","proposer":"${govAddress}"}}],"proposer":"${alice.address}","summary":"A summary","title":"A title"}}`);
  assert.equal(json(voteMsg(val, 0n, 1)), `{"type":"cosmos-sdk/v1/MsgVote","value":{"option":1,"proposal_id":"0","voter":"${val.address}"}}`);
  assert.equal(json(voteWeightedMsg(val, 2n, { 1: '0.5', 3: '0.5' })), `{"type":"cosmos-sdk/v1/MsgVoteWeighted","value":{"options":[{"option":1,"weight":"0.5"},{"option":3,"weight":"0.5"}],"proposal_id":"2","voter":"${val.address}"}}`);
  assert.equal(json(depositMsg(val, 2n, 7)), `{"type":"cosmos-sdk/v1/MsgDeposit","value":{"amount":[{"amount":"7","denom":"uwind"}],"depositor":"${val.address}","proposal_id":"2"}}`);
  assert.equal(json({ typeUrl: '/cosmos.gov.v1.MsgUpdateParams', value: testCodecs.of<object>('cosmos.gov.v1.MsgUpdateParams').decode(testCodecs.of<object>('cosmos.gov.v1.MsgUpdateParams').encode({ authority: 'a', params: { votingPeriod: { seconds: 60n, nanos: 0 }, quorum: '0.1' } })) }),
    '{"type":"cosmos-sdk/x/gov/v1/MsgUpdateParams","value":{"authority":"a","params":{"expedited_min_deposit":[],"min_deposit":[],"quorum":"0.1","voting_period":"60000000000"}}}');
});

test('the command line signs new messages in amino-JSON as the chain rebuilds them', () => {
  const types = new AminoTypes(chainAminoConverters);
  const cancel = { typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 0n, proposer: alice.address } };
  const noted = { typeUrl: '/cosmos.gov.v1.MsgVote', value: { proposalId: 3n, voter: val.address, option: 4, metadata: 'why' } };
  for (const { typeUrl, value } of [voteMsg(val, 3n, 1), noted, voteWeightedMsg(val, 3n, { 1: '0.25', 2: '0.75' }), depositMsg(bob, 3n, 7), cancel]) {
    const amino = types.toAmino({ typeUrl, value });
    assert.deepEqual(amino, toAminoJson(shapes, typeUrl, value));
    const codec = testCodecs.of<object>(typeUrl.slice(1));
    assert.deepEqual(codec.encode(types.fromAmino(amino).value), codec.encode(value as object));
  }
});

test('old messages, signed in amino mode, do what new ones do, and both queries see it', async () => {
  const signed = (from: typeof alice, message: EncodeObject) => gov.send(from, [message], { mode: 'amino' }).then(({ log }) => assert.equal(log, ''));
  await signed(alice, old.submit);
  await signed(val, old.vote);
  await signed(bob, old.voteWeighted);
  await signed(bob, old.deposit);
  const proposal = await gov.proposal(1n);
  assert.deepEqual([proposal.title, proposal.summary, proposal.messages.map(({ typeUrl }) => typeUrl), proposal.totalDeposit], ['Old & <new>', 'As before', ['/cosmos.gov.v1.MsgExecLegacyContent'], uwind(1005)]);
  assert.deepEqual((await gov.votes(1n)).find(({ voter }) => voter === bob.address)?.options, [{ option: 1, weight: '0.700000000000000000' }, { option: 2, weight: '0.300000000000000000' }]);

  const seen = legacy.QueryProposalResponse.decode(await ask('Proposal', legacy.QueryProposalRequest.encode({ proposalId: 1n }).finish())).proposal;
  assert.deepEqual([seen.proposalId, seen.content?.typeUrl, seen.status], [1n, content.typeUrl, proposalStatus.votingPeriod]);
  assert.deepEqual(TextProposal.decode(seen.content?.value ?? new Uint8Array(0)), { title: 'Old & <new>', description: 'As before' });
  const { votes } = legacy.QueryVotesResponse.decode(await ask('Votes', legacy.QueryVotesRequest.encode({ proposalId: 1n }).finish()));
  assert.equal(votes.length, 2);
  const seenVote = (voter: string) => votes.filter(vote => vote.voter === voter).map(({ option, options }) => ({ option, options }));
  assert.deepEqual(seenVote(val.address), [{ option: 3, options: [{ option: 3, weight: '1000000000000000000' }] }]);
  assert.deepEqual(seenVote(bob.address), [{ option: 0, options: old.voteWeighted.value.options }]);
  const { tally } = legacy.QueryTallyResultResponse.decode(await ask('TallyResult', legacy.QueryTallyResultRequest.encode({ proposalId: 1n }).finish()));
  assert.deepEqual(tally, { yes: '28', abstain: '12', no: '60', noWithVeto: '0' });
  const { tallyParams } = legacy.QueryParamsResponse.decode(await ask('Params', legacy.QueryParamsRequest.encode({ paramsType: 'tallying' }).finish()));
  assert.equal(Buffer.from(tallyParams.quorum).toString(), '334000000000000000');
  const { votingParams } = legacy.QueryParamsResponse.decode(await ask('Params', legacy.QueryParamsRequest.encode({ paramsType: 'voting' }).finish()));
  assert.equal(votingParams.votingPeriod.seconds, 50n);

  await gov.pass(50);
  assert.equal((await gov.proposal(1n)).status, proposalStatus.rejected);
  assert.deepEqual((await gov.proposal(1n)).finalTallyResult, { yesCount: '28', abstainCount: '12', noCount: '60', noWithVetoCount: '0' });
});

test('proposals are listed by status, voter and depositor, page by page', async () => {
  for (const title of ['two', 'three', 'four']) await gov.sent(alice, [submitMsg(alice, { title, deposit: title === 'four' ? 1 : 1000, messages: [{ typeUrl: '/cosmos.gov.v1.MsgCancelProposal', value: { proposalId: 1n, proposer: govAddress } }] })]);
  await gov.sent(bob, [voteMsg(bob, 3n, 1), depositMsg(bob, 4n, 1)]);
  type Listed = { proposals: { id: bigint }[]; pagination: { nextKey: Uint8Array; total: bigint } };
  const list = (request: object): Promise<Listed> => gov.chain.ask<Listed>('/cosmos.gov.v1.Query/Proposals', 'cosmos.gov.v1.QueryProposalsRequest', 'cosmos.gov.v1.QueryProposalsResponse', request);
  const ids = async (request: object): Promise<bigint[]> => (await list(request)).proposals.map(({ id }) => id);
  assert.deepEqual(await ids({}), [1n, 2n, 3n, 4n]);
  assert.deepEqual(await ids({ proposalStatus: proposalStatus.votingPeriod }), [2n, 3n]);
  assert.deepEqual(await ids({ voter: bob.address }), [3n]);
  assert.deepEqual(await ids({ depositor: bob.address }), [4n]);
  assert.deepEqual(await ids({ depositor: alice.address, proposalStatus: proposalStatus.votingPeriod }), [2n, 3n]);
  const page = await list({ depositor: alice.address, pagination: { key: new Uint8Array(0), offset: 0n, limit: 2n, countTotal: true, reverse: false } });
  assert.deepEqual([page.proposals.map(({ id }) => id), page.pagination.total], [[2n, 3n], 3n]);
  assert.deepEqual(await ids({ depositor: alice.address, pagination: { key: page.pagination.nextKey, offset: 0n, limit: 2n, countTotal: false, reverse: false } }), [4n]);
  const { proposals } = legacy.QueryProposalsResponse.decode(await ask('Proposals', legacy.QueryProposalsRequest.encode({ proposalStatus: 2, voter: '', depositor: '' }).finish()));
  assert.deepEqual(proposals.map(({ proposalId, content: first }) => [proposalId, first?.typeUrl]), [[2n, '/cosmos.gov.v1.MsgCancelProposal'], [3n, '/cosmos.gov.v1.MsgCancelProposal']]);
  const { deposits } = legacy.QueryDepositsResponse.decode(await ask('Deposits', legacy.QueryDepositsRequest.encode({ proposalId: 4n }).finish()));
  assert.equal(deposits.length, 2);
  await assert.rejects(gov.chain.ask('/cosmos.gov.v1.Query/Vote', 'cosmos.gov.v1.QueryVoteRequest', 'cosmos.gov.v1.QueryVoteResponse', { proposalId: 4n, voter: bob.address }), /voter: .* not found for proposal: 4/);
  await assert.rejects(gov.chain.ask('/cosmos.gov.v1.Query/Params', 'cosmos.gov.v1.QueryParamsRequest', 'cosmos.gov.v1.QueryParamsResponse', { paramsType: 'x' }), /unknown params type: x/);
  await assert.rejects(gov.proposal(0n), /proposal id can not be 0/);
});
