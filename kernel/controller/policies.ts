/** How long a run may go on. A policy is asked between rounds; a run passes it by one round at most, a count of cranks not at all. */
import type { RunPolicy } from '../run.js';

/** Until there is no work. */
export function foreverPolicy(): RunPolicy {
  return { mayContinue: () => true };
}

/** At most so many cranks. */
export function crankPolicy(cranks: number): RunPolicy {
  return { mayContinue: () => true, cranksMax: cranks };
}

/** Until so many computrons are spent. */
export function computronPolicy(computrons: bigint): RunPolicy {
  return { mayContinue: spent => spent.computrons < computrons };
}

/**
 * Until so much time has passed since this call, in the unit of the clock (milliseconds). Where two kernels must agree, a
 * clock may not end a run: this is for a kernel alone.
 */
export function wallClockPolicy(
  duration: number,
  // tidy-allow clock: only a host without a chain makes this policy, and it may choose when its own kernel pauses
  clock: () => number = () => performance.now(),
): RunPolicy {
  const end = clock() + duration;
  return { mayContinue: () => clock() < end };
}

/** The same policy, but with at most so many rows of terminated vats removed at the end of the run; 0 leaves them for later. */
export function withCleanupBudget(policy: RunPolicy, rows: number): RunPolicy {
  return { ...policy, cleanupBudget: rows };
}
