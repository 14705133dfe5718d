/**
 * Frames of a recorder's folder by where they lie, without their bodies: a block may be larger than memory should be. A body is read
 * again when it is wanted; by then the recorder may have overwritten it, which the checksum and the sequence tell.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { frameAt, framesOf, headerBytes, segmentsIn, type Frame, type FrameHeader } from '../../recorder/index.js';

export type FrameRef = FrameHeader & {
  readonly path: string;
  readonly at: number;
  /** Of header and body. */
  readonly length: number;
};

/** All frames of a folder above a sequence, in their sequence. Of two with one sequence the one with all its lines counts. */
export function refsAfter(folder: string, after: bigint): FrameRef[] {
  const found = new Map<bigint, FrameRef>();
  for (const name of segmentsIn(folder)) {
    for (const ref of refsOfSegment(join(folder, name))) {
      if (ref.sequence <= after) continue;
      const other = found.get(ref.sequence);
      if (!other || other.isThinned) found.set(ref.sequence, ref);
    }
  }
  return [...found.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
}

/** Frames of one segment, as far as they can be believed. None when the file is gone. */
export function refsOfSegment(path: string): FrameRef[] {
  if (!refAt(path, 0)) return []; // nothing was written yet: 8 MiB need not be read to see that
  const bytes = readWhole(path);
  if (!bytes) return [];
  const refs: FrameRef[] = [];
  let at = 0;
  for (const frame of framesOf(bytes)) {
    const ref = refOf(frame, path, at);
    refs.push(ref);
    at += ref.length;
  }
  return refs;
}

/** The frame that begins there now, or undefined. */
export function refAt(path: string, at: number): FrameRef | undefined {
  const frame = readFrame(path, at);
  return frame && refOf(frame, path, at);
}

/** The body of a frame as it was found; undefined when it has been overwritten. */
export function bodyOf({ path, at, sequence }: FrameRef): Buffer | undefined {
  const frame = readFrame(path, at);
  return frame?.sequence === sequence ? frame.body : undefined;
}

function refOf({ body, ...header }: Frame, path: string, at: number): FrameRef {
  return { ...header, path, at, length: headerBytes + body.length };
}

function readFrame(path: string, at: number): Frame | undefined {
  return withFile(path, descriptor => {
    const header = Buffer.alloc(headerBytes);
    if (readSync(descriptor, header, 0, headerBytes, at) < headerBytes) return undefined;
    const length = headerBytes + header.readUInt32LE(4);
    if (at + length > fstatSync(descriptor).size) return undefined; // no frame of ours: they end within their segment
    const bytes = Buffer.allocUnsafe(length);
    return readSync(descriptor, bytes, 0, length, at) < length ? undefined : frameAt(bytes, 0)?.frame;
  });
}

function readWhole(path: string): Buffer | undefined {
  return withFile(path, descriptor => {
    const bytes = Buffer.allocUnsafe(fstatSync(descriptor).size);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
  });
}

/** Undefined when there is no such file: overflow segments go when they are confirmed. */
function withFile<T>(path: string, read: (descriptor: number) => T | undefined): T | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
