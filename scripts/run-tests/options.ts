import { availableParallelism } from 'node:os';

export type Options = {
  readonly long: boolean;
  readonly filters: readonly string[];
  /** Files at once. */
  readonly concurrency: number;
  /** Milliseconds for one file. */
  readonly fileTimeout: number;
  /** Milliseconds for the whole run. */
  readonly totalTimeout: number;
  /** Another project's folder and compiler output; for testing the runner itself. */
  readonly root: string | undefined;
  readonly output: string | undefined;
};

const minute = 60_000;

/** Tests of nodes mostly wait for blocks, so the suite has two more than there are cores; the long ones compute. */
const defaultConcurrency = (long: boolean): number => availableParallelism() + (long ? 0 : 2);

/** The suite's bound is a promise of docs/development.md; the long tests' one only ends what hangs. */
const defaults = {
  suite: { fileTimeout: 5 * minute, totalTimeout: 15 * minute },
  long: { fileTimeout: 60 * minute, totalTimeout: 240 * minute },
};

export const usage = `usage: run-tests [--long] [--concurrency N] [--file-timeout SECONDS] [--total-timeout SECONDS] [text…]
runs the test files whose path contains any of the texts, or all of them\n`;

/** Throws an Error that a user can read when a flag is unknown or its value is no positive number. */
export function readOptions(argv: readonly string[]): Options {
  const words = [...argv];
  const filters: string[] = [];
  const values = new Map<string, string>();
  let long = false;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--long') long = true;
    else if (valueFlags.has(word)) values.set(word, need(word, words.shift()));
    else if (word.startsWith('-')) throw new Error(`unknown flag ${word}`);
    else filters.push(word.replace(/^\.\//, ''));
  }
  const bounds = long ? defaults.long : defaults.suite;
  return {
    long,
    filters,
    concurrency: positive(values, '--concurrency') ?? defaultConcurrency(long),
    fileTimeout: seconds(values, '--file-timeout') ?? bounds.fileTimeout,
    totalTimeout: seconds(values, '--total-timeout') ?? bounds.totalTimeout,
    root: values.get('--root'),
    output: values.get('--output'),
  };
}

const valueFlags: ReadonlySet<string> = new Set(['--concurrency', '--file-timeout', '--total-timeout', '--root', '--output']);

function need(flag: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`${flag} needs a value`);
  return value;
}

function positive(values: ReadonlyMap<string, string>, flag: string): number | undefined {
  const text = values.get(flag);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${flag} takes a whole number from 1, not ${text}`);
  return Number(text);
}

function seconds(values: ReadonlyMap<string, string>, flag: string): number | undefined {
  const given = positive(values, flag);
  return given === undefined ? undefined : given * 1000;
}
