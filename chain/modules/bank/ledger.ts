/** Balances and supply as rows: reading, setting, adding and taking. Rules about who may send are in keeper.ts. */
import assert from 'node:assert/strict';
import { endOfPrefix, utf8Bytes, utf8Text } from '../../bytes.js';
import { parseAmount, type Coin, type Coins } from '../../coins.js';
import { addressBytes } from '../../crypto/address.js';
import { refuseSdk } from '../../refusal.js';
import type { KVStore } from '../../store/types.js';
import type { Readable, Writable } from '../state.js';
import { balanceKey, balancesOfPrefix, bankStore, supplyKey, supplyPrefix } from './keys.js';

export function storedAmount(bytes: Uint8Array): bigint {
  const amount = parseAmount(utf8Text(bytes));
  assert(amount !== undefined && amount > 0n, 'a stored amount is positive decimal text');
  return amount;
}

function readAmount(state: Readable, key: Uint8Array): bigint {
  const bytes = state.store(bankStore).get(key);
  return bytes ? storedAmount(bytes) : 0n;
}

function writeAmount(store: KVStore, key: Uint8Array, amount: bigint): void {
  assert(amount >= 0n && amount < 1n << 256n, 'an amount is not negative and fits 256 bits');
  if (amount === 0n) store.delete(key);
  else store.set(key, utf8Bytes(amount.toString()));
}

function amountsUnder(state: Readable, prefix: Uint8Array): Coins {
  const coins: Coin[] = [];
  for (const [key, value] of state.store(bankStore).iterate(prefix, endOfPrefix(prefix))) {
    coins.push({ denom: utf8Text(key.slice(prefix.length)), amount: storedAmount(value) });
  }
  return coins;
}

export const balanceOf = (state: Readable, address: string, denom: string): bigint => readAmount(state, balanceKey(addressBytes(address), denom));
export const balancesOf = (state: Readable, address: string): Coins => amountsUnder(state, balancesOfPrefix(addressBytes(address)));
export const supplyOf = (state: Readable, denom: string): bigint => readAmount(state, supplyKey(denom));
export const totalSupply = (state: Readable): Coins => amountsUnder(state, supplyPrefix);

/** Adds to a balance; the caller takes the same coins from another or from nothing (mint). */
export function give(state: Writable, address: string, coins: Coins): void {
  const bytes = addressBytes(address);
  for (const { denom, amount } of coins) {
    const key = balanceKey(bytes, denom);
    writeAmount(state.store(bankStore), key, readAmount(state, key) + amount);
  }
}

/** Takes from a balance. Refuses with sdk/5 when it is too small. */
export function take(state: Writable, address: string, coins: Coins): void {
  const bytes = addressBytes(address);
  for (const { denom, amount } of coins) {
    const key = balanceKey(bytes, denom);
    const balance = readAmount(state, key);
    if (balance < amount) refuseSdk('insufficientFunds', `spendable balance ${balance}${denom} is smaller than ${amount}${denom}`);
    writeAmount(state.store(bankStore), key, balance - amount);
  }
}

/** Changes the supply of each denom by the coins' amounts times `sign`. */
export function changeSupply(state: Writable, coins: Coins, sign: 1n | -1n): void {
  for (const { denom, amount } of coins) {
    const key = supplyKey(denom);
    const supply = readAmount(state, key) + sign * amount;
    assert(supply >= 0n, 'no more is burned than there is');
    writeAmount(state.store(bankStore), key, supply);
  }
}
