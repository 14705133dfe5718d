/** What the host knows of one vat's workers: a slot, and the sagas that are under way. Values without behaviour. */

/** A process, told from any later one with its number: all three must match. */
export type ProcessId = {
  readonly pid: number;
  /** Opaque; see processTable. Empty when the process had ended before it could be read: then nothing matches it. */
  readonly startTime: string;
  /** An argument of the process that no other process of any home has. */
  readonly tag: string;
};

/** How a process ended, as a monitor saw it. Both null: it was found gone. */
export type WorkerEnd = { readonly code: number | null; readonly signal: string | null };

/**
 * `starting`: a process may be there. `running`: it answered. `exited`: it ended after it was claimed. `unwound`: its start
 * failed, and everything of it was taken back. In the last two another attempt may claim the slot.
 */
export type SlotState = 'starting' | 'running' | 'exited' | 'unwound';

export type Slot = {
  /** Generation of the attempt that has, or last had, the slot. */
  readonly gen: number;
  readonly state: SlotState;
  /** When the state began: for people. */
  readonly since: string;
  readonly process?: ProcessId;
  readonly end?: WorkerEnd & { readonly seq: number };
};

/** Nodes of the start saga, in order (alloc and claim are one write); a hand-over claims nothing, and then retires the worker before. Names are an interface: a log may be older than the program. */
export type SagaNode = 'alloc' | 'claim' | 'charge' | 'spawn' | 'ready' | 'retire';
export type SagaOutcome = 'started' | 'succeeded' | 'failed' | 'undo_started' | 'undo_finished' | 'undo_failed';
export type SagaEntry = `${SagaNode}/${SagaOutcome}`;

/** One attempt to start a worker, open from its allocation until the worker runs or nothing is left of it. */
export type Saga = {
  readonly gen: number;
  /** Generation of the executor that works on it. */
  readonly executor: number;
  readonly tag: string;
  /** The generation whose worker it is to take the place of, while that one runs. */
  readonly over?: number;
  /** A set: an entry written twice is one. The value is the entry's output. */
  readonly log: ReadonlyMap<SagaEntry, string>;
  /** Why an operator gave it up. What is left of it is still waited for. */
  readonly abandoned?: string;
};

export type VatLife = {
  readonly vat: string;
  readonly slot?: Slot;
  readonly sagas: readonly Saga[];
};

export const isTerminal = (slot: Slot | undefined): boolean => slot === undefined || slot.state === 'exited' || slot.state === 'unwound';

/** The process of the saga, as it was noted when it was started. */
export function processOf(saga: Saga): ProcessId | undefined {
  const noted = saga.log.get('spawn/succeeded');
  return noted === undefined ? undefined : (JSON.parse(noted) as ProcessId);
}

/** Why the saga is taken back; undefined while it goes forward. */
export function failureOf(saga: Saga): string | undefined {
  return saga.log.get('charge/failed') ?? saga.log.get('spawn/failed') ?? saga.log.get('ready/failed');
}

/** Since when, and why, an undo has passed its alarm. */
export function stuckUndo(saga: Saga): { readonly since: string; readonly why: string } | undefined {
  const noted = saga.log.get('spawn/undo_failed');
  return noted === undefined || saga.log.has('spawn/undo_finished') ? undefined : (JSON.parse(noted) as { since: string; why: string });
}
