/** Amounts of money in decimals: what is owed, but not yet paid in whole coins. Sorted by denom, without repeats, all amounts positive. */
import assert from 'node:assert/strict';
import { isDenom, type Coin, type Coins, type WireCoin } from './coins.js';
import { addDec, decFromWire, decOf, decText, decWire, decZero, minDec, mulDec, mulDecTruncate, quoDecTruncate, subDec, truncateDec, type Dec } from './decimal.js';

export type DecCoin = { readonly denom: string; readonly amount: Dec };
export type DecCoins = readonly DecCoin[];

export const decCoinsOf = (coins: Coins): DecCoins => coins.map(({ denom, amount }) => ({ denom, amount: decOf(amount) }));

export const decAmountOf = (coins: DecCoins, denom: string): Dec => coins.find(coin => coin.denom === denom)?.amount ?? decZero;

export function addDecCoins(a: DecCoins, b: DecCoins): DecCoins {
  return merged(a, b, addDec);
}

/** Asserts that nothing becomes negative. */
export function subDecCoins(a: DecCoins, b: DecCoins): DecCoins {
  const difference = subDecCoinsOrNothing(a, b);
  assert(difference !== undefined, `${decCoinsText(a)} covers ${decCoinsText(b)}`);
  return difference;
}

/** Undefined when an amount would become negative. */
export function subDecCoinsOrNothing(a: DecCoins, b: DecCoins): DecCoins | undefined {
  return b.every(({ denom, amount }) => decAmountOf(a, denom) >= amount) ? merged(a, b, subDec) : undefined;
}

/** Of each denom the lesser of both amounts. */
export function intersectDecCoins(a: DecCoins, b: DecCoins): DecCoins {
  return mapped(a, ({ denom, amount }) => minDec(amount, decAmountOf(b, denom)));
}

/** To the nearest, ties to even; what becomes zero vanishes, here and below. */
export const mulDecCoins = (coins: DecCoins, factor: Dec): DecCoins => mapped(coins, ({ amount }) => mulDec(amount, factor));
/** Towards zero. */
export const mulDecCoinsTruncate = (coins: DecCoins, factor: Dec): DecCoins => mapped(coins, ({ amount }) => mulDecTruncate(amount, factor));
/** Towards zero. */
export const quoDecCoinsTruncate = (coins: DecCoins, divisor: Dec): DecCoins => mapped(coins, ({ amount }) => quoDecTruncate(amount, divisor));

/** Whole coins, and what is left of each below one. */
export function splitDecCoins(coins: DecCoins): { readonly whole: Coins; readonly rest: DecCoins } {
  const whole: Coin[] = coins.map(({ denom, amount }) => ({ denom, amount: truncateDec(amount) })).filter(({ amount }) => amount > 0n);
  return { whole, rest: mapped(coins, ({ amount }) => subDec(amount, decOf(truncateDec(amount)))) };
}

/** `1.500000000000000000uwind`; empty text for none. */
export const decCoinsText = (coins: DecCoins): string => coins.map(({ denom, amount }) => `${decText(amount)}${denom}`).join(',');

export const toWireDecCoins = (coins: DecCoins): WireCoin[] => coins.map(({ denom, amount }) => ({ denom, amount: decWire(amount) }));

/** Undefined unless the list is sorted, without repeats, of good denoms and positive amounts. */
export function decCoinsFromWire(list: readonly WireCoin[]): DecCoins | undefined {
  const coins: DecCoin[] = [];
  let previous = '';
  for (const { denom, amount: text } of list) {
    const amount = decFromWire(text);
    if (amount === undefined || amount <= 0n || !isDenom(denom) || denom <= previous) return undefined;
    coins.push({ denom, amount });
    previous = denom;
  }
  return coins;
}

/** For coins of our own state. */
export function storedDecCoins(list: readonly WireCoin[]): DecCoins {
  const coins = decCoinsFromWire(list);
  assert(coins !== undefined, 'stored decimal coins are positive, sorted by denom, without repeats');
  return coins;
}

function mapped(coins: DecCoins, amountOf: (coin: DecCoin) => Dec): DecCoins {
  return coins.map(coin => ({ denom: coin.denom, amount: amountOf(coin) })).filter(({ amount }) => amount !== decZero);
}

function merged(a: DecCoins, b: DecCoins, join: (a: Dec, b: Dec) => Dec): DecCoins {
  const joined = new Map(a.map(coin => [coin.denom, coin.amount]));
  for (const { denom, amount } of b) joined.set(denom, join(joined.get(denom) ?? decZero, amount));
  const coins = [...joined].map(([denom, amount]) => ({ denom, amount })).filter(({ amount }) => amount !== decZero);
  return coins.sort((one, other) => (one.denom < other.denom ? -1 : 1));
}
