/** app_state.gov, in the SDK's JSON. */
import { governanceModule } from '../../authority.js';
import { addCoins, coinsOrNothing, coinsText, type Coins } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { parseAddress } from '../../crypto/address.js';
import type { Readable } from '../state.js';
import type { Gov } from './host.js';
import { faultOfGovParams, govParamsDefault, isAllAtLeast } from './params.js';
import { proposalStatus, type Deposit, type GovParams, type Proposal, type Vote } from './types.js';
import { checkWeights } from './votes.js';

type GovGenesis = {
  startingProposalId: bigint; deposits: readonly Deposit[]; votes: readonly Vote[]; proposals: readonly Proposal[];
  depositParams: undefined; votingParams: undefined; tallyParams: undefined; params: GovParams | undefined; constitution: string;
};

/** Checks and stores. Throws an Error that says what is wrong. Without a section: the defaults, in `denom`. */
export function initGovGenesis(gov: Gov, ctx: Context, state: unknown, denom: string): void {
  const { codecs, store, auth } = gov;
  const genesis = genesisCodec(codecs).fromJson(state ?? { starting_proposal_id: '1' });
  const fail = (reason: string): never => {
    throw new Error(`genesis: app_state.gov: ${reason}`);
  };
  if (genesis.startingProposalId === 0n) fail('starting proposal id must be greater than 0');
  const params = genesis.params ?? govParamsDefault(denom);
  const fault = faultOfGovParams(params);
  if (fault !== undefined) fail(fault);
  store.setParams(ctx, params);
  store.setConstitution(ctx, genesis.constitution);
  store.setNextId(ctx, genesis.startingProposalId);
  auth.ensureModuleAccount(ctx, governanceModule);
  storeProposals(gov, ctx, genesis, fail);
  const deposited = storeDeposits(gov, ctx, genesis.deposits, fail);
  for (const vote of genesis.votes) {
    requireOpen(gov, ctx, vote.proposalId, vote.voter, 'vote', fail);
    if (store.vote(ctx, vote.proposalId, vote.voter)) fail(`${vote.voter} votes twice on proposal ${vote.proposalId}`);
    checkWeights(vote.options);
    store.setVote(ctx, vote);
  }
  const held = gov.bank.balances(ctx, auth.moduleAddress(governanceModule));
  // The SDK asks for equality; but the account may be sent coins, and an exported state must be one to begin with.
  if (!isAllAtLeast(held, deposited)) fail(`expected module account was ${coinsText(held)} but we got ${coinsText(deposited)}`);
}

type Fail = (reason: string) => never;

function genesisCodec(codecs: Codecs) {
  return codecs.of<GovGenesis>('cosmos.gov.v1.GenesisState');
}

function storeProposals({ store }: Gov, ctx: Context, { proposals, startingProposalId }: GovGenesis, fail: Fail): void {
  for (const proposal of proposals) {
    const { id, status, depositEndTime, votingEndTime, totalDeposit } = proposal;
    if (!coinsOrNothing(totalDeposit)) fail(`total_deposit of proposal ${id} must be positive, sorted by denom and without repeats`);
    if (store.proposal(ctx, id)) fail(`proposal ${id} is listed twice`);
    if (id >= startingProposalId) fail(`proposal ${id} is not below starting_proposal_id`);
    if (status === proposalStatus.depositPeriod) store.enqueue(ctx, 'inactive', depositEndTime ?? fail(`proposal ${id} has no deposit_end_time`), id);
    if (status === proposalStatus.votingPeriod) store.enqueue(ctx, 'active', votingEndTime ?? fail(`proposal ${id} has no voting_end_time`), id);
    store.setProposal(ctx, proposal);
  }
}

function storeDeposits(gov: Gov, ctx: Context, deposits: readonly Deposit[], fail: Fail): Coins {
  const { store } = gov;
  let total: Coins = [];
  for (const deposit of deposits) {
    const { proposalId, depositor, amount } = deposit;
    requireOpen(gov, ctx, proposalId, depositor, 'deposit', fail);
    if (store.deposit(ctx, proposalId, depositor)) fail(`${depositor} deposits twice on proposal ${proposalId}`);
    store.setDeposit(ctx, deposit);
    total = addCoins(total, coinsOrNothing(amount) ?? fail(`the deposit of ${depositor} must be positive, sorted by denom and without repeats`));
  }
  return total;
}

function requireOpen({ store }: Gov, ctx: Context, id: bigint, who: string, what: string, fail: Fail): void {
  if ('problem' in parseAddress(who)) fail(`${who || '(empty)'} is not an address`);
  if (!store.proposal(ctx, id)) fail(`a ${what} for proposal ${id}, which is not there`);
}

/** The state in the form that initGovGenesis reads. The deposits' coins are in the module account's balance. */
export function exportGovGenesis({ codecs, store }: Gov, state: Readable): unknown {
  return genesisCodec(codecs).toJson({
    startingProposalId: store.nextId(state), deposits: store.deposits(state), votes: store.votes(state), proposals: store.proposals(state),
    depositParams: undefined, votingParams: undefined, tallyParams: undefined, params: store.params(state), constitution: store.constitution(state),
  });
}
