/** Coins and gas prices as people type them: "5uwind", "5uwind,7other", "0.025uwind". */
import type { Coin } from '../client/index.js';
import { UsageFailure } from './failure.js';

const denomPattern = '[a-zA-Z][a-zA-Z0-9/:._-]{2,127}';
const coinPattern = new RegExp(`^(0|[1-9]\\d{0,77})(${denomPattern})$`);
const decCoinPattern = new RegExp(`^(\\d+)(?:\\.(\\d{1,18}))?(${denomPattern})$`);

/** Atto-units (10^-18) of a denom for one unit of gas. */
export type DecCoin = { readonly denom: string; readonly atto: bigint };

/** Coins sorted by denom, as transactions want them. Throws UsageFailure; zero amounts and repeated denoms are refused. */
export function parseCoins(text: string, what: string): Coin[] {
  const coins = text.split(',').map(part => {
    const match = coinPattern.exec(part.trim());
    if (!match) throw new UsageFailure(`${what}: ${JSON.stringify(part)} is no coin`, 'Write a whole amount and a denom, such as 1000000uwind (1 wind is 1000000uwind).');
    const [, amount = '', denom = ''] = match;
    if (amount === '0') throw new UsageFailure(`${what}: the amount of ${denom} is zero`);
    return { denom, amount };
  });
  const sorted = coins.sort((a, b) => (a.denom < b.denom ? -1 : a.denom > b.denom ? 1 : 0));
  if (new Set(sorted.map(({ denom }) => denom)).size !== sorted.length) throw new UsageFailure(`${what}: ${text} names a denom twice`);
  return sorted;
}

/** Gas prices, or undefined when the text is none. The empty text is an empty list. */
export function parseDecCoins(text: string): DecCoin[] | undefined {
  if (text === '') return [];
  const coins: DecCoin[] = [];
  for (const part of text.split(',')) {
    const match = decCoinPattern.exec(part.trim());
    if (!match) return undefined;
    const [, whole = '0', fraction = '', denom = ''] = match;
    coins.push({ denom, atto: BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, '0')) });
  }
  return coins;
}

/** The fee of so much gas, each price rounded up; what comes to nothing is left out. Sorted by denom. */
export function feeOf(gas: bigint, prices: readonly DecCoin[]): Coin[] {
  const unit = 10n ** 18n;
  return prices
    .map(({ denom, atto }) => ({ denom, amount: (gas * atto + unit - 1n) / unit }))
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.denom < b.denom ? -1 : 1))
    .map(({ denom, amount }) => ({ denom, amount: amount.toString() }));
}
