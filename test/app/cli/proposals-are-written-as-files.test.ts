import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MsgSubmitProposal } from 'cosmjs-types/cosmos/gov/v1/tx';
import { MsgUpdateParams } from 'cosmjs-types/cosmos/bank/v1beta1/tx';
import { UsageFailure } from '../../../app/cli/failure.js';
import { readProposalFile, submitProposal } from '../../../app/cli/gov/proposal-file.js';
import { proposalStatusOf, voteOptionOf, weightedOptionsOf } from '../../../app/cli/gov/votes.js';
import { registry } from '../../../app/cli/tx/sign.js';
import { governanceAddress } from '../../../chain/index.js';
import { tempHome, windlass } from './support.js';

const isUsage = (reason: RegExp) => (error: unknown): boolean => error instanceof UsageFailure && reason.test(error.message);

test('a draft, filled in, becomes the message that cosmjs decodes', async t => {
  const home = tempHome(t);
  const drafted = await windlass(['tx', 'gov', 'draft-proposal', '/cosmos.bank.v1beta1.MsgUpdateParams']);
  assert.equal(drafted.code, 0, drafted.err);
  const draft = JSON.parse(drafted.out) as { messages: Record<string, unknown>[] };
  assert.equal(draft.messages[0]?.['authority'], governanceAddress);
  const file = join(home, 'proposal.json');
  writeFileSync(file, JSON.stringify({ ...draft, messages: [{ ...draft.messages[0], params: { default_send_enabled: true } }], title: 'T', summary: 'S', expedited: true }));
  const message = submitProposal('windlass1x', readProposalFile(file));
  const { messages, initialDeposit, ...texts } = MsgSubmitProposal.decode(registry.encode(message));
  assert.deepEqual([texts, initialDeposit], [{ proposer: 'windlass1x', metadata: '', title: 'T', summary: 'S', expedited: true }, [{ denom: 'uwind', amount: '10000000' }]]);
  assert.deepEqual(messages.map(({ typeUrl, value }) => [typeUrl, MsgUpdateParams.decode(value)]), [['/cosmos.bank.v1beta1.MsgUpdateParams', { authority: governanceAddress, params: { sendEnabled: [], defaultSendEnabled: true } }]]);
  assert.equal((await windlass(['tx', 'gov', 'draft-proposal', 'MsgSend'])).code, 2);
});

test('what is wrong with a file is said before a node is asked', t => {
  const file = join(tempHome(t), 'proposal.json');
  const reading = (text: string) => () => {
    writeFileSync(file, text);
    submitProposal('windlass1x', readProposalFile(file));
  };
  const bad: readonly (readonly [string, RegExp])[] = [
    ['{', /is no JSON/], ['[]', /is no JSON object/], ['{"titel":"x"}', /has titel; known are messages/], ['{"title":1}', /title is no text/], ['{"expedited":"yes"}', /expedited is neither/],
    ['{"messages":{}}', /messages is no list/], ['{"messages":[{}]}', /messages\[0\]: nothing under "@type"/], ['{"messages":[{"@type":"/x.Y"}]}', /\/x\.Y under "@type" is no message/],
    ['{"messages":[{"@type":"/cosmos.bank.v1beta1.MsgSend","from":"x"}]}', /messages\[0\]: cosmos\.bank\.v1beta1\.MsgSend: has no field from/], ['{"deposit":"10"}', /is no coin/],
  ];
  for (const [text, reason] of bad) assert.throws(reading(text), isUsage(reason));
  assert.throws(() => readProposalFile(join(file, 'nowhere')), isUsage(/ENOENT|ENOTDIR/));
});

test('votes and statuses have the names that people know', () => {
  assert.deepEqual(['yes', 'abstain', 'NO', 'no-with-veto', 'VOTE_OPTION_NO_WITH_VETO'].map(voteOptionOf), [1, 2, 3, 4, 4]);
  assert.throws(() => voteOptionOf('maybe'), isUsage(/maybe is no vote/));
  assert.deepEqual(weightedOptionsOf('yes=0.6, no_with_veto=0.4'), [{ option: 1, weight: '0.6' }, { option: 4, weight: '0.4' }]);
  for (const text of ['yes', 'yes=2', 'yes=.5', 'yes=0.5=1', 'yes=-0.5']) assert.throws(() => weightedOptionsOf(text), isUsage(/is no part of a vote/));
  assert.deepEqual([undefined, 'passed', 'voting-period', 'PROPOSAL_STATUS_FAILED'].map(proposalStatusOf), [0, 3, 2, 5]);
  assert.throws(() => proposalStatusOf('x'), isUsage(/x is no status/));
});
