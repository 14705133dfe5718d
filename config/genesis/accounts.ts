/** The state of accounts and coins in a genesis without any, in the Cosmos SDK's layout. */
export const authGenesis = {
  params: {
    max_memo_characters: '256',
    tx_sig_limit: '7',
    tx_size_cost_per_byte: '10',
    sig_verify_cost_ed25519: '590',
    sig_verify_cost_secp256k1: '1000',
  },
  accounts: [],
} as const;

export const bankGenesis = {
  params: { send_enabled: [], default_send_enabled: true },
  balances: [],
  supply: [],
  denom_metadata: [
    {
      description: 'The token that pays for transactions and computation.',
      denom_units: [
        { denom: 'uwind', exponent: 0, aliases: ['microwind'] },
        { denom: 'wind', exponent: 6, aliases: [] },
      ],
      base: 'uwind',
      display: 'wind',
      name: 'Wind',
      symbol: 'WIND',
      uri: '',
      uri_hash: '',
    },
  ],
  send_enabled: [],
} as const;
