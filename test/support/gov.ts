/** A chain with governance in process, over validators and delegations that the test states. */
import assert from 'node:assert/strict';
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { Event, ExecTxResult, ResponseFinalizeBlock, Timestamp } from '../../chain/abci/types.js';
import { addressBytes, addressText, governanceAddress, moduleAddress, operatorAddress, type Codecs, type Coins, type Context, type Module } from '../../chain/index.js';
import { decOf, dec } from '../../chain/decimal.js';
import { fundPool } from '../../chain/modules/distribution/index.js';
import { makeGovModule, type GovModule, type GovParams, type GovStaking, type Proposal, type Vote } from '../../chain/modules/gov/index.js';
import type { Delegation, Validator } from '../../chain/modules/staking/types.js';
import { makeTestChain, testCodecs, type TestChain } from './chain-app.js';
import { makeTestWallet, type SignOptions, type TestWallet } from './chain-wallet.js';

export type Stake = {
  /** Bonded validators: the operator's wallet and what it is worth; `shares` is as many as tokens unless stated. */
  readonly validators: readonly { readonly operator: TestWallet; readonly tokens: bigint; readonly shares?: string }[];
  readonly delegations: readonly { readonly from: TestWallet; readonly to: TestWallet; readonly shares: string }[];
  /** Default: the validators' tokens. */
  readonly bonded?: bigint;
};

export type GovChain = {
  readonly chain: TestChain;
  readonly module: GovModule;
  /** Seconds since genesis; the next block's time. */
  time: number;
  /** One block at `time` with one tx, signed; the balance and sequence of the wallet are looked up. */
  send(from: TestWallet, messages: readonly EncodeObject[], options?: SignOptions): Promise<ExecTxResult>;
  /** Sends, and throws what it is refused with. */
  sent(from: TestWallet, messages: readonly EncodeObject[]): Promise<ExecTxResult>;
  /** An empty block so many seconds after the last. */
  pass(seconds: number): Promise<ResponseFinalizeBlock>;
  proposal(id: bigint): Promise<Proposal>;
  votes(id: bigint): Promise<readonly Vote[]>;
};

const genesisTime = 1_700_000_000n;
export const uwind = (amount: number | string): { denom: string; amount: string }[] => [{ denom: 'uwind', amount: String(amount) }];
export const govAddress = governanceAddress;
export const communityPoolAddress = addressText(moduleAddress('distribution'));

/** Periods in seconds: deposits 100, votes 50, expedited votes 20; min_deposit 1000, expedited 5000, no minimal share. */
export const shortParams = {
  min_deposit: uwind(1000), max_deposit_period: '100s', voting_period: '50s', quorum: '0.334', threshold: '0.5', veto_threshold: '0.334', min_initial_deposit_ratio: '0',
  proposal_cancel_ratio: '0.5', proposal_cancel_dest: '', expedited_voting_period: '20s', expedited_threshold: '0.667', expedited_min_deposit: uwind(5000), burn_vote_quorum: false,
  burn_proposal_deposit_prevote: false, burn_vote_veto: true, min_deposit_ratio: '0',
};

export function stakingOf({ validators, delegations, bonded }: Stake): GovStaking {
  const operatorOf = (wallet: TestWallet): string => operatorAddress.text(addressBytes(wallet.address));
  const known = validators.map(({ operator, tokens, shares }) =>
    ({ operatorAddress: operatorOf(operator), tokens, delegatorShares: shares === undefined ? decOf(tokens) : dec(shares) }) as Validator);
  return {
    bondedByPower: () => known,
    totalBonded: () => bonded ?? validators.reduce((sum, { tokens }) => sum + tokens, 0n),
    delegationsOf: (_state, delegator): readonly Delegation[] => delegations
      .filter(({ from }) => from.address === delegator)
      .map(({ to, shares }) => ({ delegatorAddress: delegator, validatorAddress: operatorOf(to), shares: dec(shares) })),
  };
}

export type GovChainOptions = {
  readonly wallets: readonly TestWallet[];
  readonly stake: Stake;
  /** Changes of shortParams; undefined: `gov` has the parameters. */
  readonly params?: object | undefined;
  readonly gov?: object;
  /** What the gov account has at genesis. */
  readonly held?: { denom: string; amount: string }[];
  readonly codecs?: Codecs;
  readonly modules?: readonly Module[];
  /** Of `modules`. */
  readonly extraStores?: readonly string[];
};

/** Every wallet has 1,000,000 uwind and 1,000 other. */
export async function makeGovChain({ wallets, stake, gov = {}, modules = [], extraStores = [], held = [], ...options }: GovChainOptions): Promise<GovChain> {
  let module: GovModule | undefined;
  const accounts = wallets.map(({ address }) => ({ address, coins: [{ denom: 'other', amount: '1000' }, ...uwind(1_000_000)] }));
  const chain = await makeTestChain({
    accounts,
    without: ['gov'],
    extraStores,
    modules: ({ auth, bank, distribution }) => {
      const communityPool = { address: communityPoolAddress, fund: (ctx: Context, from: string, coins: Coins) => fundPool(distribution, ctx, from, coins) };
      return [...modules, module = makeGovModule({ codecs: testCodecs, auth, bank, staking: stakingOf(stake), denom: 'uwind', communityPool })];
    },
    appState: {
      ...(held.length === 0 ? {} : { bank: { balances: [...accounts, { address: govAddress, coins: held }] } }),
      gov: { starting_proposal_id: '1', params: { ...shortParams, ...options.params }, ...gov },
    },
  });
  assert(module !== undefined);
  const found = module;
  const self: GovChain = {
    chain, module: found, time: 0,
    send: async (from, messages, options = {}) => {
      const account = chain.account(from.address);
      assert(account, `${from.address} has an account`);
      const tx = await from.sign(messages, { accountNumber: Number(account.accountNumber), sequence: Number(account.sequence), fee: { amount: [], gas: '2000000' }, ...options });
      return (await blockAt(self, [tx])).txResults[0] as ExecTxResult;
    },
    sent: async (from, messages) => {
      const result = await self.send(from, messages);
      assert.equal(result.log, '');
      return result;
    },
    pass: async seconds => {
      self.time += seconds;
      return blockAt(self, []);
    },
    proposal: async id => (await chain.ask<{ proposal: Proposal }>('/cosmos.gov.v1.Query/Proposal', 'cosmos.gov.v1.QueryProposalRequest', 'cosmos.gov.v1.QueryProposalResponse', { proposalId: id })).proposal,
    votes: async id => (await chain.ask<{ votes: Vote[] }>('/cosmos.gov.v1.Query/Votes', 'cosmos.gov.v1.QueryVotesRequest', 'cosmos.gov.v1.QueryVotesResponse', { proposalId: id })).votes,
  };
  await blockAt(self, []); // accounts can be looked up from the first commit on
  return self;
}

async function blockAt({ chain, time }: GovChain, txs: readonly Uint8Array[]): Promise<ResponseFinalizeBlock> {
  const response = await chain.app.finalizeBlock({ ...chain.request(txs), time: timeOf(time) });
  await chain.app.commit();
  return response;
}

export const timeOf = (seconds: number): Timestamp => ({ seconds: genesisTime + BigInt(seconds), nanos: 0 });

export type Wanted = { readonly messages?: readonly { readonly typeUrl: string; readonly value: object }[]; readonly deposit?: number; readonly expedited?: boolean; readonly metadata?: string; readonly title?: string; readonly summary?: string };

/** A MsgSubmitProposal whose messages are encoded by the chain's own codecs. */
export function submitMsg(proposer: TestWallet, { messages = [], deposit = 0, expedited = false, metadata = messages.length === 0 ? 'about' : '', title = 'A title', summary = 'A summary' }: Wanted): EncodeObject {
  const encoded = messages.map(({ typeUrl, value }) => ({ typeUrl, value: testCodecs.of<object>(typeUrl.slice(1)).encode(value) }));
  const value = { messages: encoded, initialDeposit: deposit === 0 ? [] : uwind(deposit), proposer: proposer.address, metadata, title, summary, expedited };
  return { typeUrl: '/cosmos.gov.v1.MsgSubmitProposal', value };
}

export function voteMsg(voter: TestWallet, proposalId: bigint, option: number): EncodeObject {
  return { typeUrl: '/cosmos.gov.v1.MsgVote', value: { proposalId, voter: voter.address, option, metadata: '' } };
}

export function voteWeightedMsg(voter: TestWallet, proposalId: bigint, weights: Readonly<Record<number, string>>): EncodeObject {
  const options = Object.entries(weights).map(([option, weight]) => ({ option: Number(option), weight }));
  return { typeUrl: '/cosmos.gov.v1.MsgVoteWeighted', value: { proposalId, voter: voter.address, options, metadata: '' } };
}

export function depositMsg(depositor: TestWallet, proposalId: bigint, amount: number): EncodeObject {
  return { typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId, depositor: depositor.address, amount: uwind(amount) } };
}

/** `type key=value …`, without msg_index and mode. */
export const eventsOf = (events: readonly Event[], type: string): string[] => events
  .filter(event => event.type === type)
  .map(({ attributes }) => attributes.filter(({ key }) => key !== 'msg_index' && key !== 'mode').map(({ key, value }) => `${key}=${value}`).join(' '));

export const paramsOf = (changes: Partial<GovParams>, from: GovParams): GovParams => ({ ...from, ...changes });
export { makeTestWallet, moduleAddress };
