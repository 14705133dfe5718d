import { join } from 'node:path';
import { packageRootAbove } from '../../scripts/package-root.js';
import type { Packages } from '../../scripts/tidy/boundaries.js';
import { checkSource } from '../../scripts/tidy/project.js';
import { parseSource } from '../../scripts/tidy/source.js';
import { readTable, type Table } from '../../scripts/tidy/table.js';

/** The project's own table, so that these tests also hold its promises. */
export const table: Table = readTable(join(packageRootAbove(import.meta.dirname), 'config', 'boundaries.json'));

export const packages: Packages = {
  shipped: new Set(['level', 'protobufjs', 'ws', 'commander', '@cosmjs/stargate', '@endo/bundle-source', '@endo/zip']),
  development: new Set(['typescript', '@endo/marshal']),
};

/** Findings of a snippet as `line rule`, in order of line. */
export function judge(path: string, text: string, given: Table = table): string[] {
  return checkSource(parseSource(path, text), given, packages)
    .map(({ line, rule }) => ({ line, rule }))
    .sort((a, b) => a.line - b.line || (a.rule < b.rule ? -1 : 1))
    .map(({ line, rule }) => `${line} ${rule}`);
}
