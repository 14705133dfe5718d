import { amountOf, coinsFromMap, coinsOrNothing, coinsText, isDenom, wireCoinsText } from '../coins.js';
import { refuseSdk } from '../refusal.js';
import type { Fee } from '../tx-decode.js';

/** A price for one unit of gas; `scaled` is the price times 10^18. */
export type MinGasPrice = { readonly denom: string; readonly scaled: bigint };

const scale = 10n ** 18n;

/** Reads {denom, amount: decimal text}. Throws an Error naming the bad one: it is the operator's configuration. */
export function parseMinGasPrices(list: readonly { readonly denom: string; readonly amount: string }[]): readonly MinGasPrice[] {
  return list.map(({ denom, amount }) => {
    const match = /^(\d{1,60})(?:\.(\d{1,18}))?$/.exec(amount);
    if (!match || !isDenom(denom)) throw new Error(`minimum gas price ${amount}${denom} is not a decimal followed by a denom`);
    return { denom, scaled: BigInt(match[1] as string) * scale + BigInt((match[2] ?? '').padEnd(18, '0')) };
  });
}

/** Refuses with sdk/13 a fee that is below the node's price in every denom. Not consensus: only for entry to the mempool. */
export function requireMinGasPrice(prices: readonly MinGasPrice[], fee: Fee): void {
  const asked = prices.filter(({ scaled }) => scaled > 0n);
  if (asked.length === 0) return;
  const required = coinsFromMap(new Map(asked.map(({ denom, scaled }) => [denom, (scaled * fee.gasLimit + scale - 1n) / scale])));
  const offered = coinsOrNothing(fee.amount) ?? [];
  const suffices = required.some(({ denom, amount }) => amountOf(offered, denom) >= amount);
  if (!suffices) refuseSdk('insufficientFee', `insufficient fees; got: ${wireCoinsText(fee.amount)} required: ${coinsText(required)}`);
}
