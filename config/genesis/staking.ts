/** Staking in a genesis without validators: the SDK's defaults in our denom. */
export const stakingGenesis = {
  params: { unbonding_time: '1814400s', max_validators: 100, max_entries: 7, historical_entries: 10000, bond_denom: 'uwind', min_commission_rate: '0.000000000000000000' },
  last_total_power: '0',
  last_validator_powers: [],
  validators: [],
  delegations: [],
  unbonding_delegations: [],
  redelegations: [],
  exported: false,
} as const;

/** Transactions that are executed at genesis: each makes a validator. */
export const genutilGenesis = { gen_txs: [] } as const;
