import { readFileSync } from 'node:fs';

/** config/boundaries.json. Paths are relative to the package with `/`; a path that ends in neither `/` nor an extension is a prefix. */
export type Table = {
  /** Top folders with sources. */
  readonly folders: readonly string[];
  readonly foldersWithReadme: readonly string[];
  /** The only files of chain/ and kernel/ that code outside of them may import (tests may import any). */
  readonly doors: readonly string[];
  /** The zone with the longest matching `below` governs a file. */
  readonly zones: readonly Zone[];
  readonly wordBans: readonly WordBan[];
  /** Regular expressions that no source or document may match. */
  readonly denyText: readonly { readonly pattern: string; readonly instead: string }[];
  /** Where hashed results are made: what must see no clock, randomness, locale, environment or floating point. */
  readonly consensus: { readonly below: readonly string[]; readonly except: readonly Reasoned[] };
  readonly linesMax: number;
  /** Files that may be longer, each with its reason. */
  readonly longFiles: Readonly<Record<string, string>>;
  /** Folders of test/ whose files are helpers or data rather than claims. */
  readonly testFoldersWithoutClaims: readonly string[];
};

export type Zone = {
  readonly below: string;
  readonly mayImport: readonly string[];
  readonly mayNotImport?: readonly string[];
  /** Node's own modules, without `node:`. */
  readonly builtins: readonly string[] | 'any';
  readonly packages: readonly string[] | 'any';
  readonly because: string;
};
export type WordBan = { readonly below: string; readonly where: 'names' | 'anywhere'; readonly words: readonly string[]; readonly instead: string };
export type Reasoned = { readonly below: string; readonly because: string };

/** Reads the table. Throws when it is not JSON or a list is missing. */
export function readTable(path: string): Table {
  const table = JSON.parse(readFileSync(path, 'utf8')) as Partial<Table>;
  for (const list of ['folders', 'foldersWithReadme', 'doors', 'zones', 'wordBans', 'denyText', 'testFoldersWithoutClaims'] as const) {
    if (!Array.isArray(table[list])) throw new Error(`${path}: "${list}" must be a list`);
  }
  if (!table.consensus || !table.longFiles || !table.linesMax) throw new Error(`${path}: "consensus", "longFiles" and "linesMax" are needed`);
  return table as Table;
}

/** The zone that governs a file, or undefined when no zone does. */
export function zoneOf(table: Table, file: string): Zone | undefined {
  return table.zones
    .filter(zone => file.startsWith(zone.below))
    .reduce<Zone | undefined>((best, zone) => (best && best.below.length >= zone.below.length ? best : zone), undefined);
}

export function isConsensus(table: Table, file: string): boolean {
  return table.consensus.below.some(below => file.startsWith(below)) && !table.consensus.except.some(({ below }) => file.startsWith(below));
}
