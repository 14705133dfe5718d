/** What time brings: deposit periods run out, votes are counted, what passed is executed. */
import assert from 'node:assert/strict';
import type { Context } from '../../context.js';
import { refundDeposits, burnDeposits } from './deposits.js';
import { executeMessages } from './execute.js';
import type { Gov } from './host.js';
import { later } from './proposals.js';
import { tally, type Verdict } from './tally.js';
import { proposalStatus, type Proposal } from './types.js';

export function endBlock(gov: Gov, ctx: Context): void {
  for (const id of gov.store.due(ctx, 'inactive', ctx.time)) dropUnfunded(gov, ctx, id);
  for (const id of gov.store.due(ctx, 'active', ctx.time)) {
    if (gov.store.isVoting(ctx, id)) countVotes(gov, ctx, id); // else a proposal before it has just cancelled it
  }
}

function dueProposal({ store }: Gov, ctx: Context, id: bigint): Proposal {
  const proposal = store.proposal(ctx, id);
  assert(proposal !== undefined, `proposal ${id} of the queue exists`);
  return proposal;
}

function dropUnfunded(gov: Gov, ctx: Context, id: bigint): void {
  gov.store.deleteProposal(ctx, dueProposal(gov, ctx, id));
  if (gov.store.params(ctx).burnProposalDepositPrevote) burnDeposits(gov, ctx, id);
  else refundDeposits(gov, ctx, id);
  ctx.events.emit('inactive_proposal', [['proposal_id', String(id)], ['proposal_result', 'proposal_dropped']]);
}

/** How a vote ended: what the proposal becomes, and what is told of it. */
type Ending = { readonly proposal: Proposal; readonly result: string; readonly log: string };

function countVotes(gov: Gov, ctx: Context, id: bigint): void {
  const { store, staking } = gov;
  const proposal = dueProposal(gov, ctx, id);
  assert(proposal.votingEndTime !== undefined, `proposal ${id} has a voting period`);
  const verdict = tally(staking, ctx, store.votes(ctx, id), proposal, store.params(ctx));
  store.deleteVotes(ctx, id);
  // An expedited proposal that fails keeps its deposits: it goes on as a regular one.
  if (verdict.burnsDeposits) burnDeposits(gov, ctx, id);
  else if (verdict.passes || !proposal.expedited) refundDeposits(gov, ctx, id);
  store.dequeue(ctx, 'active', proposal.votingEndTime, id);
  const ending = endingOf(gov, ctx, proposal, verdict);
  store.setProposal(ctx, { ...ending.proposal, finalTallyResult: verdict.result });
  ctx.events.emit('active_proposal', [['proposal_id', String(id)], ['proposal_result', ending.result], ['proposal_log', ending.log]]);
}

function endingOf(gov: Gov, ctx: Context, proposal: Proposal, { passes }: Verdict): Ending {
  if (passes) return execute(gov, ctx, proposal);
  if (proposal.expedited) return goOnAsRegular(gov, ctx, proposal);
  const failedReason = 'proposal did not get enough votes to pass';
  return { proposal: { ...proposal, status: proposalStatus.rejected, failedReason }, result: 'proposal_rejected', log: 'rejected' };
}

function execute(gov: Gov, ctx: Context, proposal: Proposal): Ending {
  const failure = executeMessages(gov, ctx, proposal.messages);
  if (!failure) return { proposal: { ...proposal, status: proposalStatus.passed }, result: 'proposal_passed', log: 'passed' };
  const log = `passed, but msg ${failure.index} (${failure.typeUrl}) failed on execution: ${failure.reason}`;
  return { proposal: { ...proposal, status: proposalStatus.failed, failedReason: failure.reason }, result: 'proposal_failed', log };
}

/** The vote begins anew, for what is left of a regular voting period. */
function goOnAsRegular({ store }: Gov, ctx: Context, proposal: Proposal): Ending {
  const votingEndTime = later(proposal.votingStartTime ?? ctx.time, store.params(ctx).votingPeriod);
  store.enqueue(ctx, 'active', votingEndTime, proposal.id);
  const log = 'expedited proposal converted to regular';
  return { proposal: { ...proposal, expedited: false, votingEndTime }, result: 'expedited_proposal_rejected', log };
}
