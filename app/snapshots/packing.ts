/**
 * Heap snapshots in files: compressed for keeping, whole for workers to start from. Streams all the way, for a heap may be as
 * large as an engine's memory.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createBrotliDecompress } from 'node:zlib';

/**
 * Recorded with each file. Of a heap of 8.7 MB Brotli's quality 2 makes 1.4 MB in 35 ms, and takes 14 ms back; deflate's
 * level 1 makes 2.1 MB in 37 ms.
 */
export const heapCodec = 'br2';

const chunkBytes = 1024 * 1024;

/** Compresses `from` into `to` and syncs it. Answers the compressed size. */
export async function packHeap(from: string, to: string): Promise<number> {
  const compress = createBrotliCompress({ chunkSize: chunkBytes, params: { [constants.BROTLI_PARAM_QUALITY]: 2 } });
  await pour(from, [compress], to);
  const file = await open(to, 'r+');
  try {
    await file.datasync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** Writes the heap of a compressed file to `to`. Answers the SHA-256 of its bytes, hex. Rejects when they do not decompress. */
export async function unpackHeap(from: string, to: string): Promise<string> {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pour(from, [createBrotliDecompress({ chunkSize: chunkBytes }), hashing], to);
  return hash.digest('hex');
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
