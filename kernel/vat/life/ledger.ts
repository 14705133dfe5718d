/** What workers take of this machine, charged before a process is started and given back when it is known to be gone. */
import type { HostRow } from './rows.js';

/** One attempt to start a worker of a vat: the whole of it is the key of its charge. */
export type WorkerToken = { readonly vat: string; readonly gen: number };

/** `rows` are written together with the saga's own. */
export type HostCharge = { readonly refused?: string; readonly rows: readonly HostRow[] };

/** Both are idempotent by token; neither takes an amount to subtract. */
export type HostLedger = {
  charge(token: WorkerToken): HostCharge;
  /** Also of a token that was never charged: then it never can be. */
  release(token: WorkerToken): { readonly rows: readonly HostRow[] };
};

/** Counts nothing and refuses nothing: this host's workers are bounded by max_vats_online alone. */
export const unlimitedLedger: HostLedger = {
  charge: () => ({ rows: [] }),
  release: () => ({ rows: [] }),
};
