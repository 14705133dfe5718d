/**
 * Amounts of money. On the wire a coin is {denom, amount in decimal text}; inside, `Coins` are parsed: amounts are
 * bigint, all positive, denoms strictly ascending by code unit. Only parseCoins makes them from a stranger's text.
 */
import assert from 'node:assert/strict';
import { refuseSdk } from './refusal.js';

/** cosmos.base.v1beta1.Coin. */
export type WireCoin = { denom: string; amount: string };
export type Coin = { readonly denom: string; readonly amount: bigint };
/** Sorted by denom, without repeats, all amounts positive. */
export type Coins = readonly Coin[];

/** The SDK's integers have at most 256 bits. */
const amountMax = (1n << 256n) - 1n;
const denomShape = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;
const amountShape = /^(0|[1-9]\d{0,77})$/;

export const isDenom = (text: string): boolean => denomShape.test(text);

/** The number, or undefined when the text is no canonical decimal from 0 to 2^256−1. */
export function parseAmount(text: string): bigint | undefined {
  if (!amountShape.test(text)) return undefined;
  const amount = BigInt(text);
  return amount <= amountMax ? amount : undefined;
}

/** Undefined unless the list is sorted, without repeats, of good denoms and positive amounts (the SDK's Coins.IsValid). */
export function coinsOrNothing(list: readonly WireCoin[]): Coins | undefined {
  const coins: Coin[] = [];
  let previous = '';
  for (const { denom, amount: text } of list) {
    const amount = parseAmount(text);
    if (amount === undefined || amount === 0n || !isDenom(denom) || denom <= previous) return undefined;
    coins.push({ denom, amount });
    previous = denom;
  }
  return coins;
}

/** Like coinsOrNothing, but refuses with sdk/10, its text the coins themselves, as the SDK does. An empty list is fine. */
export function parseCoins(list: readonly WireCoin[]): Coins {
  return coinsOrNothing(list) ?? refuseSdk('invalidCoins', wireCoinsText(list));
}

/** `10uatom,5uwind`; empty text for no coins. */
export function coinsText(coins: Coins): string {
  return coins.map(coin => `${coin.amount}${coin.denom}`).join(',');
}

export function wireCoinsText(coins: readonly WireCoin[]): string {
  return coins.map(coin => `${coin.amount}${coin.denom}`).join(',');
}

export function toWireCoins(coins: Coins): WireCoin[] {
  return coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() }));
}

/** Sum of two lists; both and the result are Coins. */
export function addCoins(a: Coins, b: Coins): Coins {
  const sums = new Map(a.map(coin => [coin.denom, coin.amount]));
  for (const { denom, amount } of b) sums.set(denom, (sums.get(denom) ?? 0n) + amount);
  return coinsFromMap(sums);
}

export function amountOf(coins: Coins, denom: string): bigint {
  return coins.find(coin => coin.denom === denom)?.amount ?? 0n;
}

/** Coins of a denom → amount table; zero amounts vanish. */
export function coinsFromMap(amounts: ReadonlyMap<string, bigint>): Coins {
  const coins: Coin[] = [];
  for (const denom of [...amounts.keys()].sort()) {
    const amount = amounts.get(denom) as bigint;
    assert(amount >= 0n, `an amount of ${denom} is not negative`);
    if (amount > 0n) coins.push({ denom, amount });
  }
  return coins;
}

/** Asserts what parseCoins promises: for coins that come from our own program. */
export function assertCoins(coins: Coins): void {
  let previous = '';
  for (const { denom, amount } of coins) {
    assert(isDenom(denom) && denom > previous, 'coins are sorted by denom, without repeats');
    assert(amount > 0n && amount <= amountMax, 'amounts of coins are positive and fit 256 bits');
    previous = denom;
  }
}
