/** Proposals, deposits and votes as cosmos.gov.v1 has them. Decimals are text with their point. */
import type { Duration, Timestamp } from '../../abci/types.js';
import type { WireCoin } from '../../coins.js';
import type { Any } from '../../crypto/public-key.js';

export const proposalStatus = { unspecified: 0, depositPeriod: 1, votingPeriod: 2, passed: 3, rejected: 4, failed: 5 } as const;
export const voteOption = { unspecified: 0, yes: 1, abstain: 2, no: 3, noWithVeto: 4 } as const;

export type TallyResult = { yesCount: string; abstainCount: string; noCount: string; noWithVetoCount: string };

export type Proposal = {
  readonly id: bigint;
  readonly messages: readonly Any[];
  readonly status: number;
  readonly finalTallyResult: TallyResult | undefined;
  readonly submitTime: Timestamp | undefined;
  readonly depositEndTime: Timestamp | undefined;
  readonly totalDeposit: readonly WireCoin[];
  readonly votingStartTime: Timestamp | undefined;
  readonly votingEndTime: Timestamp | undefined;
  readonly metadata: string;
  readonly title: string;
  readonly summary: string;
  readonly proposer: string;
  readonly expedited: boolean;
  readonly failedReason: string;
};

export type Deposit = { readonly proposalId: bigint; readonly depositor: string; readonly amount: readonly WireCoin[] };
export type WeightedVoteOption = { readonly option: number; readonly weight: string };
export type Vote = { readonly proposalId: bigint; readonly voter: string; readonly options: readonly WeightedVoteOption[]; readonly metadata: string };

export type GovParams = {
  readonly minDeposit: readonly WireCoin[];
  readonly maxDepositPeriod: Duration | undefined;
  readonly votingPeriod: Duration | undefined;
  readonly quorum: string;
  readonly threshold: string;
  readonly vetoThreshold: string;
  readonly minInitialDepositRatio: string;
  readonly proposalCancelRatio: string;
  /** Empty: what a cancellation costs is burned. */
  readonly proposalCancelDest: string;
  readonly expeditedVotingPeriod: Duration | undefined;
  readonly expeditedThreshold: string;
  readonly expeditedMinDeposit: readonly WireCoin[];
  readonly burnVoteQuorum: boolean;
  readonly burnProposalDepositPrevote: boolean;
  readonly burnVoteVeto: boolean;
  readonly minDepositRatio: string;
};

export const emptyTally: TallyResult = { yesCount: '0', abstainCount: '0', noCount: '0', noWithVetoCount: '0' };
