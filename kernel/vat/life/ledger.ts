/** What workers take of this machine, charged before a process is started and given back when it is known to be gone. */
import type { HostRow } from './rows.js';

/** One attempt to start a worker of a vat: the whole of it is the key of its charge. */
export type WorkerToken = { readonly vat: string; readonly gen: number };

/** What a worker is started for. */
export type WorkerNeeds = {
  /** Who owns the vat; empty for vats of the system. */
  readonly account: string;
  /** What the vat declared that it needs, in bytes; undefined when it declared nothing. */
  readonly memoryBytes: bigint | undefined;
};

/** `rows` are written together with the saga's own. `refused`: why there is no room; the token is spent all the same. */
export type HostCharge = { readonly refused?: string; readonly rows: readonly HostRow[] };

/** Both are idempotent by token; neither takes an amount to subtract. */
export type HostLedger = {
  charge(token: WorkerToken, needs: WorkerNeeds): HostCharge;
  /** Also of a token that was never charged: then it never can be. */
  release(token: WorkerToken): { readonly rows: readonly HostRow[] };
};

/** What one dimension of the host is used for. */
export type HostUsage = { readonly dimension: HostDimension; readonly used: bigint; readonly limit: bigint | undefined };

export const hostDimensions = ['workers', 'workerMem', 'fds'] as const;
/** Processes; bytes of memory they may come to need; file descriptors of this process that they hold. */
export type HostDimension = (typeof hostDimensions)[number];

/** By level: the whole host, each account on it, each vat. What is left out has no limit. */
export type HostLimits = { readonly [Level in 'host' | 'account' | 'vat']?: { readonly [Dimension in HostDimension]?: bigint } };
