/** What is added to a source while one looks: to a ring, to a file, or to the newest file of a folder, and then to the one that follows it. */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inOrder, readSlogName } from '../file-names.js';
import { bodiesOf } from '../ring/ring-part.js';
import { RingTail } from '../ring/tail.js';
import type { Source } from './source.js';

/** Text that was added since the last call: whole lines. */
export type Follower = () => string;

/** Begins at what is there now. Only rings, files and folders grow. */
export function follow(source: Source): Follower {
  if (source.kind === 'ring') return followRing(source.name);
  const last = source.files.at(-1);
  return last === undefined ? () => '' : followFile(last, source.kind === 'folder');
}

function followRing(folder: string): Follower {
  const tail = new RingTail(folder);
  tail.poll();
  return () => [...bodiesOf(tail.poll())].map(({ bytes }) => bytes.toString()).join('');
}

/** Files are kept open: one that is finished is compressed and removed at once, with its last lines unread. */
function followFile(path: string, isRolled: boolean): Follower {
  let file = new OpenFile(path);
  file.skip();
  return () => {
    const text = file.added();
    const next = isRolled && text === '' ? newerThan(file.path) : undefined;
    if (next === undefined) return text;
    file.close();
    file = new OpenFile(next);
    return file.added();
  };
}

const skippedBytes = 1024 * 1024;

class OpenFile {
  readonly path: string;
  readonly #descriptor: number;
  #at = 0;

  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
  }

  /** To behind the last whole line. */
  skip(): void {
    this.#at = Math.max(0, fstatSync(this.#descriptor).size - skippedBytes);
    this.added();
  }

  /** Whole lines that were not read yet. */
  added(): string {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(this.#descriptor).size - this.#at));
    const read = bytes.subarray(0, readSync(this.#descriptor, bytes, 0, bytes.length, this.#at));
    const whole = read.subarray(0, read.lastIndexOf(lineFeed) + 1);
    this.#at += whole.length;
    return whole.toString();
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const lineFeed = 10;

function newerThan(path: string): string | undefined {
  const own = readSlogName(basename(path));
  const names = own ? readdirSync(dirname(path)) : [];
  const newer = names.flatMap(name => {
    const read = readSlogName(name);
    return own && read && !read.isCompressed && inOrder(own, read) < 0 ? [{ name, read }] : [];
  });
  const [next] = newer.sort((a, b) => inOrder(a.read, b.read));
  return next && join(dirname(path), next.name);
}
