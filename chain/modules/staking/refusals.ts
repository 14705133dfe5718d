/** Refusals of codespace `staking`, with the SDK's codes and texts. */
import { refuse } from '../../refusal.js';

const texts = {
  noValidator: [3, 'validator does not exist'],
  operatorExists: [4, 'validator already exist for this operator address; must use new validator operator address'],
  pubKeyExists: [5, 'validator already exist for this pubkey; must use new validator pubkey'],
  pubKeyType: [6, 'validator pubkey type is not supported'],
  jailed: [7, 'validator for this address is currently jailed'],
  commissionNegative: [9, 'commission must be positive'],
  commissionHuge: [10, 'commission cannot be more than 100%'],
  commissionAboveMax: [11, 'commission cannot be more than the max rate'],
  commissionTooSoon: [12, 'commission cannot be changed more than once in 24h'],
  changeRateNegative: [13, 'commission change rate must be positive'],
  changeRateAboveMax: [14, 'commission change rate cannot be more than the max rate'],
  commissionStep: [15, 'commission cannot be changed more than max change rate'],
  selfDelegationBelowMinimum: [16, "validator's self delegation must be greater than their minimum self delegation"],
  minSelfDelegationDecreased: [17, 'minimum self delegation cannot be decrease'],
  noDelegation: [19, 'no delegation for (address, validator) tuple'],
  noDelegatorForAddress: [21, 'delegator does not contain delegation'],
  insufficientShares: [22, 'insufficient delegation shares'],
  notEnoughShares: [24, 'not enough delegation shares'],
  tooManyUnbondings: [27, 'too many unbonding delegation entries for (delegator, validator) tuple'],
  selfRedelegation: [29, 'cannot redelegate to the same validator'],
  tinyRedelegation: [30, 'too few tokens to redelegate (truncates to zero tokens)'],
  badRedelegationDestination: [31, 'redelegation destination validator not found'],
  transitiveRedelegation: [32, 'redelegation to this validator already in progress; first redelegation to this validator must complete before next redelegation'],
  tooManyRedelegations: [33, 'too many redelegation entries for (delegator, src-validator, dst-validator) tuple'],
  worthlessShares: [34, 'cannot delegate to validators with invalid (zero) ex-rate'],
  emptyPubKey: [39, 'empty validator public key'],
  commissionBelowMin: [40, 'commission cannot be less than min rate'],
} as const satisfies Record<string, readonly [number, string]>;

export type StakingRefusal = keyof typeof texts;

/** Throws the Refusal: `detail: text`, or the text alone. */
export function refuseStaking(name: StakingRefusal, detail?: string): never {
  const [code, text] = texts[name];
  refuse('staking', code, detail === undefined ? text : `${detail}: ${text}`);
}
