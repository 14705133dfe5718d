import { dec, decFromWire, decOne, decText, decWire, decZero, storedDec, type Dec } from '../../decimal.js';

export type DistributionParams = {
  /** What the community pool takes of all fees. */
  readonly communityTax: Dec;
  /** Whether delegators may let others receive their rewards. */
  readonly withdrawAddrEnabled: boolean;
};

/** As the SDK's. */
export const distributionParamsDefault: DistributionParams = { communityTax: dec('0.02'), withdrawAddrEnabled: true };

/** cosmos.distribution.v1beta1.Params. The proposer's rewards are of the past: always zero. */
export type WireDistributionParams = { communityTax: string; baseProposerReward: string; bonusProposerReward: string; withdrawAddrEnabled: boolean };

export function toWireParams({ communityTax, withdrawAddrEnabled }: DistributionParams): WireDistributionParams {
  return { communityTax: decWire(communityTax), baseProposerReward: '0', bonusProposerReward: '0', withdrawAddrEnabled };
}

/** Of our own state, or of what problemOfParams has passed. */
export function storedParams({ communityTax, withdrawAddrEnabled }: WireDistributionParams): DistributionParams {
  return { communityTax: storedDec(communityTax), withdrawAddrEnabled };
}

export const rewardsProposers = ({ baseProposerReward, bonusProposerReward }: Pick<WireDistributionParams, 'baseProposerReward' | 'bonusProposerReward'>): boolean =>
  [baseProposerReward, bonusProposerReward].some(text => decFromWire(text) !== decZero);

/** What is wrong with parameters from outside, in the SDK's words; undefined: nothing. */
export function problemOfParams({ communityTax, ...proposer }: WireDistributionParams): string | undefined {
  if (rewardsProposers(proposer)) return 'cannot update base or bonus proposer reward because these are deprecated fields';
  const tax = communityTax === '' ? undefined : decFromWire(communityTax);
  if (tax === undefined) return 'community tax must be not nil';
  if (tax < decZero) return `community tax must be positive: ${decText(tax)}`;
  return tax > decOne ? `community tax too large: ${decText(tax)}` : undefined;
}
