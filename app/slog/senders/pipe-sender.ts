/** The sender `pipe:<path>`: lines into a named pipe, if somebody reads it and as fast as he reads. Nothing here ever blocks. */
import { closeSync, constants, openSync, fstatSync, writeSync } from 'node:fs';
import { writeLine } from '../../recorder/index.js';
import type { Lost, Piece, Sender } from './sender.js';

export type PipeSenderOptions = {
  readonly path: string;
  readonly now: () => number;
  readonly warn: (message: string) => void;
};

/** What may wait for a slow reader. */
const waitingBytesMax = 8 * 1024 * 1024;
const openEveryMs = 1000;

export class PipeSender implements Sender {
  /** A pipe remembers nothing: its reader gets what comes from now on. */
  readonly taken = undefined;
  readonly #options: PipeSenderOptions;
  #pipe: number | undefined;
  #triedAt: number | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #complained = '';

  constructor(options: PipeSenderOptions) {
    this.#options = options;
  }

  /** Rejects when nobody reads, or when too much waits already: the whole piece is dropped then. */
  async take(piece: Piece): Promise<void> {
    await this.idle();
    if (this.#pipe === undefined) throw new Error('nobody read the pipe');
    if (this.#waitingBytes + piece.bytes > waitingBytesMax) throw new Error('the reader of the pipe was too slow');
    this.#queue([...piece.bodies()].map(body => Buffer.from(body)));
    await this.idle();
  }

  gap({ from, to, pieces, reason }: Lost): Promise<void> {
    if (this.#pipe === undefined) return Promise.resolve();
    const data = { from: String(from), to: String(to), pieces, reason };
    this.#queue([Buffer.from(writeLine({ type: 'local/note', about: 'gap', data }, { t: this.#options.now() / 1000, m: performance.now() / 1000 }))]);
    return Promise.resolve();
  }

  idle(): Promise<void> {
    if (this.#pipe === undefined) this.#open();
    this.#write();
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#write();
    this.#leave();
    return Promise.resolve();
  }

  #queue(blocks: readonly Buffer[]): void {
    this.#waiting.push(...blocks);
    this.#waitingBytes += blocks.reduce((sum, { length }) => sum + length, 0);
  }

  /** Opening a pipe for writing waits for its reader, unless it is told not to: then it fails with ENXIO. */
  #open(): void {
    const { now, path } = this.#options;
    if (this.#triedAt !== undefined && now() - this.#triedAt < openEveryMs) return;
    this.#triedAt = now();
    try {
      const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      if (fstatSync(pipe).isFIFO()) this.#pipe = pipe;
      else closeSync(pipe);
      this.#complain(this.#pipe === undefined ? `${path} is no named pipe: make one with mkfifo` : '');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#complain(code === 'ENXIO' ? '' : message);
    }
  }

  #write(): void {
    while (this.#pipe !== undefined) {
      const [block] = this.#waiting;
      if (!block) return;
      const written = this.#writeSome(this.#pipe, block);
      if (written === 0) return;
      this.#waitingBytes -= written;
      if (written === block.length) this.#waiting.shift();
      else this.#waiting[0] = block.subarray(written);
    }
  }

  /** 0 when the pipe is full, or was left by its reader: he who opens it next begins with a whole line. */
  #writeSome(pipe: number, block: Buffer): number {
    try {
      return writeSync(pipe, block);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      if (code !== 'EPIPE') this.#complain((error as Error).message);
      this.#leave();
      return 0;
    }
  }

  #leave(): void {
    if (this.#pipe !== undefined) closeSync(this.#pipe);
    this.#pipe = undefined;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Once, until something else is wrong. */
  #complain(message: string): void {
    if (message !== '' && message !== this.#complained) this.#options.warn(message);
    this.#complained = message;
  }
}
