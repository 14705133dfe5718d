/** The recorder's files, and nothing else of the disk: tests put a disk in its place that is full, or slow to come back. */
import { closeSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { segmentsIn } from './reader.js';

export interface SegmentFile {
  readonly bytes: number;
  /** All of it, or it throws. */
  write(data: Uint8Array, at: number): void;
  sync(): void;
  close(): void;
}

export interface RecorderFiles {
  /** Names of the segments that are there, by number. */
  list(): readonly string[];
  read(name: string): Buffer;
  open(name: string): SegmentFile;
  /** A new segment of so many zeros, all of them written. Leaves nothing behind when it throws. */
  create(name: string, bytes: number): SegmentFile;
  remove(name: string): void;
}

const zeros = Buffer.alloc(1024 * 1024);

/** Segments in a folder, which is made if it is not there. */
export function filesIn(folder: string): RecorderFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pathOf = (name: string): string => join(folder, name);
  return {
    list: () => segmentsIn(folder),
    read: name => readFileSync(pathOf(name)),
    open: name => segmentFile(openSync(pathOf(name), 'r+')),
    create: (name, bytes) => {
      const descriptor = openSync(pathOf(name), 'wx+', 0o600);
      try {
        for (let at = 0; at < bytes; at += zeros.length) writeAll(descriptor, zeros.subarray(0, Math.min(zeros.length, bytes - at)), at);
        return segmentFile(descriptor);
      } catch (error) {
        closeSync(descriptor);
        unlinkSync(pathOf(name));
        throw error;
      }
    },
    remove: name => { unlinkSync(pathOf(name)); },
  };
}

function segmentFile(descriptor: number): SegmentFile {
  return {
    bytes: fstatSync(descriptor).size,
    write: (data, at) => { writeAll(descriptor, data, at); },
    sync: () => { fdatasyncSync(descriptor); },
    close: () => { closeSync(descriptor); },
  };
}

/** One write; when a disk takes only a part of it, the rest after it. */
function writeAll(descriptor: number, data: Uint8Array, at: number): void {
  for (let done = 0; done < data.length;) {
    const written = writeSync(descriptor, data, done, data.length - done, at + done);
    if (written === 0) throw new Error('the disk takes nothing');
    done += written;
  }
}
