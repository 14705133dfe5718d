/** Fields that staking's messages share. */
import { isDenom, parseAmount, type WireCoin } from '../../coins.js';
import { accountAddress, operatorAddress } from '../../crypto/address.js';
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

export function requireOperator(text: string, what = 'validator'): void {
  const parsed = operatorAddress.parse(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `invalid ${what} address: ${parsed.problem}`);
}

export function requireDelegator(text: string): void {
  const parsed = accountAddress.parse(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `invalid delegator address: ${parsed.problem}`);
}

/** The account that signs for a validator: the same bytes. A text that is no operator is given back, to be refused as a signer. */
export function signerOfOperator(operator: string): string {
  const parsed = operatorAddress.parse(operator);
  return 'problem' in parsed ? operator : accountAddress.text(parsed.bytes);
}
