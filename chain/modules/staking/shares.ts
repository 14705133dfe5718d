/** Shares and tokens: what a share of a validator is worth. Every function says how it rounds. */
import assert from 'node:assert/strict';
import { decOf, mulDecInt, quoDec, quoDecInt, quoDecTruncate, type Dec } from '../../decimal.js';
import type { Validator } from './types.js';

/** Tokens for one unit of voting power. */
export const powerReduction = 1_000_000n;

/** CometBFT stops when all validators together have more. */
export const powerTotalMax = (2n ** 63n - 1n) / 8n;

type Worth = Pick<Validator, 'tokens' | 'delegatorShares'>;

/** Shares, but no tokens: after a slash of everything. Nothing can be delegated to it. */
export const isWorthless = ({ tokens, delegatorShares }: Worth): boolean => tokens === 0n && delegatorShares > 0n;

/** The power that CometBFT would be told: whole units, 0 unless bonded. */
export const potentialPower = ({ tokens }: Pick<Validator, 'tokens'>): bigint => tokens / powerReduction;

/** To the nearest. The validator has shares. */
export const tokensFromShares = ({ tokens, delegatorShares }: Worth, shares: Dec): Dec => quoDec(mulDecInt(shares, tokens), delegatorShares);
export const tokensFromSharesTruncated = ({ tokens, delegatorShares }: Worth, shares: Dec): Dec => quoDecTruncate(mulDecInt(shares, tokens), delegatorShares);

/** What new tokens get: one each while there are none. Towards zero. The validator is not worthless (asserted). */
export function sharesFromTokens({ tokens, delegatorShares }: Worth, amount: bigint): Dec {
  if (delegatorShares === 0n) return decOf(amount);
  assert(tokens > 0n, 'a validator whose shares are worthless takes no tokens');
  return quoDecInt(mulDecInt(delegatorShares, amount), tokens);
}

/** Towards zero, from the first digit on. */
export function sharesFromTokensTruncated({ tokens, delegatorShares }: Worth, amount: bigint): Dec {
  assert(tokens > 0n, 'a validator whose shares are worthless takes no tokens');
  return quoDecTruncate(mulDecInt(delegatorShares, amount), decOf(tokens));
}
