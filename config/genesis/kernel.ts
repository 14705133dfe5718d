/** The kernel's parameters at genesis, in proto-JSON of windlass.kernel.v1.Params, and its empty content. */
export const kernelParams = {
  computrons_per_block: '300000000',
  computrons_per_delivery: '100000000',
  round_width: 8,
  queue_max: 1000,
  snapshot_initial: 20,
  snapshot_interval: 1000,
  reap_interval: 200,
  cleanup_budget: 100,
  max_bundle_bytes: '10000000',
  gas_per_action: '50000',
  gas_per_byte: '10',
  outcome_retention: '100000',
  default_compute_balance: '0',
  compute_price: { denom: 'uwind', amount: '1' },
  quota_prices: [],
  account_quotas: [
    { dimension: 'vats', limit: '1000' },
    { dimension: 'zombies', limit: '1000' },
    { dimension: 'worker_memory', limit: '274877906944' },
    { dimension: 'storage_bytes', limit: '68719476736' },
    { dimension: 'bundle_bytes', limit: '1073741824' },
  ],
  capacity: [
    { dimension: 'vats', limit: '100000' },
    { dimension: 'storage_bytes', limit: '1099511627776' },
    { dimension: 'bundle_bytes', limit: '68719476736' },
  ],
  default_memory_limit_bytes: '67108864',
} as const;

/** `bundles` by id, each a zip in base64; a chain's genesis carries bundles, not sources. */
export const kernelGenesis = {
  params: kernelParams,
  bundles: {},
  config: { bootstrap: null, vats: {} },
} as const;
