/** The two module accounts that hold all staked coins. */
import type { Context } from '../../context.js';
import type { Coins } from '../../coins.js';
import type { ModuleAccountSpec } from '../auth/index.js';
import type { BankKeeper } from '../bank/index.js';
import { bondStatus, type BondStatus } from './types.js';

/** What validators of the set hold. */
export const bondedPool: ModuleAccountSpec = { name: 'bonded_tokens_pool', permissions: ['burner', 'staking'], mayReceive: false };
/** What other validators hold, and all unbondings. */
export const notBondedPool: ModuleAccountSpec = { name: 'not_bonded_tokens_pool', permissions: ['burner', 'staking'], mayReceive: false };

export const poolOf = (status: BondStatus): ModuleAccountSpec => (status === bondStatus.bonded ? bondedPool : notBondedPool);

export const bondCoins = (denom: string, amount: bigint): Coins => (amount === 0n ? [] : [{ denom, amount }]);

/** Nothing is moved, and no event told, for an amount of 0. */
export function moveBetweenPools(bank: BankKeeper, ctx: Context, from: ModuleAccountSpec, to: ModuleAccountSpec, coins: Coins): void {
  if (coins.length > 0 && from !== to) bank.sendBetweenModules(ctx, from.name, to.name, coins);
}

export function burnFromPool(bank: BankKeeper, ctx: Context, pool: ModuleAccountSpec, coins: Coins): void {
  if (coins.length > 0) bank.burn(ctx, pool.name, coins);
}
