/** The sender `file`: a new file each hour, compressed when it is finished, kept as long as limits allow. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeLine } from '../../recorder/index.js';
import { compressedName, hourOf, inOrder, readSlogName, writeSlogName } from '../file-names.js';
import { lastEntryOf } from './last-entry.js';
import { compressSlog, removeUnfinished } from './compress.js';
import { pinnedHeights, removeOldFiles, type FreeShare, type KeptFor, type Limits } from './retention.js';
import { SlogFile } from './slog-file.js';
import type { Lost, Piece, Sender } from './sender.js';

export type FileSenderOptions = {
  readonly folder: string;
  /** Of bundles that pin their heights. */
  readonly forensics: string;
  readonly chain: string;
  readonly release: string;
  readonly boot: string;
  /** A file is finished at the end of a block when it is larger than this. */
  readonly fileBytesMax: number;
  readonly limits: Limits;
  /** Milliseconds of the wall clock: files are named by it, and nothing else depends on it. */
  readonly now: () => number;
  readonly confirmed: () => bigint;
  readonly warn: (message: string) => void;
  readonly freeShare?: FreeShare;
};

export const fileBytesMaxDefault = 1024 ** 3;
const warnEveryMs = 3_600_000;
const tidyEveryMs = 60_000;

export class FileSender implements Sender {
  readonly taken: bigint;
  readonly #options: FileSenderOptions;
  #file: SlogFile | undefined;
  #hour = '';
  #activity: string | undefined;
  /** Compression of finished files, one after another. */
  #compressing: Promise<void> = Promise.resolve();
  #tidiedAt: number | undefined;
  #warnedAt: number | undefined;

  /** Goes on where an earlier process stopped. Throws when the folder cannot be written. */
  constructor(options: FileSenderOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    const files = this.#ownFiles();
    this.taken = files.reduce((high, name) => maximum(high, lastEntryOf(join(options.folder, name))?.sequence ?? -1n), -1n);
    const newest = files.at(-1);
    if (newest?.endsWith('.jsonl')) this.#reopen(newest);
    for (const name of files) if (name.endsWith('.jsonl') && name !== this.#file?.name) this.#compressLater(name);
  }

  take(piece: Piece): Promise<void> {
    const file = (this.#file ??= this.#create(piece.height));
    file.write(piece);
    this.#activity = file.last?.activityHash ?? this.#activity;
    if (piece.stream === 'block' && this.#isFull(file)) this.#finish(file);
    return this.idle();
  }

  gap({ from, to, pieces, reason }: Lost): Promise<void> {
    (this.#file ??= this.#create(from)).note(this.#note('gap', { from: String(from), to: String(to), pieces, reason }));
    return Promise.resolve();
  }

  idle(): Promise<void> {
    const { now } = this.#options;
    if (this.#tidiedAt === undefined || now() - this.#tidiedAt >= tidyEveryMs) this.#tidy();
    return Promise.resolve();
  }

  /** Waits for a compression that is under way. The file stays plain, so that the next process goes on with it. */
  async close(): Promise<void> {
    this.#file?.close(false);
    this.#file = undefined;
    await this.#compressing;
  }

  #ownFiles(): string[] {
    const { folder, chain } = this.#options;
    const named = readdirSync(folder).flatMap(name => {
      const read = readSlogName(name);
      return read?.chain === chain ? [{ name, read }] : [];
    });
    return named.sort((a, b) => inOrder(a.read, b.read)).map(({ name }) => name);
  }

  #reopen(name: string): void {
    this.#file = SlogFile.reopen(join(this.#options.folder, name));
    this.#hour = this.#file ? (readSlogName(name)?.hour ?? '') : '';
    this.#activity = this.#file?.last?.activityHash;
    this.#file?.note(this.#note('slog continued'));
  }

  #create(first: bigint): SlogFile {
    const { folder, chain, now } = this.#options;
    this.#hour = hourOf(now());
    const taken = new Set(readdirSync(folder));
    let part = 1;
    const nameOf = (): string => writeSlogName({ chain, hour: this.#hour, first, part });
    while (taken.has(nameOf()) || taken.has(compressedName(nameOf()))) part += 1;
    return SlogFile.create(join(folder, nameOf()), this.#note('slog'));
  }

  /** What every file begins with, and what is written where one goes on or has a hole. */
  #note(about: string, data: Readonly<Record<string, unknown>> = {}): string {
    const { chain, release, boot, now } = this.#options;
    return writeLine({ type: 'local/note', about, data: { chain, release, boot, activity: this.#activity ?? null, ...data } }, { t: now() / 1000, m: performance.now() / 1000 });
  }

  #isFull({ size }: SlogFile): boolean {
    return size >= this.#options.fileBytesMax || hourOf(this.#options.now()) !== this.#hour;
  }

  #finish(file: SlogFile): void {
    this.#file = undefined;
    file.close(true);
    this.#compressLater(file.name);
    this.#tidiedAt = undefined;
  }

  #compressLater(name: string): void {
    const path = join(this.#options.folder, name);
    this.#compressing = this.#compressing.then(async () => {
      removeUnfinished(path);
      await compressSlog(path);
    }).catch((error: unknown) => { this.#options.warn(`${name} stays uncompressed: ${error instanceof Error ? error.message : String(error)}`); });
  }

  #tidy(): void {
    const { folder, forensics, limits, now, confirmed, warn, freeShare } = this.#options;
    this.#tidiedAt = now();
    const kept: KeptFor = { confirmed: confirmed(), pinned: pinnedHeights(forensics), current: this.#file?.name };
    const removed = removeOldFiles(folder, limits, kept, now(), freeShare);
    const forDisk = removed.filter(({ because }) => because === 'disk');
    if (forDisk.length === 0 || (this.#warnedAt !== undefined && now() - this.#warnedAt < warnEveryMs)) return;
    this.#warnedAt = now();
    warn(`the disk is nearly full: slog files were removed before their time, the last was ${forDisk.at(-1)?.file ?? ''}`);
  }
}

const maximum = (a: bigint, b: bigint): bigint => (a > b ? a : b);
