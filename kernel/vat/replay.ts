/** A worker held to its vat's transcript: each syscall, its answer, the status and the computrons. The first difference is reported. */
import type { VatId } from '../ids.js';
import type { DeliveryEntry } from '../store/transcript.js';
import type { SyscallAnswerer, VatSyscallResult, VatWorker } from './protocol.js';

/** A worker does not do again what its transcript says: this node cannot go on, and the report says where and what. */
export class ReplayMismatch extends Error {
  constructor(
    readonly vat: VatId,
    /** Its position in the vat's transcript, as in the key of its entry. */
    readonly delivery: number,
    readonly syscall: number | undefined,
    readonly recorded: unknown,
    readonly replayed: unknown,
  ) {
    const where = syscall === undefined ? `delivery ${delivery}` : `delivery ${delivery}, syscall ${syscall}`;
    super(`${vat} does not replay: ${where}\n  recorded: ${JSON.stringify(recorded)}\n  replayed: ${JSON.stringify(replayed)}`);
    this.name = 'ReplayMismatch';
  }
}

/** Delivers again what the transcript says and holds the worker to it. The first difference is reported. */
export async function replay(worker: VatWorker, vat: VatId, at: number, entry: DeliveryEntry): Promise<void> {
  let position = 0;
  let mismatch: ReplayMismatch | undefined;
  const answer: SyscallAnswerer = (syscall): VatSyscallResult => {
    const recorded = entry.sc[position];
    if (!recorded || !sameJson(recorded.s, syscall)) mismatch ??= new ReplayMismatch(vat, at, position, recorded?.s, syscall);
    position += 1;
    return mismatch || !recorded ? ['error', 'this is not what the transcript says'] : recorded.r;
  };
  const outcome = await worker.deliver(entry.d, answer, { meterTimes: entry.n ?? 1 }).catch((error: unknown) => {
    throw mismatch ?? error; // a worker may die of being told that it does not replay
  });
  if (mismatch) throw mismatch;
  if (position < entry.sc.length) throw new ReplayMismatch(vat, at, position, entry.sc[position]?.s, undefined);
  const replayed = { status: outcome.verdict.kind, computrons: outcome.computrons };
  if (!sameJson(replayed, entry.r)) throw new ReplayMismatch(vat, at, undefined, entry.r, replayed);
}

/** Equal as canonical JSON: the order of an object's keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonical(a) === canonical(b); // mostly the order is the same too
}
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
