/** The life of a proposal until it is voted on: submitted, funded, or cancelled. */
import type { Duration, Timestamp } from '../../abci/types.js';
import type { Context } from '../../context.js';
import type { Any } from '../../crypto/public-key.js';
import { addDuration, compareTimes } from '../../time.js';
import { chargeDeposits } from './deposits.js';
import type { Gov } from './host.js';
import { refuseGov } from './refusals.js';
import { emptyTally, proposalStatus, type Proposal } from './types.js';

export type NewProposal = {
  readonly messages: readonly Any[]; readonly metadata: string; readonly title: string; readonly summary: string; readonly proposer: string; readonly expedited: boolean;
};

/** Stores a proposal, whose messages were checked, in its deposit period. */
export function submitProposal({ store }: Gov, ctx: Context, given: NewProposal): Proposal {
  const id = store.nextId(ctx);
  store.setNextId(ctx, id + 1n);
  const depositEndTime = later(ctx.time, store.params(ctx).maxDepositPeriod);
  const proposal: Proposal = {
    ...given, id, status: proposalStatus.depositPeriod, finalTallyResult: emptyTally, submitTime: ctx.time, depositEndTime, totalDeposit: [],
    votingStartTime: undefined, votingEndTime: undefined, failedReason: '',
  };
  store.setProposal(ctx, proposal);
  store.enqueue(ctx, 'inactive', depositEndTime, id);
  ctx.events.emit('submit_proposal', [
    ['proposal_id', String(id)],
    ['proposal_proposer', given.proposer],
    ['proposal_messages', given.messages.map(({ typeUrl }) => `,${typeUrl}`).join('')],
  ]);
  return proposal;
}

/** The deposits suffice: votes count from now on. */
export function activateVotingPeriod({ store }: Gov, ctx: Context, proposal: Proposal): void {
  const { votingPeriod, expeditedVotingPeriod } = store.params(ctx);
  const votingEndTime = later(ctx.time, proposal.expedited ? expeditedVotingPeriod : votingPeriod);
  store.setProposal(ctx, { ...proposal, status: proposalStatus.votingPeriod, votingStartTime: ctx.time, votingEndTime });
  if (proposal.depositEndTime) store.dequeue(ctx, 'inactive', proposal.depositEndTime, proposal.id);
  store.enqueue(ctx, 'active', votingEndTime, proposal.id);
}

/** The proposer takes it back before its votes are counted, and pays for it. */
export function cancelProposal(gov: Gov, ctx: Context, id: bigint, proposer: string): void {
  const { store } = gov;
  const proposal = store.proposal(ctx, id) ?? refuseGov('unknownProposal', `proposal ${id} doesn't exist`);
  if (proposal.proposer === '') refuseGov('invalidProposal', `proposal ${id} doesn't have proposer ${proposer}, so cannot be canceled`);
  if (proposal.proposer !== proposer) refuseGov('invalidProposer', `invalid proposer ${proposer}`);
  if (proposal.status !== proposalStatus.depositPeriod && proposal.status !== proposalStatus.votingPeriod) {
    refuseGov('invalidProposal', 'proposal should be in the deposit or voting period');
  }
  if (proposal.votingEndTime && compareTimes(proposal.votingEndTime, ctx.time) < 0) refuseGov('votingPeriodEnded', `voting period is already ended for this proposal ${id}`);
  chargeDeposits(gov, ctx, id, store.params(ctx));
  if (proposal.votingStartTime) store.deleteVotes(ctx, id);
  store.deleteProposal(ctx, proposal);
}

/** The time after a period, which the parameters have (checked when they came in). */
export function later(time: Timestamp, period: Duration | undefined): Timestamp {
  return addDuration(time, period ?? { seconds: 0n, nanos: 0 });
}
