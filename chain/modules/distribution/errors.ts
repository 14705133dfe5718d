/** Codespace `distribution`: codes and texts of the SDK's x/distribution/types/errors.go. */
export const distributionModule = 'distribution';
export const codespace = distributionModule;

type Known = readonly [code: number, text: string];

export const errors = {
  noDelegationInfo: [5, 'no delegation distribution info'],
  noCommission: [7, 'no validator commission to withdraw'],
  withdrawAddressDisabled: [8, 'set withdraw address disabled'],
  poolTooSmall: [9, 'community pool does not have sufficient coins to distribute'],
  noValidator: [12, 'validator does not exist'],
  noDelegation: [13, 'delegation does not exist'],
} as const satisfies Record<string, Known>;
