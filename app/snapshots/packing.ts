/**
 * Heap snapshots in files: compressed for keeping, whole for workers to start from. Streams all the way, for a heap may be as
 * large as an engine's memory.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { Transform, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress, type BrotliOptions } from 'node:zlib';
import { syncFile } from '../files.js';

/**
 * Recorded with each file. A block may wait for it: of a heap of 9 MB Brotli's quality 0 makes 2.0 MB with 16 ms of work, 2
 * makes 1.4 MB with 47, deflate's level 1 makes 2.1 MB with 42. All of them are taken back in some 20 ms.
 */
export const heapCodec = 'br0';

const chunkBytes = 1024 * 1024;

/** What one stream takes before it holds back who writes. */
const waitingBytesMax = 16 * chunkBytes;

/** A file that is written in pieces, through streams or not, while they come. */
export class PouredFile {
  readonly path: string;
  readonly #head: Writable;
  readonly #closed: Promise<unknown>;
  /** Resolves when all of it is written. */
  readonly #written: Promise<void>;

  constructor(path: string, compress?: Transform) {
    this.path = path;
    const out = createWriteStream(path, { highWaterMark: waitingBytesMax });
    this.#head = compress ?? out;
    this.#closed = once(out, 'close');
    this.#closed.catch(() => undefined); // told by what is written
    this.#written = compress ? pipeline(compress, out) : finished(out);
    this.#written.catch(() => undefined); // told to who writes, or by finish
  }

  /** A promise holds back whoever writes. It rejects when nothing more can be written. */
  write(piece: Uint8Array): void | Promise<void> {
    if (!this.#head.destroyed && this.#head.write(piece)) return undefined;
    return Promise.race([once(this.#head, 'drain').then(() => undefined), this.#written]);
  }

  /** All pieces were given. Resolves when they are in the file. */
  async finish(): Promise<void> {
    this.#head.end();
    await this.#written;
    await this.#closed;
  }

  /** Resolves when nothing writes to the file any more; it may be there. */
  async abandon(): Promise<void> {
    this.#head.destroy();
    await this.#written.catch(() => undefined); // whatever it was, nobody wants the file
    await this.#closed.catch(() => undefined);
  }
}

/** A heap being compressed into a file while it is written. */
export class PackedFile extends PouredFile {
  constructor(path: string) {
    super(path, createBrotliCompress({ chunkSize: chunkBytes, writableHighWaterMark: waitingBytesMax, params: { [constants.BROTLI_PARAM_QUALITY]: 0 } } as BrotliOptions));
  }

  /** Also syncs it. Answers the compressed size. */
  async store(): Promise<number> {
    await this.finish();
    return syncFile(this.path);
  }
}

/** A file, piece by piece. */
export function piecesOf(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: chunkBytes });
}

/** Compresses `from` into `to` and syncs it. Answers the compressed size. */
export async function packHeap(from: string, to: string): Promise<number> {
  const packed = new PackedFile(to);
  try {
    for await (const piece of piecesOf(from)) await packed.write(piece);
    return await packed.store();
  } catch (error) {
    await packed.abandon();
    throw error;
  }
}

/** Writes the heap of a compressed file to `to`. Answers the SHA-256 of its bytes, hex. Rejects when they do not decompress, or to more than `bytesMax`. */
export async function unpackHeap(from: string, to: string, bytesMax = Infinity): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes > bytesMax) done(new RangeError(`it holds more than ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
  await pour(from, [createBrotliDecompress({ chunkSize: chunkBytes }), hashing], to);
  return hash.digest('hex');
}

/** Gathers chunks into pieces of a mebibyte or so: each piece is hashed, written and compressed with one call. */
export class Pieces {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** The next piece, when there is enough for one. */
  add(chunk: Uint8Array): Buffer | undefined {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size < chunkBytes ? undefined : this.rest();
  }

  /** What was not handed out yet. */
  rest(): Buffer {
    const piece = Buffer.concat(this.#chunks, this.#size);
    this.#chunks = [];
    this.#size = 0;
    return piece;
  }
}

/** Gives the heap of a compressed file to `take`, piece by piece. Rejects when the bytes do not decompress. */
export async function takeHeap(from: string, take: (piece: Uint8Array) => Promise<void>): Promise<void> {
  await pipeline(createReadStream(from, { highWaterMark: chunkBytes }), createBrotliDecompress({ chunkSize: chunkBytes }), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) await take(piece);
  });
}

/** One file through streams into another. When it fails, whoever removes the second finds it: it is not being made any more. */
async function pour(from: string, through: readonly Transform[], to: string): Promise<void> {
  const out = createWriteStream(to);
  const closed = once(out, 'close');
  closed.catch(() => undefined); // told by the pipeline
  try {
    await pipeline([createReadStream(from, { highWaterMark: chunkBytes }), ...through, out]);
  } finally {
    if (!out.closed) await closed.catch(() => undefined);
  }
}
