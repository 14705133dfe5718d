/** Consensus parameters of a new chain: CometBFT's defaults. 64-bit integers are text, durations nanoseconds. */
export const consensusParams = {
  block: { max_bytes: '22020096', max_gas: '-1' },
  evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
  validator: { pub_key_types: ['ed25519'] },
  version: { app: '0' },
  abci: { vote_extensions_enable_height: '0' },
} as const;
