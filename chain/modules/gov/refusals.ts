/** Codespace `gov`: each code with its text, which ends every message of that code (x/gov/types/errors.go). */
import { refuse } from '../../refusal.js';

const codes = {
  unknownProposal: [2, 'unknown proposal'],
  inactiveProposal: [3, 'inactive proposal'],
  invalidContent: [5, 'invalid proposal content'],
  invalidProposalType: [6, 'invalid proposal type'],
  invalidVote: [7, 'invalid vote option'],
  unroutableMessage: [10, 'proposal message not recognized by router'],
  noMessages: [11, 'no messages proposed'],
  invalidMessage: [12, 'invalid proposal message'],
  invalidSigner: [13, 'expected gov account as only signer for proposal message'],
  metadataTooLong: [15, 'metadata too long'],
  minDepositTooSmall: [16, 'minimum deposit is too small'],
  invalidProposer: [18, 'invalid proposer'],
  votingPeriodEnded: [20, 'voting period already ended'],
  invalidProposal: [21, 'invalid proposal'],
  summaryTooLong: [22, 'summary too long'],
  invalidDepositDenom: [23, 'invalid deposit denom'],
} as const satisfies Record<string, readonly [number, string]>;

/** Refuses with `detail: text`, or the text alone. */
export function refuseGov(name: keyof typeof codes, detail?: string): never {
  const [code, text] = codes[name];
  refuse('gov', code, detail === undefined ? text : `${detail}: ${text}`);
}
