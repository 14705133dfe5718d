/**
 * A ledger as rows of text in a larger store: `c.` collections, `u.` their counters, `r.` rows, `h.` high-water marks, `k.`
 * and `l.` the indexes of children and of rows by leaf, and `meta.`, each below the prefix. What was read is kept with its
 * text, so that a row is parsed once.
 */
import type { Index, LedgerTables, Table } from './tables.js';
import type { Collection, CollectionStatus, Limit, Row } from './types.js';

/** Part of a larger store. Keys are text, in any order that `below` keeps. */
export type LedgerRows = {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
  delete(key: string): void;
  below(prefix: string): Iterable<readonly [key: string, value: string]>;
};

type Encoding<T> = { encode(value: T): string; decode(text: string): T };

/** The ledger's part of `rows`. */
export function textTables(rows: LedgerRows, prefix: string): LedgerTables {
  return {
    collections: new TextTable(rows, `${prefix}c.`, collections),
    used: new TextTable(rows, `${prefix}u.`, numbers),
    rows: new TextTable(rows, `${prefix}r.`, charges),
    high: new TextTable(rows, `${prefix}h.`, count),
    children: new TextIndex(rows, `${prefix}k.`),
    rowsOf: new TextIndex(rows, `${prefix}l.`),
    counts: new TextTable(rows, `${prefix}meta.`, count),
  };
}

/** Records kept in memory beside their text. */
const keptMax = 50_000;

class TextTable<T> implements Table<T> {
  readonly #rows: LedgerRows;
  readonly #prefix: string;
  readonly #encoding: Encoding<T>;
  readonly #kept = new Map<string, { readonly text: string; readonly value: T }>();

  constructor(rows: LedgerRows, prefix: string, encoding: Encoding<T>) {
    this.#rows = rows;
    this.#prefix = prefix;
    this.#encoding = encoding;
  }

  get(key: string): T | undefined {
    const text = this.#rows.get(this.#prefix + key);
    return text === undefined ? undefined : this.#parse(key, text);
  }

  set(key: string, value: T): void {
    const text = this.#encoding.encode(value);
    this.#keep(key, text, value);
    this.#rows.set(this.#prefix + key, text);
  }

  delete(key: string): void {
    this.#kept.delete(key);
    this.#rows.delete(this.#prefix + key);
  }

  *all(): Iterable<readonly [string, T]> {
    for (const [whole, text] of this.#rows.below(this.#prefix)) {
      const key = whole.slice(this.#prefix.length);
      yield [key, this.#parse(key, text)];
    }
  }

  /** What is kept counts only for the very same text: rows may be undone behind it. */
  #parse(key: string, text: string): T {
    const known = this.#kept.get(key);
    if (known?.text === text) return known.value;
    const value = this.#encoding.decode(text);
    this.#keep(key, text, value);
    return value;
  }

  #keep(key: string, text: string, value: T): void {
    if (this.#kept.size >= keptMax) this.#kept.clear();
    this.#kept.set(key, { text, value });
  }
}

/** `<owner>/<name>`, without a value. */
class TextIndex implements Index {
  readonly #rows: LedgerRows;
  readonly #prefix: string;

  constructor(rows: LedgerRows, prefix: string) {
    this.#rows = rows;
    this.#prefix = prefix;
  }

  #key(owner: string, name: string): string {
    return `${this.#prefix}${owner}/${name}`;
  }

  has(owner: string, name: string): boolean {
    return this.#rows.get(this.#key(owner, name)) !== undefined;
  }

  add(owner: string, name: string): void {
    this.#rows.set(this.#key(owner, name), '');
  }

  delete(owner: string, name: string): void {
    this.#rows.delete(this.#key(owner, name));
  }

  *of(owner: string): Iterable<string> {
    const below = this.#key(owner, '');
    for (const [key] of this.#rows.below(below)) yield key.slice(below.length);
  }
}

const count: Encoding<number> = { encode: String, decode: Number };

function textOfNumbers(values: readonly bigint[]): string {
  let text = '';
  for (const [index, value] of values.entries()) text += index === 0 ? String(value) : ` ${value}`;
  return text;
}
const numbers: Encoding<readonly bigint[]> = { encode: textOfNumbers, decode: text => text.split(' ').map(BigInt) };

/** `<leaf> <version> <amounts, comma between> <asked, or = for the same> <cause>` */
const charges: Encoding<Row> = {
  encode: ({ leaf, amounts, asked, version, cause }) => {
    const held = amounts.join(',');
    return `${leaf} ${version} ${held} ${asked === amounts ? '=' : asked.join(',')} ${cause}`;
  },
  decode: text => {
    const [leaf = '', version = '', held = '', asked = '', ...cause] = text.split(' ');
    const amounts = held.split(',').map(BigInt);
    return { leaf, version: Number(version), amounts, asked: asked === '=' ? amounts : asked.split(',').map(BigInt), cause: cause.join(' ') };
  },
};

type StoredCollection = { kind: string; parent: string; epoch: number; status: CollectionStatus; limits: string[]; limitGen: number; notes: string[]; faulty?: true };

const collections: Encoding<Collection> = {
  encode: ({ kind, parent, epoch, status, limits, limitGen, notes, isFaulty }) => {
    const stored: StoredCollection = { kind, parent, epoch, status, limits: limits.map(textOfLimit), limitGen, notes: [...notes], ...(isFaulty ? { faulty: true as const } : {}) };
    return JSON.stringify(stored);
  },
  decode: text => {
    const { faulty, limits, ...rest } = JSON.parse(text) as StoredCollection;
    return { ...rest, limits: limits.map(limitOf), isFaulty: faulty === true };
  },
};

function limitOf(text: string): Limit {
  if (text === 'none' || text === 'default') return text;
  return text.startsWith('+') ? { aboveDefault: BigInt(text.slice(1)) } : BigInt(text);
}
const textOfLimit = (limit: Limit): string => (typeof limit === 'object' ? `+${limit.aboveDefault}` : String(limit));
