/**
 * Follows a recorder's folder frame by frame, beside the process that writes it. It asks when it likes: nobody waits for it, and what
 * was overwritten before it came is missing.
 */
import { join } from 'node:path';
import { segmentsIn } from '../../recorder/index.js';
import { refAt, refsAfter, refsOfSegment, type FrameRef } from './frame-refs.js';

export class RingTail {
  readonly #folder: string;
  /** Where the next frame is expected to begin. */
  #place: { readonly path: string; readonly at: number } | undefined;
  #last = -1n;

  /** Begins with the oldest frame that is there. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is new since the last call, in its sequence; empty when nothing is. */
  poll(): readonly FrameRef[] {
    const near = this.#walk();
    const frames = near.length > 0 ? near : this.#search();
    const last = frames.at(-1);
    if (last) {
      this.#last = last.sequence;
      this.#place = { path: last.path, at: last.at + last.length };
    }
    return frames;
  }

  /** The frames directly behind the last, in the same segment. */
  #walk(): FrameRef[] {
    const frames: FrameRef[] = [];
    let place = this.#place;
    while (place) {
      const ref = refAt(place.path, place.at);
      if (ref?.sequence !== (frames.at(-1)?.sequence ?? this.#last) + 1n) break;
      frames.push(ref);
      place = { path: ref.path, at: ref.at + ref.length };
    }
    return frames;
  }

  /** The segment that follows; or, when that is not found, whatever is there above the last. */
  #search(): readonly FrameRef[] {
    if (!this.#place) return refsAfter(this.#folder, -1n);
    let isNew = false;
    for (const name of segmentsIn(this.#folder)) {
      const path = join(this.#folder, name);
      const first = refAt(path, 0);
      if (first?.sequence === this.#last + 1n) return refsOfSegment(path);
      isNew ||= first !== undefined && first.sequence > this.#last;
    }
    return isNew ? refsAfter(this.#folder, this.#last) : [];
  }
}
