/** A finished slog file, rewritten as gzip: a member for each attempt, so that one can be read without those before it. */
import { createReadStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm, stat, utimes, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGzip } from 'node:zlib';
import { compressedName, indexName } from '../file-names.js';
import { endOfEntries, readEntries, writeEntry, type IndexEntry } from '../index-file.js';
import type { Range } from '../read/blocks.js';

const gzipLevel = 6;

/** Being written; whoever finds one after a crash removes it. */
export const unfinishedEnding = '.tmp';

/**
 * Both files are on the disk under their names before the plain ones go: at every moment one of the two is whole. Rejects with the plain
 * file untouched.
 */
export async function compressSlog(path: string): Promise<void> {
  const [target, entries] = [compressedName(path), entriesOf(path)];
  const unfinished = `${target}${unfinishedEnding}`;
  const { size, mtime } = await stat(path);
  const compressed = await writeMembers(path, entries, size, unfinished);
  await writeSynced(`${indexName(target)}${unfinishedEnding}`, compressed.map(writeEntry).join(''));
  await utimes(unfinished, mtime, mtime);
  await rename(`${indexName(target)}${unfinishedEnding}`, indexName(target));
  await rename(unfinished, target);
  await syncFolder(dirname(path));
  await rm(path, { force: true });
  await rm(indexName(path), { force: true });
}

/** Removes what a crash left of an earlier try. */
export function removeUnfinished(path: string): void {
  const target = compressedName(path);
  for (const file of [`${target}${unfinishedEnding}`, `${indexName(target)}${unfinishedEnding}`, ...(existsSync(target) ? [] : [indexName(target)])]) rmSync(file, { force: true });
}

function entriesOf(path: string): IndexEntry[] {
  return existsSync(indexName(path)) ? readEntries(readFileSync(indexName(path), 'utf8')) : [];
}

/** Answers the entries with their places in the new file. What no entry covers comes with the member behind it, the rest as the last one. */
async function writeMembers(from: string, entries: readonly IndexEntry[], size: number, path: string): Promise<IndexEntry[]> {
  const into = await open(path, 'w', 0o600);
  try {
    const compressed: IndexEntry[] = [];
    let [read, written] = [0, 0];
    for (const entry of entries) {
      const end = entry.range.offset + entry.range.length;
      const length = await writeMember(from, { offset: read, length: end - read }, into);
      compressed.push({ ...entry, range: { offset: written, length } });
      [read, written] = [end, written + length];
    }
    const rest = { offset: endOfEntries(entries), length: size - endOfEntries(entries) };
    if (rest.length > 0) await writeMember(from, rest, into);
    await into.sync();
    return compressed;
  } finally {
    await into.close();
  }
}

async function writeMember(from: string, { offset, length }: Range, into: FileHandle): Promise<number> {
  let written = 0;
  const gzip = createGzip({ level: gzipLevel });
  const source = createReadStream(from, { start: offset, end: offset + length - 1 });
  source.once('error', error => gzip.destroy(error));
  for await (const chunk of source.pipe(gzip) as AsyncIterable<Buffer>) {
    await into.appendFile(chunk);
    written += chunk.length;
  }
  return written;
}

async function writeSynced(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
