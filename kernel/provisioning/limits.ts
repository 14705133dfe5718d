/** How limits change: by the authority over the kernel, and by an account that pays for more. */
import { amountMax, collectionOf, openCollection, reconcile, setLimit, usageOf, type LedgerFault, type Limit } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { closeUnusedAccount, ledgerOf, openAccount, wholeChain, type ConsensusLedger } from './consensus-ledger.js';
import type { Dimension } from './dimensions.js';
import { staleLimit, type QuotaRefusal } from './refusal.js';
import { causeOf } from './vat-charges.js';

export type QuotaChange = {
  /** Empty for the whole chain. */
  readonly account: string;
  readonly dimension: Dimension;
  readonly limit: bigint | 'none';
  /** The generation of the limits that the authority saw. */
  readonly limitGeneration: number;
};

/** Sets a limit, also below what is used: then nothing grows until there is room. What is so already is done. */
export function changeQuota(state: KernelState, { account, dimension, limit, limitGeneration }: QuotaChange, why: string): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const id = openCollectionOf(ledger, account);
  const result = setLimit(ledger, id, dimension, limit, limitGeneration, causeOf(state, why));
  if (result.kind !== 'stale' || isSo(ledger, id, dimension, limit)) return undefined;
  closeUnusedAccount(ledger, id);
  return staleLimit(id, limitGeneration, result.limitGen ?? 0);
}

function openCollectionOf(ledger: ConsensusLedger, account: string): string {
  if (account !== '') return openAccount(ledger, account);
  openCollection(ledger, wholeChain, '');
  return wholeChain;
}

function isSo(ledger: ConsensusLedger, id: string, dimension: Dimension, limit: Limit): boolean {
  const usage = usageOf(ledger, id)?.find(other => other.dimension === dimension);
  return usage !== undefined && !usage.isDefault && usage.aboveDefault === 0n && usage.limit === (limit === 'none' ? undefined : limit);
}

/** Why an account cannot have so much more; undefined when it can. The ledger may be one that is only read. */
export function raiseProblem(ledger: ConsensusLedger, account: string, dimension: Dimension, amount: bigint, defaults: { readonly [D in Dimension]?: bigint }): string | undefined {
  const usage = usageOf(ledger, account)?.find(other => other.dimension === dimension);
  const limit = usage ? usage.limit : defaults[dimension];
  if (amount === 0n) return 'the amount to be added is at least 1';
  if (limit === undefined) return `${dimension} is unlimited already`;
  return limit + amount > amountMax ? 'a limit is below 2^64' : undefined;
}

/**
 * Adds to a limit of the account, for which there must be no problem. While governance has set none for the account, what was
 * bought comes on top of the default of the day: who paid always has so much more than who did not.
 */
export function raiseQuota(state: KernelState, account: string, dimension: Dimension, amount: bigint): void {
  const ledger = ledgerOf(state);
  const id = openAccount(ledger, account);
  const usage = usageOf(ledger, id)?.find(other => other.dimension === dimension);
  const isAbove = usage === undefined || usage.isDefault || usage.aboveDefault > 0n;
  const limit = isAbove ? { aboveDefault: (usage?.aboveDefault ?? 0n) + amount } : (usage.limit ?? 0n) + amount;
  setLimit(ledger, id, dimension, limit, collectionOf(ledger, id)?.limitGen ?? 0, causeOf(state, 'raised by request'));
}

/** Counters of a collection become what its rows say, and it may grow again. Undefined when there is no such collection. */
export function reconcileCollection(state: KernelState, id: string): readonly LedgerFault[] | undefined {
  return reconcile(ledgerOf(state), id);
}
