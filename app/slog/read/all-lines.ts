/** Every line of a source in its order, with those that lie between the attempts. */
import { SourceDamaged } from './damaged.js';
import { gzipBlocks, plainBlocks } from './blocks.js';
import { formatOf } from './file-part.js';
import { linesOf } from './line-bytes.js';
import { bodiesOf } from '../ring/ring-part.js';
import type { Source } from './source.js';

/** Blocks of whole lines, good until the next one is asked for. `files`: of these alone. Rejects with SourceDamaged. */
export async function* allBlocks(source: Source, files = source.files): AsyncGenerator<Buffer> {
  for (const { bytes } of bodiesOf(source.frames())) yield bytes;
  for (const file of files) {
    const format = formatOf(file);
    if (!format) throw new SourceDamaged(file, 'is no slog');
    for await (const { bytes } of format === 'plain' ? plainBlocks(file) : gzipBlocks(file)) yield bytes;
  }
}

/** Without line feeds. */
export async function* textsOf(blocks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  for await (const block of blocks) {
    for (const line of linesOf(block)) yield line.toString();
  }
}
