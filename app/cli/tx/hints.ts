/** What to do about a refusal, where the chain's own text does not say it. */
const hints: Readonly<Record<string, string>> = {
  'sdk 4': 'The key does not fit the account, or the transaction was signed for another chain: check --from and chain-id.',
  'sdk 5': 'The account lacks the coins: see windlass query balances ADDRESS.',
  'sdk 9': 'The account does not exist yet: it begins with the first coins it receives.',
  'sdk 11': 'Allow more gas: a higher --gas, or --gas auto with a higher --gas-adjustment.',
  'sdk 13': 'Pay at least what the node asks: --gas-prices 0.025uwind.',
  'sdk 19': 'This very transaction is waiting already.',
  'sdk 20': 'The node has too many transactions waiting: try again in a few blocks.',
  'sdk 32': 'Another transaction of this account went first: try again.',
  'distribution 5': 'Only who has staked with the validator earns rewards there: see windlass query distribution rewards ADDRESS.',
  'distribution 7': 'There is no commission yet: see windlass query distribution commission VALIDATOR.',
  'slashing 4': 'Until when it is jailed, or that it signed twice and never comes back: windlass query slashing signing-info CONSENSUS_ADDRESS.',
  'kernel 2': 'See what the account may name: windlass query capabilities ADDRESS.',
  'kernel 4': 'Choose another name for --save-as, or drop the old one: windlass tx drop NAME.',
  'kernel 7': 'Install the bundle first: windlass tx install-bundle FILE.',
  'kernel 12': 'The chain has too many actions waiting: try again in a few blocks.',
  'kernel 14': 'Only the owner may do this: see windlass query vat VAT_ID.',
};

export function hintOf(codespace: string, code: number): string | undefined {
  return hints[`${codespace} ${code}`];
}
