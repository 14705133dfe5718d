/** What the kernel promises to accounts, and counts: names as they stand in parameters, messages and queries. */
import type { Amounts, Limit } from '../ledger/index.js';

export const dimensions = ['vats', 'zombies', 'worker_memory', 'compute', 'storage_bytes', 'bundle_bytes'] as const;
/**
 * Vats that live and vats that are being removed; bytes of heap declared; computrons per delivery that a vat has of its own;
 * bytes of keys and values in vat stores; bytes of bundles that an account installed.
 */
export type Dimension = (typeof dimensions)[number];

export function asDimension(text: string): Dimension | undefined {
  return dimensions.find(dimension => dimension === text);
}

/** Limits by dimension; what is not named is unlimited. */
export type Quotas = Amounts<Dimension>;

/** Chain parameters of the ledger. */
export type LedgerParams = {
  /** Of an account for which nothing else was set. What belongs to nobody has no limits of its own. */
  readonly accountQuotas: Quotas;
  /** Of all together, unless something else was set. */
  readonly capacity: Quotas;
  /** Heap declared for a vat that has no limit of its own, in bytes. */
  readonly workerMemory: bigint;
};

export const defaultLedgerParams: LedgerParams = { accountQuotas: {}, capacity: {}, workerMemory: 64n * 1024n * 1024n };

export type { Limit };
