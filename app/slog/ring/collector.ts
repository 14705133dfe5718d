/**
 * Frames of a ring, put together to attempts. Those of a height's two streams lie mixed, and between them what this host alone noted;
 * that goes with the attempt that ends next.
 */
import type { FrameRef } from './frame-refs.js';

export type Collected = {
  readonly stream: 'run' | 'block';
  readonly height: bigint;
  readonly attempt: number;
  /** Its first frame is there. */
  readonly hasStart: boolean;
  /** And its last. */
  readonly isComplete: boolean;
  /** First 16 bytes of the hash over lane D, in hex. */
  readonly laneD: string;
  /** Sequence of its last frame. */
  readonly sequence: bigint;
  /** In their sequence, those of the host alone among them. */
  readonly frames: readonly FrameRef[];
};

export class AttemptCollector {
  readonly #open = new Map<'run' | 'block', FrameRef[]>();
  #locals: FrameRef[] = [];

  /** Takes frames in their sequence; answers the attempts that ended by this one, at most one of them complete. */
  add(frame: FrameRef): Collected[] {
    if (frame.stream === 'local') {
      this.#locals.push(frame);
      return [];
    }
    const ended: Collected[] = [];
    const before = this.#open.get(frame.stream);
    if (before && !isSameAttempt(before[0] as FrameRef, frame)) ended.push(this.#take(frame.stream, before));
    const frames = this.#open.get(frame.stream) ?? [];
    this.#open.set(frame.stream, frames);
    frames.push(frame);
    if (frame.isLast) ended.push(this.#take(frame.stream, frames));
    return ended;
  }

  /** What is open, as cut off. Frames of the host alone that followed the last attempt are `rest`. */
  finish(): { readonly ended: readonly Collected[]; readonly rest: readonly FrameRef[] } {
    const ended = [...this.#open].map(([stream, frames]) => this.#take(stream, frames));
    const rest = this.#locals;
    this.#locals = [];
    return { ended, rest };
  }

  #take(stream: 'run' | 'block', frames: readonly FrameRef[]): Collected {
    this.#open.delete(stream);
    const [first, last] = [frames[0] as FrameRef, frames.at(-1) as FrameRef];
    const isBefore = ({ sequence }: FrameRef): boolean => sequence < last.sequence;
    const all = [...this.#locals.filter(isBefore), ...frames].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    this.#locals = this.#locals.filter(local => !isBefore(local));
    return {
      stream, height: first.height, attempt: first.attempt, hasStart: first.isFirst, isComplete: first.isFirst && last.isLast, laneD: last.lane, sequence: last.sequence, frames: all,
    };
  }
}

function isSameAttempt(a: FrameRef, b: FrameRef): boolean {
  return a.height === b.height && a.attempt === b.attempt && !b.isFirst;
}
