/** Votes as people type them. */
import { UsageFailure } from '../failure.js';

const options: Readonly<Record<string, number>> = { yes: 1, abstain: 2, no: 3, no_with_veto: 4 };
const names = Object.keys(options).join(', ');

/** `yes`, `no_with_veto`, `no-with-veto`, `VOTE_OPTION_YES`. Throws UsageFailure. */
export function voteOptionOf(text: string): number {
  const option = options[text.toLowerCase().replaceAll('-', '_').replace(/^vote_option_/, '')];
  if (option === undefined) throw new UsageFailure(`${text} is no vote`, `Choose one of ${names}.`);
  return option;
}

/** `yes=0.6,no=0.4`: weights that make 1 together, which the chain checks. Throws UsageFailure. */
export function weightedOptionsOf(text: string): { option: number; weight: string }[] {
  return text.split(',').map(part => {
    const [name = '', weight, ...rest] = part.trim().split('=');
    if (rest.length > 0 || weight === undefined || !/^(0(\.\d{1,18})?|1(\.0{1,18})?)$/.test(weight)) throw new UsageFailure(`${part} is no part of a vote`, 'Write it as yes=0.6,no=0.4.');
    return { option: voteOptionOf(name), weight };
  });
}

const statuses: Readonly<Record<string, number>> = { deposit_period: 1, voting_period: 2, passed: 3, rejected: 4, failed: 5 };

/** `voting_period`, `voting-period`, `PROPOSAL_STATUS_VOTING_PERIOD`; nothing is any. Throws UsageFailure. */
export function proposalStatusOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const status = statuses[text.toLowerCase().replaceAll('-', '_').replace(/^proposal_status_/, '')];
  if (status === undefined) throw new UsageFailure(`${text} is no status of a proposal`, `Choose one of ${Object.keys(statuses).join(', ')}.`);
  return status;
}
