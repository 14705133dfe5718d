/** One plain slog file and its index, while they are written. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { indexName } from '../file-names.js';
import { endOfEntries, readEntries, writeEntry, type IndexEntry } from '../index-file.js';
import { AttemptScanner } from '../read/scan.js';
import type { Piece } from './sender.js';

export class SlogFile {
  readonly path: string;
  readonly #file: number;
  readonly #index: number;
  #size: number;
  #indexSize: number;
  /** Where the next attempt's range begins: what is of the host alone goes with it. */
  #from: number;
  #last: IndexEntry | undefined;

  private constructor(path: string, entries: readonly IndexEntry[]) {
    this.path = path;
    this.#file = openSync(path, 'a+', 0o600);
    this.#index = openSync(indexName(path), 'a+', 0o600);
    this.#from = endOfEntries(entries);
    this.#size = statSync(path).size;
    this.#indexSize = statSync(indexName(path)).size;
    this.#last = entries.at(-1);
  }

  /** Begins a file with `heading`, a line with its line feed. */
  static create(path: string, heading: string): SlogFile {
    writeFileSync(path, heading, { mode: 0o600 });
    writeFileSync(indexName(path), '', { mode: 0o600 });
    return new SlogFile(path, []);
  }

  /** Goes on with a file of an earlier process, behind its last whole attempt. Undefined when its index does not fit: the file is left as it is. */
  static reopen(path: string): SlogFile | undefined {
    if (!existsSync(indexName(path))) return undefined;
    const entries = readEntries(readFileSync(indexName(path), 'utf8'));
    const end = endOfEntries(entries);
    if (entries.length === 0 || end > statSync(path).size) return undefined;
    const file = new SlogFile(path, entries);
    ftruncateSync(file.#index, Buffer.byteLength(entries.map(writeEntry).join('')));
    file.#indexSize = Buffer.byteLength(entries.map(writeEntry).join(''));
    file.#cut(end);
    return file;
  }

  get name(): string {
    return basename(this.path);
  }

  get size(): number {
    return this.#size;
  }

  /** The last attempt in it. */
  get last(): IndexEntry | undefined {
    return this.#last;
  }

  /** The attempt's lines, then its entry. Throws with the file as it was before. */
  write(piece: Piece): void {
    const start = this.#size;
    try {
      const facts = this.#writeLines(piece);
      if (!facts) return;
      const { stream, height, attempt, isComplete, laneD, sequence } = piece;
      const entry: IndexEntry = {
        ...facts, stream, height, attempt, isComplete: isComplete && facts.isComplete, laneD, sequence, range: { offset: this.#from, length: this.#size - this.#from },
      };
      this.#indexSize += writeAll(this.#index, Buffer.from(writeEntry(entry)));
      this.#from = this.#size;
      this.#last = entry;
    } catch (error) {
      this.#cut(start);
      throw error;
    }
  }

  /** A line that is of the host alone, with its line feed. */
  note(line: string): void {
    const start = this.#size;
    try {
      this.#size += writeAll(this.#file, Buffer.from(line));
    } catch (error) {
      this.#cut(start);
      throw error;
    }
  }

  /** `isFinished`: nothing more will be written, and all of it is to be on the disk. */
  close(isFinished: boolean): void {
    if (isFinished) for (const descriptor of [this.#file, this.#index]) fsyncSync(descriptor);
    for (const descriptor of [this.#file, this.#index]) closeSync(descriptor);
  }

  #writeLines(piece: Piece): Omit<IndexEntry, 'laneD' | 'sequence'> | undefined {
    const scanner = new AttemptScanner();
    for (const bytes of piece.bodies()) {
      scanner.add({ bytes, offset: this.#size });
      this.#size += writeAll(this.#file, bytes);
    }
    return scanner.finish()[0];
  }

  #cut(size: number): void {
    ftruncateSync(this.#file, size);
    ftruncateSync(this.#index, this.#indexSize);
    this.#size = size;
  }
}

function writeAll(descriptor: number, bytes: Buffer): number {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
  return bytes.length;
}
