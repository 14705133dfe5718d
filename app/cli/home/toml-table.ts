/** A TOML file described as a table of keys: rendered with comments, read with checks that name file, key and remedy. */
import { existsSync, readFileSync } from 'node:fs';
import { parse, TomlError, type TomlTable, type TomlValue } from 'smol-toml';
import { CliFailure } from '../failure.js';

/** One key. `read` answers undefined when the value does not fit; `expected` says in words what would. */
export type TomlKey<T> = {
  /** '' for the top of the file. */
  readonly section: string;
  readonly name: string;
  readonly comment: string;
  readonly fallback: T;
  readonly expected: string;
  readonly read: (value: TomlValue) => T | undefined;
};

export type TomlKeys<Config> = { readonly [Field in keyof Config]: TomlKey<Config[Field]> };

/** `unknown` are keys that nobody reads, such as "api.swagger"; they have no effect. */
export type TomlReading<Config> = { readonly config: Config; readonly unknown: readonly string[] };

/** Reads a file; an absent file or key means its default. Throws CliFailure naming the file, the key and what is expected. */
export function readToml<Config extends object>(path: string, keys: TomlKeys<Config>): TomlReading<Config> {
  return parseToml(path, existsSync(path) ? readFileSync(path, 'utf8') : '', keys);
}

export function parseToml<Config extends object>(path: string, text: string, keys: TomlKeys<Config>): TomlReading<Config> {
  const table = tableOf(path, text);
  const config: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [field, key] of entriesOf(keys)) {
    known.add(keyPath(key));
    config[field] = valueOf(path, table, key);
  }
  return { config: config as Config, unknown: leafPaths(table).filter(leaf => !known.has(leaf)) };
}

/** The file with these values, each key under its comment. */
export function renderToml<Config extends object>(heading: string, keys: TomlKeys<Config>, config: Config): string {
  const lines = [`# ${heading}`];
  let section = '';
  for (const [field, key] of entriesOf(keys)) {
    if (key.section !== section) {
      section = key.section;
      lines.push('', `[${section}]`);
    }
    lines.push('', ...key.comment.split('\n').map(line => `# ${line}`), `${key.name} = ${literal((config as Record<string, unknown>)[field])}`);
  }
  return `${lines.join('\n')}\n`;
}

function entriesOf<Config>(keys: TomlKeys<Config>): [string, TomlKey<unknown>][] {
  return Object.entries<TomlKey<unknown>>(keys as Record<string, TomlKey<unknown>>);
}

const keyPath = (key: TomlKey<unknown>): string => (key.section === '' ? key.name : `${key.section}.${key.name}`);

function tableOf(path: string, text: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new CliFailure(`${path}, line ${error.line}: this is not TOML: ${error.message.split('\n')[0]}`, {
      hint: 'Correct that line, or move the file away to use the defaults.', cause: error,
    });
  }
}

function valueOf(path: string, table: TomlTable, key: TomlKey<unknown>): unknown {
  const holder = key.section === '' ? table : table[key.section];
  if (holder === undefined) return key.fallback;
  if (!isTable(holder)) throw new CliFailure(`${path}: ${key.section} is a value, expected a section [${key.section}]`);
  const found = holder[key.name];
  if (found === undefined) return key.fallback;
  const value = key.read(found);
  if (value === undefined) {
    throw new CliFailure(`${path}: ${keyPath(key)} is ${literal(found)}, expected ${key.expected}`, { hint: `The default is ${literal(key.fallback)}.` });
  }
  return value;
}

function leafPaths(table: TomlTable, above = ''): string[] {
  return Object.entries(table).flatMap(([name, value]) => (isTable(value) ? leafPaths(value, `${above}${name}.`) : [`${above}${name}`]));
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

type Place = { readonly section?: string; readonly name: string; readonly comment: string };

/** Any text that `fits`. */
export function textKey(place: Place, fallback: string, expected: string, fits: (text: string) => boolean): TomlKey<string> {
  return { section: '', ...place, fallback, expected, read: value => (typeof value === 'string' && fits(value) ? value : undefined) };
}

export function choiceKey<Choice extends string>(place: Place, fallback: NoInfer<Choice>, choices: readonly Choice[]): TomlKey<Choice> {
  const expected = `one of ${choices.map(choice => `"${choice}"`).join(', ')}`;
  return { section: '', ...place, fallback, expected, read: value => choices.find(choice => choice === value) };
}

export function booleanKey(place: Place, fallback: boolean): TomlKey<boolean> {
  return { section: '', ...place, fallback, expected: 'true or false', read: value => (typeof value === 'boolean' ? value : undefined) };
}

/** A whole number; text of digits is accepted too, because the SDK writes some of them in quotes. */
export function countKey(place: Place, fallback: number, min = 0): TomlKey<number> {
  const read = (value: TomlValue): number | undefined => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= min ? number : undefined;
  };
  return { section: '', ...place, fallback, expected: `a whole number of at least ${min}`, read };
}

export function textListKey(place: Place, fallback: readonly string[], expected = 'a list of texts', fits: (text: string) => boolean = () => true): TomlKey<readonly string[]> {
  const read = (value: TomlValue): readonly string[] | undefined =>
    Array.isArray(value) && value.every(item => typeof item === 'string' && fits(item)) ? (value as string[]) : undefined;
  return { section: '', ...place, fallback, expected, read };
}
