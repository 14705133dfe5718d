/** Cuts a stream of bytes into chunk files: hashed as they fill up, compressed off the main thread, synced. */
import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { writeSynced } from '../files.js';
import { chunkBytesMax, chunksMax } from './format.js';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/** Half of deflate's time for two thirds of its size. */
const quality = 2;

export class ChunkWriter {
  readonly #folder: string;
  readonly #bytes: Buffer;
  readonly #hashes: Buffer[] = [];
  #hash: Hash = createHash('sha256');
  #length = 0;

  /** Chunks are written as files 0, 1, … of the folder. */
  constructor(folder: string, chunkBytes: number) {
    if (chunkBytes > chunkBytesMax) throw new RangeError(`a chunk has at most ${chunkBytesMax} bytes`);
    this.#folder = folder;
    this.#bytes = Buffer.allocUnsafe(chunkBytes);
  }

  /** Where the next byte goes. */
  get position(): { readonly chunk: number; readonly offset: number } {
    return { chunk: this.#hashes.length, offset: this.#length };
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + this.#bytes.length - this.#length);
      this.#bytes.set(part, this.#length);
      this.#hash.update(part);
      this.#length += part.length;
      at += part.length;
      if (this.#length === this.#bytes.length) await this.#close();
    }
  }

  /** SHA-256 of each chunk, in order. */
  async finish(): Promise<readonly Buffer[]> {
    if (this.#length > 0) await this.#close();
    return this.#hashes;
  }

  async #close(): Promise<void> {
    if (this.#hashes.length === chunksMax) throw new Error(`the state needs more than ${chunksMax} chunks`);
    const packed = await compress(this.#bytes.subarray(0, this.#length), { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
    await writeSynced(join(this.#folder, String(this.#hashes.length)), packed);
    this.#hashes.push(this.#hash.digest());
    this.#hash = createHash('sha256');
    this.#length = 0;
  }
}

/** The bytes of a chunk as it travels, or undefined when they do not have the hash. No sender can make it take more than a chunk's memory. */
export async function openChunk(packed: Uint8Array, hash: Uint8Array): Promise<Uint8Array | undefined> {
  const bytes = await unpackChunk(packed).catch(() => undefined); // it works on the bytes alone: they are at fault, whatever it says
  return bytes && createHash('sha256').update(bytes).digest().equals(hash) ? bytes : undefined;
}

/** Rejects when the bytes are no chunk. */
export function unpackChunk(packed: Uint8Array): Promise<Buffer> {
  return decompress(packed, { maxOutputLength: chunkBytesMax });
}
