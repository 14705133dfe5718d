/** Facts of the network's names and the defaults of one node; two validators may differ in everything but the names. */
export const chainDefaults = {
  addressPrefix: 'windlass',
  /** SLIP-44. */
  coinType: 118,
  baseDenom: 'uwind',
  displayDenom: 'wind',
  /** 1 wind = 10^6 uwind. */
  displayExponent: 6,
  localChainId: 'windlass-local',
} as const;

export const nodeDefaults = {
  /** Below the user's home folder. */
  homeFolder: '.windlass',
  ports: { rpc: 26657, p2p: 26656, abci: 26658, prometheus: 26660, rest: 1317, grpc: 9090 },
  rpcUrl: 'http://127.0.0.1:26657',
  logLevel: 'info',
  /** Checked in CheckTx only. */
  minimumGasPrices: '0.025uwind',
  /** Old versions of the app state that are kept for queries and proofs, in blocks. */
  pruning: { keepRecent: 100, interval: 10 },
  /** 0 means never. */
  haltHeight: 0,
  minRetainBlocks: 0,
  mempoolMaxTxs: 5000,
  /** Worker processes at once; some 100 MiB each. */
  maxVatsOnline: 50,
  /** Of the ledger of a host; 0 is no limit. */
  hostWorkersMax: 0,
  hostMemoryMax: 0,
  /** Segments of 8 MiB, and MiB beyond them while nothing is confirmed. */
  recorder: { segments: 16, overflowMiB: 2048 },
  stateSync: { snapshotInterval: 0, snapshotKeepRecent: 2 },
  forensics: { onDivergence: 'exit', overdueSeconds: 60 },
} as const;

/** What a validator begins with when its operator says nothing. */
export const validatorDefaults = { commissionRate: '0.1', commissionMaxRate: '0.2', commissionMaxChangeRate: '0.01', minSelfDelegation: '1' } as const;

/** Of the one validator of a home that is not a development home, until transactions of genesis take its place. */
export const fixedValidatorPower = '10';

/** What a client pays and waits when its user says nothing. */
export const clientDefaults = {
  keyringBackend: 'file',
  output: 'text',
  broadcastMode: 'sync',
  gasAdjustment: 1.5,
  gasPrices: '0.025uwind',
  /** For a tx to be in a block, and for an action to settle, in seconds. */
  waitSeconds: 60,
} as const;

/** `windlass start --dev`: keys everybody knows, for chains that nobody trusts. */
export const devDefaults = {
  mnemonic: 'test test test test test test test test test test test junk',
  /** Keys dev0 to dev9, at m/44'/118'/0'/0/0 to /9. */
  accounts: 10,
  /** 1,000,000 wind each. */
  balance: { denom: 'uwind', amount: '1000000000000' },
  /** 100,000 wind on top of that, for an account that operates a validator; it delegates them to it at genesis. */
  stake: { denom: 'uwind', amount: '100000000000' },
} as const;
