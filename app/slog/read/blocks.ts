/** Files as blocks of whole lines, a few MiB at a time: nothing that is read need fit into memory. */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { SourceDamaged } from './damaged.js';

/** A stretch of a file's bytes, as they lie on the disk. */
export type Range = { readonly offset: number; readonly length: number };

/** Whole lines; `offset` is where they begin in the file, or in what it inflates to. */
export type LineBlock = { readonly bytes: Buffer; readonly offset: number };

const blockBytes = 4 * 1024 * 1024;
const gunzipBytes = 1024 * 1024;
/** A line is bounded by what one delivery may record; longer is damage. */
const lineBytesMax = 256 * 1024 * 1024;
const lineFeed = 10;

/** Blocks of a plain file. The bytes of a block are good until the next one is asked for. A torn last line is left out. */
export async function* plainBlocks(path: string, range?: Range): AsyncGenerator<LineBlock> {
  const handle = await open(path, 'r');
  try {
    yield* blocksOfHandle(handle, path, range ?? { offset: 0, length: (await handle.stat()).size });
  } finally {
    await handle.close();
  }
}

/** While one buffer is looked through the next one is read. */
async function* blocksOfHandle(handle: FileHandle, path: string, { offset, length }: Range): AsyncGenerator<LineBlock> {
  const end = offset + length;
  const buffers: [Buffer, Buffer] = [Buffer.allocUnsafe(Math.min(length, blockBytes) + 1), Buffer.allocUnsafe(Math.min(length, blockBytes) + 1)];
  let carried: Buffer = Buffer.alloc(0);
  let position = offset;
  const fetch = async (into: Buffer): Promise<Buffer> => into.subarray(0, (await handle.read(into, 0, Math.min(blockBytes, end - position), position)).bytesRead);
  let next = fetch(buffers[0]);
  for (let turn = 1; ; turn += 1) {
    const bytes = await next;
    if (bytes.length === 0) return;
    const at = position - carried.length;
    position += bytes.length;
    const lastFeed = bytes.lastIndexOf(lineFeed);
    const whole = lastFeed < 0 ? undefined : bytes.subarray(0, lastFeed + 1);
    const rest = Buffer.from(bytes.subarray(lastFeed + 1));
    next = fetch(buffers[turn % 2] as Buffer);
    next.catch(() => undefined); // whoever awaits it hears of it; a reader that stops early does not
    if (whole) {
      // The line that two buffers share is a small block of its own, so that the others need no copy.
      const firstEnd = carried.length === 0 ? 0 : whole.indexOf(lineFeed) + 1;
      if (firstEnd > 0) yield { bytes: Buffer.concat([carried, whole.subarray(0, firstEnd)]), offset: at };
      if (firstEnd < whole.length) yield { bytes: whole.subarray(firstEnd), offset: at + carried.length + firstEnd };
      carried = rest;
    } else {
      carried = Buffer.concat([carried, rest]);
    }
    if (carried.length > lineBytesMax) throw new SourceDamaged(path, `a line of more than ${lineBytesMax} bytes`);
  }
}

/** Blocks of what a gzip file inflates to; of a range of whole members when one is given. */
export async function* gzipBlocks(path: string, range?: Range): AsyncGenerator<LineBlock> {
  const source = createReadStream(path, range ? { start: range.offset, end: range.offset + range.length - 1, highWaterMark: gunzipBytes } : { highWaterMark: gunzipBytes });
  const inflated = source.pipe(createGunzip({ chunkSize: gunzipBytes }));
  source.once('error', error => inflated.destroy(error));
  let carried: Buffer = Buffer.alloc(0);
  let offset = 0;
  try {
    for await (const chunk of inflated as AsyncIterable<Buffer>) {
      const bytes = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
      const end = bytes.lastIndexOf(lineFeed) + 1;
      if (end > 0) yield { bytes: bytes.subarray(0, end), offset };
      offset += end;
      carried = bytes.subarray(end);
      if (carried.length > lineBytesMax) throw new SourceDamaged(path, `a line of more than ${lineBytesMax} bytes`);
    }
  } catch (error) {
    throw isZlibError(error) ? new SourceDamaged(path, (error as Error).message, error) : error;
  } finally {
    source.destroy();
    inflated.destroy();
  }
}

function isZlibError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return error instanceof Error && code.startsWith('Z_');
}
