/** Which attempts of heights there were, over restarts: what the next one is numbered, and what a further one is compared with. */
import type { FrameHeader, Stream } from './frames.js';

/** Two executions of one height on this machine, by the same release, that are not equal: it is not deterministic. */
export type Difference = {
  readonly height: bigint;
  readonly stream: Stream;
  readonly before: { readonly attempt: number; readonly lane: string };
  readonly after: { readonly attempt: number; readonly lane: string };
};

type Known = { attempt: number; complete: { readonly attempt: number; readonly lane: string; readonly release: string | undefined } | undefined; release: string | undefined };

export class Attempts {
  readonly #known = new Map<string, Known>();
  readonly #release: string;

  constructor(release: string) {
    this.#release = release;
  }

  /** A frame that an earlier process wrote; frames of one attempt come in any order. `release`: said by its first frame. Not comparable: only counted. */
  saw({ height, stream, attempt, isLast, lane }: FrameHeader, release: string | undefined, isComparable = true): void {
    if (stream === 'local') return;
    const known = this.#of(height, stream);
    if (attempt > known.attempt) Object.assign(known, { attempt, release: undefined });
    if (!isComparable) return;
    if (attempt === known.attempt && release !== undefined) known.release = release;
    if (isLast && attempt >= (known.complete?.attempt ?? 0)) known.complete = { attempt, lane, release: known.release };
    else if (known.complete?.attempt === attempt && release !== undefined) known.complete = { ...known.complete, release };
  }

  #of(height: bigint, stream: Stream): Known {
    const key = `${height} ${stream}`;
    const known = this.#known.get(key) ?? { attempt: 0, complete: undefined, release: undefined };
    this.#known.set(key, known);
    return known;
  }

  /** The number of the attempt that begins now. */
  next(height: bigint, stream: Stream): number {
    const known = this.#of(height, stream);
    known.attempt += 1;
    known.release = this.#release;
    return known.attempt;
  }

  /** An attempt is complete. Answers with how it differs from the complete one before it, if there is one of this release. */
  completed(height: bigint, stream: Stream, attempt: number, lane: string): Difference | undefined {
    const known = this.#of(height, stream);
    const before = known.complete;
    known.complete = { attempt, lane: lane.slice(0, laneLength), release: this.#release };
    if (!before || before.release !== this.#release || before.lane === known.complete.lane) return undefined;
    return { height, stream, before: { attempt: before.attempt, lane: before.lane }, after: { attempt, lane: known.complete.lane } };
  }

  /** Heights up to this one do not come again. */
  forget(upTo: bigint): void {
    for (const key of this.#known.keys()) if (BigInt(key.slice(0, key.indexOf(' '))) <= upTo) this.#known.delete(key);
  }
}

/** Frames have the first half of the hash. */
const laneLength = 32;
