import { existsSync, readFileSync } from 'node:fs';
import { indexName } from '../file-names.js';
import { readEntries, type IndexEntry } from '../index-file.js';

/** The last entry of a file's index; undefined when it has none. */
export function lastEntryOf(path: string): IndexEntry | undefined {
  return existsSync(indexName(path)) ? readEntries(readFileSync(indexName(path), 'utf8')).at(-1) : undefined;
}
