/** The tally against figures worked out by hand. Three validators are bonded: A with 100, B with 60 and C with 40 of 200. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../../../chain/modules/gov/tally.js';
import { voteOption, type GovParams, type Vote } from '../../../chain/modules/gov/index.js';
import { govParamsDefault } from '../../../chain/modules/gov/params.js';
import { stakingOf, type Stake } from '../../support/gov.js';
import { makeTestWallet, type TestWallet } from '../../support/chain-wallet.js';

const [a, b, c, d, e] = await Promise.all(['A', 'B', 'C', 'D', 'E'].map(name => makeTestWallet(`tally ${name}`))) as [TestWallet, TestWallet, TestWallet, TestWallet, TestWallet];
const { yes, abstain, no, noWithVeto } = voteOption;
const validators = [{ operator: a, tokens: 100n }, { operator: b, tokens: 60n }, { operator: c, tokens: 40n }];
/** Each operator delegated all of its validator's shares itself, but for what D and E have. */
const own = (of: TestWallet, shares: string): Stake['delegations'][number] => ({ from: of, to: of, shares });
const alone: Stake = { validators, delegations: [own(a, '100'), own(b, '60'), own(c, '40')] };
const shared: Stake = {
  validators,
  delegations: [own(a, '30'), { from: d, to: a, shares: '50' }, { from: e, to: a, shares: '20' }, own(b, '50'), { from: d, to: b, shares: '10' }, own(c, '40')],
};
const defaults = govParamsDefault('uwind');

type Options = Readonly<Record<number, string>>;
type Row = {
  readonly name: string; readonly stake?: Stake; readonly votes: readonly (readonly [TestWallet, number | Options])[]; readonly params?: Partial<GovParams>; readonly expedited?: boolean;
  /** yes, abstain, no, veto */
  readonly counts: readonly [number | string, number | string, number | string, number | string]; readonly passes: boolean; readonly burns?: boolean;
};

const rows: readonly Row[] = [
  { name: 'nobody votes: no quorum', votes: [], counts: [0, 0, 0, 0], passes: false },
  { name: 'nobody votes, and a missed quorum burns', votes: [], params: { burnVoteQuorum: true }, counts: [0, 0, 0, 0], passes: false, burns: true },
  { name: 'yes of 30% is below the quorum of 33.4%', votes: [[b, yes]], counts: [60, 0, 0, 0], passes: false },
  { name: 'yes of half is enough when nobody else votes', votes: [[a, yes]], counts: [100, 0, 0, 0], passes: true },
  { name: 'exactly half of the votes is not more than half', votes: [[a, yes], [b, no], [c, no]], counts: [100, 0, 100, 0], passes: false },
  { name: 'abstentions count for the quorum and not for the threshold', votes: [[a, abstain], [b, yes], [c, no]], counts: [60, 100, 40, 0], passes: true },
  { name: 'all abstain: rejected, and nothing burns', votes: [[a, abstain], [b, abstain], [c, abstain]], counts: [0, 200, 0, 0], passes: false },
  { name: '40 of 200 against with veto is 20%: too few', votes: [[a, yes], [b, yes], [c, noWithVeto]], counts: [160, 0, 0, 40], passes: true },
  { name: '100 of 160 against with veto is 62.5%: it burns', votes: [[a, noWithVeto], [b, yes]], counts: [60, 0, 0, 100], passes: false, burns: true },
  { name: 'a veto need not burn', votes: [[a, noWithVeto], [b, yes]], params: { burnVoteVeto: false }, counts: [60, 0, 0, 100], passes: false },
  { name: 'a veto of exactly the threshold is not more', votes: [[a, noWithVeto], [b, yes], [c, yes]], params: { vetoThreshold: '0.5' }, counts: [100, 0, 0, 100], passes: false },
  { name: 'abstentions dilute a veto: 60 of 200 is 30%', votes: [[a, abstain], [b, noWithVeto], [c, yes]], counts: [40, 100, 0, 60], passes: false },
  { name: 'an expedited proposal needs two thirds of those who did not abstain: 120 of 160', votes: [[a, { [yes]: '0.6', [no]: '0.4' }], [b, yes], [c, abstain]], expedited: true, counts: [120, 40, 40, 0], passes: true },
  { name: '100 of 160 is 62.5%: enough as a regular proposal', votes: [[a, yes], [b, no]], counts: [100, 0, 60, 0], passes: true },
  { name: '100 of 160 is 62.5%: not enough as an expedited one', votes: [[a, yes], [b, no]], expedited: true, counts: [100, 0, 60, 0], passes: false },
  // A's 100 shares: D's 50 and E's 20 are told apart. D votes with 50 + 10; A with the 30 of its own and nothing else.
  { name: 'a validator votes for its delegators', stake: shared, votes: [[a, yes], [b, no]], counts: [100, 0, 60, 0], passes: true },
  { name: 'a delegator who votes overrides both of its validators', stake: shared, votes: [[a, yes], [b, yes], [d, no]], counts: [40 + 60, 0, 60, 0], passes: true },
  { name: 'and whoever votes later does not change that', stake: shared, votes: [[d, no], [e, no], [a, yes], [b, yes]], counts: [80, 0, 80, 0], passes: false },
  { name: 'a delegator votes alone, too', stake: shared, votes: [[d, yes], [e, yes]], counts: [80, 0, 0, 0], passes: true },
  // D has 60: 42 yes, 18 abstain. A's other 50: 25 and 25.
  { name: 'split votes count by their weights', stake: shared, votes: [[a, { [yes]: '0.5', [no]: '0.5' }], [d, { [yes]: '0.7', [abstain]: '0.3' }]], counts: [67, 18, 25, 0], passes: true },
  // A was slashed by a third: 100 tokens for 150 shares. D's 50 shares are 33.333… tokens, A's other 100 are 66.666…
  {
    name: 'shares count by what they are worth, and counts are cut to whole tokens', votes: [[a, yes], [d, no]], passes: true, counts: [66, 0, 33, 0],
    stake: { validators: [{ operator: a, tokens: 100n, shares: '150' }, { operator: b, tokens: 60n }, { operator: c, tokens: 40n }], delegations: [own(a, '100'), { from: d, to: a, shares: '50' }] },
  },
  { name: 'a voter without stake changes nothing', votes: [[d, noWithVeto], [a, yes]], counts: [100, 0, 0, 0], passes: true },
  { name: 'a validator whose last share was taken off in this block has no power', stake: { validators: [{ operator: a, tokens: 0n }, ...validators.slice(1)], delegations: [own(b, '60')] }, votes: [[a, no], [b, yes]], counts: [60, 0, 0, 0], passes: true },
  { name: 'without any stake nothing passes', stake: { validators: [], delegations: [] }, votes: [[a, yes]], counts: [0, 0, 0, 0], passes: false },
];

for (const { name, stake = alone, votes, params = {}, expedited = false, counts, passes, burns = false } of rows) {
  test(name, () => {
    const cast = votes.map(([voter, options]): Vote => ({ proposalId: 1n, voter: voter.address, metadata: '', options: optionsOf(options) }));
    const state = { store: () => assert.fail('the tally asks staking alone') };
    const verdict = tally(stakingOf(stake), state, cast, { expedited }, { ...defaults, ...params });
    const [yesCount, abstainCount, noCount, noWithVetoCount] = counts.map(String);
    assert.deepEqual(verdict, { passes, burnsDeposits: burns, result: { yesCount, abstainCount, noCount, noWithVetoCount } });
  });
}

function optionsOf(options: number | Options): Vote['options'] {
  if (typeof options === 'number') return [{ option: options, weight: '1' }];
  return Object.entries(options).map(([option, weight]) => ({ option: Number(option), weight }));
}
