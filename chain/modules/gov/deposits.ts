/** Deposits: they stand behind a proposal, and come back or burn when it ends. The coins lie in the module's account. */
import { governanceModule } from '../../authority.js';
import { addCoins, amountOf, coinsFromMap, coinsText, parseCoins, toWireCoins, type Coins, type WireCoin } from '../../coins.js';
import type { Context } from '../../context.js';
import { dec, decOf, mulDec, roundDec, truncateDec } from '../../decimal.js';
import { refuseSdk } from '../../refusal.js';
import type { Readable } from '../state.js';
import type { Gov } from './host.js';
import { isAllAtLeast } from './params.js';
import { activateVotingPeriod } from './proposals.js';
import { refuseGov } from './refusals.js';
import { proposalStatus, type GovParams, type Proposal } from './types.js';

/** What a proposal of its kind needs before it is voted on. */
export function minDepositOf(params: GovParams, { expedited }: Pick<Proposal, 'expedited'>): Coins {
  return parseCoins(expedited ? params.expeditedMinDeposit : params.minDeposit);
}

/** Refuses an initial deposit below `min_initial_deposit_ratio`, and denoms that are no deposit. */
export function checkInitialDeposit(params: GovParams, deposit: Coins, expedited: boolean): void {
  const ratio = dec(params.minInitialDepositRatio);
  if (ratio !== decOf(0n)) {
    const least = minDepositOf(params, { expedited }).map(({ denom, amount }) => ({ denom, amount: roundDec(mulDec(decOf(amount), ratio)) }));
    if (!isAllAtLeast(deposit, least)) refuseGov('minDepositTooSmall', `was (${coinsText(deposit)}), need (${coinsText(least)})`);
  }
  checkDenoms(params, deposit);
}

function checkDenoms({ minDeposit }: GovParams, deposit: Coins): void {
  const accepted = minDeposit.map(({ denom }) => denom);
  if (deposit.some(({ denom }) => !accepted.includes(denom))) {
    refuseGov('invalidDepositDenom', `deposited ${coinsText(deposit)}, but gov accepts only the following denom(s): [${accepted.join(' ')}]`);
  }
}

/** One deposit has to be worth its place: so much of the minimum in at least one denom. */
function checkShare(params: GovParams, minDeposit: Coins, deposit: Coins): void {
  const ratio = dec(params.minDepositRatio);
  if (ratio === decOf(0n)) return;
  const thresholds = minDeposit.map(({ denom, amount }) => ({ denom, amount: truncateDec(mulDec(decOf(amount), ratio)) }));
  const isMet = thresholds.some(({ denom, amount }) => deposit.some(coin => coin.denom === denom && coin.amount >= amount));
  if (!isMet) refuseGov('minDepositTooSmall', `received ${coinsText(deposit)} but need at least one of the following: ${coinsText(thresholds)}`);
}

/** Takes the coins and counts them for the proposal. Answers whether the voting period begins with it. */
export function addDeposit(gov: Gov, ctx: Context, id: bigint, depositor: string, amount: Coins): boolean {
  const { store, bank } = gov;
  const proposal = store.proposal(ctx, id) ?? refuseGov('unknownProposal', `proposal ${id} doesn't exist`);
  if (proposal.status !== proposalStatus.depositPeriod && proposal.status !== proposalStatus.votingPeriod) refuseGov('inactiveProposal', String(id));
  const params = store.params(ctx);
  const minDeposit = minDepositOf(params, proposal);
  checkDenoms(params, amount);
  checkShare(params, minDeposit, amount);
  bank.sendToModule(ctx, depositor, governanceModule, amount); // no coins at all are told, too

  const total = addCoins(coinsOf(proposal.totalDeposit), amount);
  const funded: Proposal = { ...proposal, totalDeposit: toWireCoins(total) };
  store.setProposal(ctx, funded);
  const begins = proposal.status === proposalStatus.depositPeriod && isAllAtLeast(total, minDeposit);
  if (begins) activateVotingPeriod(gov, ctx, funded);

  const before = coinsOf(store.deposit(ctx, id, depositor)?.amount ?? []);
  ctx.events.emit('proposal_deposit', [['depositor', depositor], ['amount', coinsText(amount)], ['proposal_id', String(id)]]);
  store.setDeposit(ctx, { proposalId: id, depositor, amount: toWireCoins(addCoins(before, amount)) });
  return begins;
}

/** Of our own state. */
const coinsOf = (list: readonly WireCoin[]): Coins => parseCoins(list);

export function refundDeposits({ store, bank }: Gov, ctx: Context, id: bigint): void {
  for (const deposit of store.deposits(ctx, id)) {
    const coins = coinsOf(deposit.amount);
    bank.sendFromModule(ctx, governanceModule, deposit.depositor, coins);
    store.deleteDeposit(ctx, deposit);
  }
}

export function burnDeposits({ store, bank }: Gov, ctx: Context, id: bigint): void {
  let all: Coins = [];
  for (const deposit of store.deposits(ctx, id)) {
    all = addCoins(all, coinsOf(deposit.amount));
    store.deleteDeposit(ctx, deposit);
  }
  bank.burn(ctx, governanceModule, all);
}

/** A cancelled proposal: of every deposit `proposal_cancel_ratio` is burned or goes to `proposal_cancel_dest`, the rest comes back. */
export function chargeDeposits(gov: Gov, ctx: Context, id: bigint, { proposalCancelRatio, proposalCancelDest }: GovParams): void {
  const { store, bank } = gov;
  const ratio = dec(proposalCancelRatio);
  let charged: Coins = [];
  for (const deposit of store.deposits(ctx, id)) {
    const coins = coinsOf(deposit.amount);
    const charge = coinsFromMap(new Map(coins.map(({ denom, amount }) => [denom, truncateDec(mulDec(decOf(amount), ratio))])));
    const rest = coinsFromMap(new Map(coins.map(({ denom, amount }) => [denom, amount - amountOf(charge, denom)])));
    charged = addCoins(charged, charge);
    if (rest.length > 0) bank.sendFromModule(ctx, governanceModule, deposit.depositor, rest);
    store.deleteDeposit(ctx, deposit);
  }
  if (charged.length > 0) payCharge(gov, ctx, proposalCancelDest, charged);
}

function payCharge({ auth, bank, communityPool }: Gov, ctx: Context, destination: string, coins: Coins): void {
  if (destination === '') bank.burn(ctx, governanceModule, coins);
  else if (destination === communityPool?.address) communityPool.fund(ctx, auth.moduleAddress(governanceModule), coins);
  else if (bank.isBlocked(destination)) refuseSdk('unauthorized', `${destination} is not allowed to receive funds`);
  else bank.sendFromModule(ctx, governanceModule, destination, coins);
}

/** Whether the module's account still holds what was deposited with it: a proposal may spend its coins, but not other people's. */
export function coversDeposits({ store, bank, auth }: Gov, state: Readable): boolean {
  const deposited = store.deposits(state).reduce<Coins>((sum, { amount }) => addCoins(sum, coinsOf(amount)), []);
  return isAllAtLeast(bank.balances(state, auth.moduleAddress(governanceModule)), deposited);
}
