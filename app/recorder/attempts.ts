/** Which attempts of heights there were, over restarts: what the next one is numbered, and what a further one is compared with. */
import type { FrameHeader, Stream } from './frames.js';

/** Two executions of one height on this machine, by the same release and over the same state, that are not equal: it is not deterministic. */
export type Difference = {
  readonly height: bigint;
  readonly stream: Stream;
  readonly before: { readonly attempt: number; readonly lane: string };
  readonly after: { readonly attempt: number; readonly lane: string };
};

/** `origins`: of each attempt, what its result follows from; undefined where that is not known. */
type Known = { attempt: number; readonly origins: Map<number, string>; complete: { readonly attempt: number; readonly lane: string } | undefined };

export class Attempts {
  readonly #known = new Map<string, Known>();

  /** A frame that an earlier process wrote; frames come in any order. `origin`: of its attempt, said by its first frame. Attempts without one are only counted. */
  saw({ height, stream, attempt, isLast, lane }: FrameHeader, origin: string | undefined): void {
    if (stream === 'local') return;
    const known = this.#of(height, stream);
    known.attempt = Math.max(known.attempt, attempt);
    if (origin !== undefined) known.origins.set(attempt, origin);
    if (isLast && attempt >= (known.complete?.attempt ?? 0)) known.complete = { attempt, lane };
  }

  #of(height: bigint, stream: Stream): Known {
    const key = `${height} ${stream}`;
    const known = this.#known.get(key) ?? { attempt: 0, origins: new Map<number, string>(), complete: undefined };
    this.#known.set(key, known);
    return known;
  }

  /** The number of the attempt that begins now. `origin`: of the same one, release and state before, the same must follow. */
  next(height: bigint, stream: Stream, origin: string): number {
    const known = this.#of(height, stream);
    known.attempt += 1;
    known.origins.set(known.attempt, origin);
    return known.attempt;
  }

  /** An attempt is complete. Answers with how it differs from the complete one before it, if there is one of the same origin. */
  completed(height: bigint, stream: Stream, attempt: number, lane: string): Difference | undefined {
    const known = this.#of(height, stream);
    const before = known.complete;
    known.complete = { attempt, lane: lane.slice(0, laneLength) };
    if (!before || known.origins.get(before.attempt) !== known.origins.get(attempt) || before.lane === known.complete.lane) return undefined;
    return { height, stream, before: { attempt: before.attempt, lane: before.lane }, after: { attempt, lane: known.complete.lane } };
  }

  /** Heights up to this one do not come again. */
  forget(upTo: bigint): void {
    for (const key of this.#known.keys()) if (BigInt(key.slice(0, key.indexOf(' '))) <= upTo) this.#known.delete(key);
  }
}

/** Frames have the first half of the hash. */
const laneLength = 32;
