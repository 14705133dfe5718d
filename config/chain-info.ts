/** The local chain as Keplr's experimentalSuggestChain wants it. */
const wind = { coinDenom: 'WIND', coinMinimalDenom: 'uwind', coinDecimals: 6 } as const;

export const chainInfo = {
  chainId: 'windlass-local',
  chainName: 'Windlass local',
  rpc: 'http://127.0.0.1:26657',
  rest: 'http://127.0.0.1:1317',
  bip44: { coinType: 118 },
  bech32Config: {
    bech32PrefixAccAddr: 'windlass',
    bech32PrefixAccPub: 'windlasspub',
    bech32PrefixValAddr: 'windlassvaloper',
    bech32PrefixValPub: 'windlassvaloperpub',
    bech32PrefixConsAddr: 'windlassvalcons',
    bech32PrefixConsPub: 'windlassvalconspub',
  },
  currencies: [wind],
  feeCurrencies: [{ ...wind, gasPriceStep: { low: 0.025, average: 0.03, high: 0.05 } }],
  stakeCurrency: wind,
  features: [],
} as const;
