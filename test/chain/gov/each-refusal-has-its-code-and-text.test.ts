import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { voteOption } from '../../../chain/modules/gov/index.js';
import { strangerAddress, testCodecs } from '../../support/chain-app.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { depositMsg, govAddress, makeGovChain, submitMsg, uwind, voteMsg, voteWeightedMsg } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const gov = await makeGovChain({ wallets: [alice, val], stake: { validators: [{ operator: val, tokens: 100n }], delegations: [] } });
await gov.sent(alice, [submitMsg(alice, { deposit: 1000 })]);
const send = (fromAddress: string) => ({ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress, toAddress: strangerAddress(1), amount: uwind(1) } });
const raw = (message: { typeUrl: string; value: Uint8Array }): EncodeObject => {
  const submit = submitMsg(alice, {});
  return { typeUrl: submit.typeUrl, value: { ...submit.value as object, messages: [message] } };
};
const nested = (depth: number): { typeUrl: string; value: object } => {
  const messages = depth === 0 ? [] : [nested(depth - 1)].map(({ typeUrl, value }) => ({ typeUrl, value: testCodecs.of<object>(typeUrl.slice(1)).encode(value) }));
  return { typeUrl: '/cosmos.gov.v1.MsgSubmitProposal', value: { messages, proposer: govAddress, metadata: 'm', title: 't', summary: 's' } };
};
const legacy = (typeUrl: string, content: object): EncodeObject => ({
  typeUrl: '/cosmos.gov.v1beta1.MsgSubmitProposal', value: { content: { typeUrl, value: testCodecs.has(typeUrl.slice(1)) ? testCodecs.of<object>(typeUrl.slice(1)).encode(content) : new Uint8Array(0) }, initialDeposit: [], proposer: alice.address },
});
const text = '/cosmos.gov.v1beta1.TextProposal';

const refusals: readonly (readonly [name: string, message: EncodeObject, expected: string])[] = [
  ['no title', submitMsg(alice, { title: '' }), 'sdk/18 proposal title cannot be empty: invalid request'],
  ['no summary', submitMsg(alice, { summary: '' }), 'sdk/18 proposal summary cannot be empty: invalid request'],
  ['neither messages nor metadata', submitMsg(alice, { metadata: '' }), 'gov/11 either metadata or Msgs length must be non-nil: no messages proposed'],
  ['metadata with another title', submitMsg(alice, { metadata: '{"title":"B"}' }), "gov/5 metadata title 'B' must equal proposal title 'A title': invalid proposal content"],
  ['metadata with another summary', submitMsg(alice, { metadata: '{"title":"A title","summary":"B"}' }), "gov/5 metadata summary 'B' must equal proposal summary 'A summary': invalid proposal content"],
  ['long metadata', submitMsg(alice, { metadata: 'é'.repeat(128) }), 'gov/15 got metadata with length 256: metadata too long'],
  ['a long title', submitMsg(alice, { title: 't'.repeat(256) }), 'gov/15 got metadata with length 256: metadata too long'],
  ['a long summary', submitMsg(alice, { summary: 's'.repeat(10_201) }), 'gov/22 got summary with length 10201: summary too long'],
  ['a message that nobody handles', raw({ typeUrl: '/no.such.Msg', value: new Uint8Array(0) }), 'sdk/2 unable to resolve type URL /no.such.Msg: tx parse error'],
  ['a message of other bytes', raw({ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: Uint8Array.of(0xff) }), 'sdk/2 cosmos.bank.v1beta1.MsgSend: index out of range: 1 + 1 > 1: tx parse error'],
  ['a message signed by somebody', submitMsg(alice, { messages: [send(alice.address)] }), `gov/13 ${alice.address}: expected gov account as only signer for proposal message`],
  ['a message that is not valid', submitMsg(alice, { messages: [{ ...send(govAddress), value: { fromAddress: govAddress, toAddress: 'x', amount: [] } }] }), 'gov/12 invalid to address: decoding bech32 failed: invalid bech32 string length 1: invalid address: invalid proposal message'],
  ['proposals within proposals, too deep', submitMsg(alice, { messages: [nested(2)] }), 'gov/12 proposals within proposals are nested deeper than 3: invalid proposal message: invalid proposal message: invalid proposal message: invalid proposal message'],
  ['a deposit of nothing', { typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId: 1n, depositor: alice.address, amount: [] } }, 'sdk/10 : invalid coins'],
  ['a vote for nothing', voteMsg(val, 1n, 0), 'gov/7 VOTE_OPTION_UNSPECIFIED: invalid vote option'],
  ['a vote for an option that is none', voteMsg(val, 1n, 5), 'gov/7 5: invalid vote option'],
  ['a vote on a proposal that is not there', voteMsg(val, 8n, 1), 'gov/3 failed to execute message; message index: 0: 8: inactive proposal'],
  ['long metadata of a vote', { typeUrl: '/cosmos.gov.v1.MsgVote', value: { proposalId: 1n, voter: val.address, option: 1, metadata: 'm'.repeat(256) } }, 'gov/15 got metadata with length 256: metadata too long'],
  ['a split vote without options', voteWeightedMsg(val, 1n, {}), 'sdk/18 null: invalid request'],
  ['weights above 1', voteWeightedMsg(val, 1n, { 1: '0.6', 2: '0.41' }), 'gov/7 total weight overflow 1.00: invalid vote option'],
  ['weights below 1', voteWeightedMsg(val, 1n, { 1: '0.6', 2: '0.3' }), 'gov/7 total weight lower than 1.00: invalid vote option'],
  ['a weight of nothing', voteWeightedMsg(val, 1n, { 1: '1', 2: '0' }), 'gov/7 option:VOTE_OPTION_ABSTAIN weight:"0" : invalid vote option'],
  ['a weight that is no number', voteWeightedMsg(val, 1n, { 1: 'half' }), 'gov/7 option:VOTE_OPTION_YES weight:"half" : invalid vote option'],
  ['an option twice', { ...voteWeightedMsg(val, 1n, {}), value: { proposalId: 1n, voter: val.address, metadata: '', options: [{ option: 1, weight: '0.5' }, { option: 1, weight: '0.5' }] } }, 'gov/7 duplicated vote option: invalid vote option'],
  ['legacy content that changes something', legacy('/cosmos.params.v1beta1.ParameterChangeProposal', {}), 'gov/6 /cosmos.params.v1beta1.ParameterChangeProposal is not accepted: what changes something is proposed as messages of gov v1: invalid proposal type'],
  ['legacy text without a title', legacy(text, { title: ' ', description: 'd' }), 'gov/5 proposal title cannot be blank: invalid proposal content'],
  ['legacy text without a description', legacy(text, { title: 't', description: '' }), 'gov/5 proposal description cannot be blank: invalid proposal content'],
  ['no legacy content', { typeUrl: '/cosmos.gov.v1beta1.MsgSubmitProposal', value: { initialDeposit: [], proposer: alice.address } }, 'gov/5 missing content: invalid proposal content'],
  ['parameters from nobody', { typeUrl: '/cosmos.gov.v1.MsgUpdateParams', value: { authority: alice.address, params: { minDeposit: [] } } },
    `gov/13 failed to execute message; message index: 0: invalid authority; expected ${govAddress}, got ${alice.address}: expected gov account as only signer for proposal message`],
];

for (const [name, message, expected] of refusals) {
  test(`${name} is refused`, async () => {
    const voter = (message.value as { voter?: string }).voter;
    const { codespace, code, log } = await gov.send(voter === val.address ? val : alice, [message]);
    assert.equal(`${codespace}/${code} ${log}`, expected);
  });
}

test('what is not quite so is accepted', async () => {
  await gov.sent(alice, [submitMsg(alice, { metadata: '{"title":7}', title: 't'.repeat(255), summary: 's'.repeat(10_200) })]);
  await gov.sent(alice, [submitMsg(alice, { metadata: '{"title":"A title","summary":"A summary","authors":["x"]}' })]);
  await gov.sent(alice, [submitMsg(alice, { messages: [nested(1)] })]);
  await gov.sent(alice, [depositMsg(alice, 2n, 1)]);
  await gov.sent(val, [voteWeightedMsg(val, 1n, { [voteOption.yes]: '0.3', [voteOption.no]: '0.7' })]);
});
