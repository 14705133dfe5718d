/** Fields that staking's messages share. */
import { isDenom, parseAmount, type WireCoin } from '../../coins.js';
import { refuseSdk } from '../../refusal.js';

/** Positive, of a good denom; else refused with sdk/18 and the complaint. */
export function positiveCoin(coin: WireCoin | undefined, complaint: string): { denom: string; amount: bigint } {
  const amount = coin && parseAmount(coin.amount);
  if (!coin || !isDenom(coin.denom) || amount === undefined || amount === 0n) return refuseSdk('invalidRequest', complaint);
  return { denom: coin.denom, amount };
}

export function requireBondDenom({ denom }: { readonly denom: string }, bondDenom: string): void {
  if (denom !== bondDenom) refuseSdk('invalidRequest', `invalid coin denomination: got ${denom}, expected ${bondDenom}`);
}
