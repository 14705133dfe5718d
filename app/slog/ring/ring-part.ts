/** A recorder's folder as a part of a source. */
import type { Attempt, Part } from '../read/attempt.js';
import type { LineBlock } from '../read/blocks.js';
import { SourceDamaged } from '../read/damaged.js';
import { AttemptScanner } from '../read/scan.js';
import { AttemptCollector, type Collected } from './collector.js';
import { bodyOf, type FrameRef } from './frame-refs.js';

export function ringPart(name: string, frames: readonly FrameRef[]): Part {
  const collector = new AttemptCollector();
  const ended = frames.flatMap(frame => collector.add(frame));
  const all = [...ended, ...collector.finish().ended];
  return { name, attempts: all.flatMap((_, index) => attemptOf(name, all, index) ?? []) };
}

/** Undefined when its beginning is gone: nobody knows where it would stand. */
function attemptOf(name: string, all: readonly Collected[], index: number): Attempt | undefined {
  const { attempt, isComplete, laneD, frames } = all[index] as Collected;
  const range = { offset: index, length: 1 };
  const scanner = new AttemptScanner();
  for (const block of bodiesOf(frames)) scanner.add(block);
  const [facts] = scanner.finish();
  if (!facts) return undefined;
  return {
    ...facts, part: name, range, attempt, laneD, isComplete: facts.isComplete && isComplete,
    lines: async function* lines(last = range) {
      for (const { height, frames: wanted } of all.slice(index, last.offset + 1)) {
        let count = 0;
        for (const { bytes } of bodiesOf(wanted)) {
          count += 1;
          yield bytes;
        }
        if (count < wanted.length) throw new SourceDamaged(name, `height ${height} was overwritten while it was read`);
      }
    },
  };
}

/** Bodies as blocks of lines, up to the first that has been overwritten. */
export function* bodiesOf(frames: readonly FrameRef[]): Generator<LineBlock> {
  let offset = 0;
  for (const frame of frames) {
    const bytes = bodyOf(frame);
    if (!bytes) return;
    yield { bytes, offset };
    offset += bytes.length;
  }
}
