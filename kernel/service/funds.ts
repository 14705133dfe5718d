import type { Coin } from '../action.js';
import type { Passable } from '../capdata.js';
import type { KernelState } from '../state.js';
import type { KernelService } from './types.js';

/** A service that can turn coins, already in the kernel's module account, into payment objects. On a chain: `bank`. */
export interface FundsService extends KernelService {
  /** One payment per coin, in their order. They remember the payer: an unreachable payment goes back to him. */
  deposit?(state: KernelState, payer: string, funds: readonly Coin[]): readonly Passable[];
}
