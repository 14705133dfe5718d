/** One slog file as a part of a source: its attempts by its index as far as that goes, by a scan for the rest. */
import { existsSync, openSync, closeSync, readFileSync, readSync, statSync } from 'node:fs';
import { endOfEntries, readEntries, type IndexEntry } from '../index-file.js';
import { indexName } from '../file-names.js';
import { rangeThrough, type Attempt, type Part, type Stream } from './attempt.js';
import { gzipBlocks, plainBlocks, type LineBlock, type Range } from './blocks.js';
import { SourceDamaged } from './damaged.js';
import { scanAttempts } from './scan.js';

export type FileFormat = 'plain' | 'gzip';

/** By its first bytes; undefined for what is neither. An empty file is a plain one. */
export function formatOf(path: string): FileFormat | undefined {
  const start = firstBytes(path, 0, 2);
  if (start.length === 0 || start[0] === 0x7b) return 'plain';
  return start[0] === 0x1f && start[1] === 0x8b ? 'gzip' : undefined;
}

/** Rejects with SourceDamaged when the file is cut off or is no slog. `withIndex` false reads the file though there is an index. */
export async function openFilePart(path: string, format: FileFormat, withIndex = true): Promise<Part> {
  const entries = withIndex ? indexOf(path, format) : [];
  const covered = endOfEntries(entries);
  const rest = { offset: covered, length: statSync(path).size - covered };
  try {
    const indexed: Attempt[] = entries.map(entry => new IndexedAttempt(path, format, entry));
    const scanned = rest.length <= 0 ? [] : format === 'plain' ? await scanPlain(path, rest) : await scanGzip(path, rest, covered > 0);
    return { name: path, attempts: indexed.concat(scanned) };
  } catch (error) {
    throw error instanceof SyntaxError ? new SourceDamaged(path, 'a line that begins or ends a height cannot be read', error) : error;
  }
}

/** There may be tens of thousands: a class, because closures and copies of each would take longer than reading the index. */
class IndexedAttempt implements Attempt {
  readonly height: bigint;
  readonly stream: Stream;
  readonly attempt: number;
  readonly isComplete: boolean;
  readonly cranks: Attempt['cranks'];
  readonly activityBefore: string | undefined;
  readonly activityHash: string | undefined;
  readonly appHash: string | undefined;
  readonly laneD: string | undefined;
  readonly part: string;
  readonly range: Range;
  readonly #format: FileFormat;

  constructor(part: string, format: FileFormat, entry: IndexEntry) {
    this.height = entry.height;
    this.stream = entry.stream;
    this.attempt = entry.attempt;
    this.isComplete = entry.isComplete;
    this.cranks = entry.cranks;
    this.activityBefore = entry.activityBefore;
    this.activityHash = entry.activityHash;
    this.appHash = entry.appHash;
    this.laneD = entry.laneD;
    this.range = entry.range;
    this.part = part;
    this.#format = format;
  }

  lines(last = this.range): AsyncIterable<Buffer> {
    const range = rangeThrough(this.range, last);
    return bytesOf(this.#format === 'plain' ? plainBlocks(this.part, range) : gzipBlocks(this.part, range));
  }
}

async function scanPlain(path: string, rest: Range): Promise<Attempt[]> {
  return (await scanAttempts(plainBlocks(path, rest))).map(({ range, ...facts }) => ({ ...facts, part: path, range, lines: (last = range) => bytesOf(plainBlocks(path, rangeThrough(range, last))) }));
}

/** Without an index a gzip file has no places to begin at: what stands before the lines that are wanted is inflated again. */
async function scanGzip(path: string, rest: Range, isRest: boolean): Promise<Attempt[]> {
  const from = isRest ? rest : undefined;
  return (await scanAttempts(gzipBlocks(path, from))).map(({ range, ...facts }) => ({ ...facts, part: path, range, lines: (last = range) => within(gzipBlocks(path, from), rangeThrough(range, last)) }));
}

async function* bytesOf(blocks: AsyncIterable<LineBlock>): AsyncGenerator<Buffer> {
  for await (const { bytes } of blocks) yield bytes;
}

async function* within(blocks: AsyncIterable<LineBlock>, { offset, length }: Range): AsyncGenerator<Buffer> {
  for await (const { bytes, offset: at } of blocks) {
    if (at >= offset + length) return;
    if (at + bytes.length > offset) yield bytes.subarray(Math.max(0, offset - at), Math.min(bytes.length, offset + length - at));
  }
}

/** An index is believed if it fits the file: its last entry ends within it, and begins as it must there. */
function indexOf(path: string, format: FileFormat): readonly IndexEntry[] {
  const file = indexName(path);
  if (!existsSync(file)) return [];
  const entries = readEntries(readFileSync(file, 'utf8'));
  const last = entries.at(-1);
  if (!last || endOfEntries(entries) > statSync(path).size) return [];
  const start = firstBytes(path, last.range.offset, 32);
  const expected = format === 'gzip' ? Buffer.from([0x1f, 0x8b]) : Buffer.from('{"type":"');
  return start.subarray(0, expected.length).equals(expected) ? entries : [];
}

function firstBytes(path: string, at: number, count: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, count, at));
  } finally {
    closeSync(descriptor);
  }
}
