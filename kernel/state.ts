/** What every step of the kernel works on. Functions take it as their first argument; nothing hides in closures. */
import type { Kref } from './ids.js';
import type { OutboundOp } from './outbound.js';
import type { RecordHook } from './record.js';
import { defaultLedgerParams, type LedgerParams } from './provisioning/dimensions.js';
import type { KernelService } from './service/types.js';
import type { KernelStorage, ReadableRows } from './store/storage.js';
import { keys } from './store/keys.js';

/** Chain parameters that the kernel obeys; on a chain they come from S(H), and a whole run uses one set. */
export type KernelParams = {
  /** Budget of one run. */
  readonly computronsPerRun: bigint;
  /** Hard limit of one delivery, unless the vat has its own. */
  readonly computronsPerDelivery: number;
  /** Vat deliveries, at most, in one round. */
  readonly roundWidth: number;
  /** Deliveries after which an incarnation's first heap snapshot is taken, and between two later ones. */
  readonly snapshotInitial: number;
  readonly snapshotInterval: number;
  /** Deliveries between two bringOutYourDead of a vat. */
  readonly reapInterval: number;
  /** Rows of terminated vats removed in one run. */
  readonly cleanupBudget: number;
  /** Computrons that a new vat of an account may spend before it is paused, unless it is given its own; 0n is without bound. */
  readonly computeBalance: bigint;
  readonly ledger: LedgerParams;
};

export const defaultParams: KernelParams = {
  computronsPerRun: 300_000_000n,
  computronsPerDelivery: 100_000_000,
  roundWidth: 8,
  snapshotInitial: 20,
  snapshotInterval: 1000,
  reapInterval: 200,
  cleanupBudget: 100,
  computeBalance: 0n,
  ledger: defaultLedgerParams,
};

export type KernelState = {
  readonly rows: KernelStorage;
  readonly services: ReadonlyMap<string, KernelService>;
  params: KernelParams;
  /** Time of S(H) in seconds, for the timer service. */
  now: bigint;
  /** The host's own count of runs, for people: what a row of the ledger says of when it was made. */
  mark: bigint;
  /** References whose count touched zero in this step. */
  readonly zero: Set<Kref>;
  /** What the run tells the chain, in settlement order. */
  readonly outbound: OutboundOp[];
  /** What is done is told to the host, if it wants to know. */
  readonly record: RecordHook | undefined;
};

/** Takes the next number of a kind. Numbers are never used twice. */
export function takeNumber(state: KernelState, what: NumberedKind): number {
  const n = nextNumber(state.rows, what);
  state.rows.set(keys.next(what), String(n + 1));
  return n;
}

/** The number that takeNumber gives next. */
export function nextNumber(rows: ReadableRows, what: NumberedKind): number {
  return Number(rows.get(keys.next(what)) ?? firstNumbers[what]);
}

type NumberedKind = 'object' | 'promise' | 'vat' | 'item' | 'reap' | 'timer';

const firstNumbers = { object: '20', promise: '40', vat: '1', item: '1', reap: '1', timer: '1' } as const;
