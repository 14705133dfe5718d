/**
 * What a slog is made of: attempts. An attempt is one execution of one stream of a height (design 8): `run` is R(H), what the kernel
 * did between two blocks; `block` is block H itself. Attempts of a height may lie in several files when it was executed again.
 */
import type { Range } from './blocks.js';

export type Stream = 'run' | 'block';

/** What is known of an attempt without its lines. */
export type AttemptFacts = {
  readonly height: bigint;
  readonly stream: Stream;
  /** From 1. */
  readonly attempt: number;
  /** False: it was cut off by a crash, or its beginning is gone. */
  readonly isComplete: boolean;
  /** First and last step that it has whole; undefined when none. Steps are called cranks in a slog, whatever their kind. */
  readonly cranks: { readonly first: number; readonly last: number } | undefined;
  /** Before its first step, in hex; undefined for a block, or when the beginning is gone. */
  readonly activityBefore: string | undefined;
  /** After its last step, in hex; undefined for a block. */
  readonly activityHash: string | undefined;
  /** Of a block, in hex. */
  readonly appHash: string | undefined;
  /** First 16 bytes of the recorder's hash over its lane D, in hex, where the source has it. */
  readonly laneD: string | undefined;
};

export type Attempt = AttemptFacts & {
  /** Name of the part that it lies in, and where in it; a ring counts attempts, a file bytes. */
  readonly part: string;
  readonly range: Range;
  /**
   * Blocks of whole lines, good until the next one is asked for, up to the end of `last`, which lies in the same part and not before this
   * one; left out, of this one alone. What the host alone noted since the attempt before is among them.
   */
  lines(last?: Range): AsyncIterable<Buffer>;
};

/** From the beginning of the one to the end of the other. */
export function rangeThrough({ offset }: Range, last: Range): Range {
  return { offset, length: last.offset + last.length - offset };
}

/** One file, or one ring. */
export type Part = {
  /** The path it was read from. */
  readonly name: string;
  /** In the order in which they lie there. */
  readonly attempts: readonly Attempt[];
};

export const attemptName = ({ height, stream, attempt }: Pick<AttemptFacts, 'height' | 'stream' | 'attempt'>): string => `${stream} of height ${height}, attempt ${attempt}`;
