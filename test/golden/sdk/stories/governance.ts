/** Proposals, deposits and votes, in both versions; parameters of every module; plans. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { depositMsg, govAddress, submitMsg, voteMsg, voteWeightedMsg, type Wanted } from '../../../support/gov.js';
import { testCodecs } from '../../../support/chain-app.js';
import { uwind } from '../../../support/staking-world.js';
import { Stage, wind } from '../stage.js';
import type { Story } from '../story.js';

export async function governanceStory(): Promise<Story> {
  const stage = await Stage.open();
  await submissions(stage);
  await deposits(stage);
  await votes(stage);
  await legacy(stage);
  return stage.end();
}

const v1 = (name: string, value: object): EncodeObject => ({ typeUrl: `/cosmos.gov.v1.${name}`, value });
const v1beta1 = (name: string, value: object): EncodeObject => ({ typeUrl: `/cosmos.gov.v1beta1.${name}`, value });
const send = (fromAddress: string, toAddress: string, amount = '1'): { typeUrl: string; value: object } => ({ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress, toAddress, amount: [uwind(BigInt(amount))] } });

const spend = (recipient: string, amount = 1n): { typeUrl: string; value: object } => ({ typeUrl: '/cosmos.distribution.v1beta1.MsgCommunityPoolSpend', value: { authority: govAddress, recipient, amount: [uwind(amount)] } });

async function submissions(stage: Stage): Promise<void> {
  const { ann, bob } = stage.cast;
  const propose = (wanted: Wanted, more: object = {}): EncodeObject[] => {
    const { typeUrl, value } = submitMsg(ann, wanted);
    return [{ typeUrl, value: { ...value as object, ...more } }];
  };
  const cases: readonly (readonly [string, Wanted, object?])[] = [
    ['no title', { title: '' }],
    ['no summary', { summary: '' }],
    ['neither metadata nor messages', {}, { metadata: '' }],
    ['metadata states another title', { metadata: '{"title":"B","summary":"A summary"}' }],
    ['metadata states another summary', { metadata: '{"title":"A title","summary":"B"}' }],
    ['metadata is JSON of something else', { metadata: '{"name":1}' }],
    ['metadata too long', { metadata: 'x'.repeat(256) }],
    ['title too long', { title: 'x'.repeat(256) }],
    ['summary too long', { summary: 'x'.repeat(10_201) }],
    ['zero coins as deposit', {}, { initialDeposit: [uwind(0)] }],
    ['deposit in another denom', {}, { initialDeposit: [{ denom: 'other', amount: '1' }] }],
    ['deposit larger than what there is', { deposit: 2_000_000_000 }],
    ['a message of somebody else', { messages: [send(ann.address, bob.address)] }],
  ];
  for (const [about, wanted, more] of cases) await stage.ask(about, ann, propose(wanted, more));
  await stage.ask('a message that nobody handles', ann, propose({}, { messages: [{ typeUrl: '/cosmos.nothing.v1.MsgNothing', value: new Uint8Array(0) }] }));
  await stage.ask('no proposer address', ann, [{ typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId: 1n, depositor: ann.address, amount: [] } }]);
  await stage.tx('the community pool is funded', ann, [{ typeUrl: '/cosmos.distribution.v1beta1.MsgFundCommunityPool', value: { depositor: ann.address, amount: [uwind(100)] } }]);
  await stage.tx('proposal 1: text, no deposit', ann, propose({}));
  await stage.tx('proposal 2: a message, deposit in part', ann, propose({ messages: [spend(bob.address)], deposit: 400 }));
  await stage.tx('proposal 3: voting begins at once', ann, propose({ messages: [spend(bob.address), updateGov()], deposit: 1000 }));
  await stage.tx('proposal 4: expedited', ann, propose({ messages: [updateStaking()], deposit: 5000, expedited: true }));
}

const updateStaking = (more: object = {}): { typeUrl: string; value: object } => ({
  typeUrl: '/cosmos.staking.v1beta1.MsgUpdateParams',
  value: { authority: govAddress, params: { unbondingTime: { seconds: 1_814_400n, nanos: 0 }, maxValidators: 90, maxEntries: 7, historicalEntries: 10, bondDenom: 'uwind', minCommissionRate: '0', ...more } },
});

const updateGov = (): { typeUrl: string; value: object } => ({
  typeUrl: '/cosmos.gov.v1.MsgUpdateParams',
  value: {
    authority: govAddress,
    params: {
      minDeposit: [uwind(1000)], maxDepositPeriod: { seconds: 100n, nanos: 0 }, votingPeriod: { seconds: 50n, nanos: 0 }, quorum: '0.334', threshold: '0.5', vetoThreshold: '0.334',
      minInitialDepositRatio: '0', proposalCancelRatio: '0.5', proposalCancelDest: '', expeditedVotingPeriod: { seconds: 20n, nanos: 0 }, expeditedThreshold: '0.667',
      expeditedMinDeposit: [uwind(5000)], burnVoteQuorum: false, burnProposalDepositPrevote: false, burnVoteVeto: true, minDepositRatio: '0.01',
    },
  },
});

async function deposits(stage: Stage): Promise<void> {
  const { ann, bob } = stage.cast;
  await stage.ask('deposit: nothing', bob, [v1('MsgDeposit', { proposalId: 1n, depositor: bob.address, amount: [] })]);
  await stage.ask('deposit: zero', bob, [v1('MsgDeposit', { proposalId: 1n, depositor: bob.address, amount: [uwind(0)] })]);
  await stage.ask('deposit: another denom', bob, [v1('MsgDeposit', { proposalId: 1n, depositor: bob.address, amount: [{ denom: 'other', amount: '1' }] })]);
  await stage.ask('deposit: unknown proposal', bob, [depositMsg(bob, 77n, 1)]);
  await stage.ask('deposit: more than there is', bob, [depositMsg(bob, 1n, 2_000_000_000)]);
  await stage.tx('a deposit', bob, [depositMsg(bob, 1n, 5)]);
  await stage.tx('a deposit that begins the voting', bob, [depositMsg(bob, 2n, 600)]);
  await stage.tx('a deposit to a voted one', bob, [depositMsg(bob, 2n, 1)]);
  await stage.ask('cancel: unknown proposal', ann, [v1('MsgCancelProposal', { proposalId: 77n, proposer: ann.address })]);
  await stage.ask('cancel: of somebody else', bob, [v1('MsgCancelProposal', { proposalId: 1n, proposer: bob.address })]);
  await stage.tx('proposal 1 is cancelled', ann, [v1('MsgCancelProposal', { proposalId: 1n, proposer: ann.address })]);
}

async function votes(stage: Stage): Promise<void> {
  const { ann, bob, val0, val1 } = stage.cast;
  await stage.ask('vote: unknown proposal', bob, [voteMsg(bob, 77n, 1)]);
  await stage.ask('vote: no option', bob, [voteMsg(bob, 3n, 0)]);
  await stage.ask('vote: unknown option', bob, [voteMsg(bob, 3n, 9)]);
  await stage.ask('vote: metadata too long', bob, [v1('MsgVote', { proposalId: 3n, voter: bob.address, option: 1, metadata: 'x'.repeat(256) })]);
  await stage.ask('weighted: nothing', bob, [voteWeightedMsg(bob, 3n, {})]);
  await stage.ask('weighted: too little', bob, [voteWeightedMsg(bob, 3n, { 1: '0.5' })]);
  await stage.ask('weighted: too much', bob, [voteWeightedMsg(bob, 3n, { 1: '0.5', 3: '0.6' })]);
  await stage.ask('weighted: zero', bob, [voteWeightedMsg(bob, 3n, { 1: '0', 3: '1' })]);
  await stage.ask('weighted: more than 1', bob, [voteWeightedMsg(bob, 3n, { 1: '1.5' })]);
  await stage.ask('weighted: negative', bob, [voteWeightedMsg(bob, 3n, { 1: '-0.5', 3: '1.5' })]);
  await stage.ask('weighted: no number', bob, [voteWeightedMsg(bob, 3n, { 1: 'half' })]);
  await stage.ask('weighted: unknown option', bob, [voteWeightedMsg(bob, 3n, { 9: '1' })]);
  await stage.ask('weighted: twice', bob, [v1('MsgVoteWeighted', { proposalId: 3n, voter: bob.address, metadata: '', options: [{ option: 1, weight: '0.5' }, { option: 1, weight: '0.5' }] })]);
  await stage.tx('a vote', val0, [voteMsg(val0, 3n, 1)]);
  await stage.tx('a weighted vote', val1, [voteWeightedMsg(val1, 3n, { 1: '0.3', 3: '0.7' })]);
  await stage.tx('who has no stake votes', bob, [voteMsg(bob, 3n, 4)]);
  await stage.tx('an expedited one is voted', val0, [voteMsg(val0, 4n, 1)]);
  await stage.pass(25);
  await stage.tx('proposal 5: expedited, not voted for', ann, [submitMsg(ann, { deposit: 5000, expedited: true })]);
  await stage.tx('proposal 6: its second message fails', ann, [submitMsg(ann, { messages: [spend(bob.address), spend(bob.address, 999_999_999_999n)], deposit: 1000 })]);
  await stage.tx('the failing one is voted', val0, [voteMsg(val0, 6n, 1)]);
  await stage.tx('proposal 7: vetoed', ann, [submitMsg(ann, { deposit: 1000 })]);
  await stage.tx('the veto', val0, [voteMsg(val0, 7n, 4)]);
  await stage.tx('proposal 8: never funded', ann, [submitMsg(ann, { deposit: 100 })]);
  await stage.ask('deposit: less than its share', bob, [depositMsg(bob, 8n, 9)]);
  await stage.pass(60);
  await stage.pass(60);
}

async function legacy(stage: Stage): Promise<void> {
  const { ann, bob, val0 } = stage.cast;
  const text = (title: string, description: string): object => ({ typeUrl: '/cosmos.gov.v1beta1.TextProposal', value: testCodecs.of<object>('cosmos.gov.v1beta1.TextProposal').encode({ title, description }) });
  const propose = (content: object, deposit = 0n): EncodeObject[] => [v1beta1('MsgSubmitProposal', { content, initialDeposit: deposit === 0n ? [] : [uwind(deposit)], proposer: ann.address })];
  await stage.ask('legacy: no title', ann, propose(text('', 'about')));
  await stage.ask('legacy: no description', ann, propose(text('A', '')));
  await stage.ask('legacy: title too long', ann, propose(text('x'.repeat(141), 'about')));
  await stage.tx('proposal 9: legacy text', ann, propose(text('A', 'about'), 1000n), { mode: 'amino' });
  await stage.ask('legacy vote: no option', bob, [v1beta1('MsgVote', { proposalId: 9n, voter: bob.address, option: 0 })]);
  await stage.tx('a legacy vote', val0, [v1beta1('MsgVote', { proposalId: 9n, voter: val0.address, option: 1 })], { mode: 'amino' });
  await stage.tx('a legacy weighted vote', bob, [v1beta1('MsgVoteWeighted', { proposalId: 9n, voter: bob.address, options: [{ option: 1, weight: '500000000000000000' }, { option: 2, weight: '500000000000000000' }] })], { mode: 'amino' });
  await stage.tx('a legacy deposit', bob, [v1beta1('MsgDeposit', { proposalId: 9n, depositor: bob.address, amount: [uwind(wind)] })], { mode: 'amino' });
  await stage.pass(60);
}
