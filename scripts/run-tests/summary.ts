/** What a run of the suite leaves to say at its end, gathered from the test runner's events. */
import type { TestEvent } from 'node:test/reporters';
import { relative } from 'node:path';

export type FileTime = { readonly file: string; readonly milliseconds: number };

export type Summary = {
  /** Notes one event of the runner. */
  see(event: TestEvent): void;
  /** Whether a test or a file failed, or the runner could not finish. */
  failed(): boolean;
  /** Why tests were skipped and how many for each reason, then the slowest files. Empty lines apart, each line is a fact. */
  report(): string;
  /** The runner's own totals, in its own form: `ℹ tests 12`. */
  totals(): string;
};

const slowestShown = 10;

/** `name` turns a compiled file's path into what a reader knows it by. */
export function makeSummary(name: (compiled: string) => string): Summary {
  const skips = new Map<string, string[]>();
  const times: FileTime[] = [];
  const totals: string[] = [];
  let failed = false;
  return {
    see(event) {
      switch (event.type) {
        case 'test:fail':
          if (event.data.todo === undefined || event.data.todo === false) failed = true;
          return;
        case 'test:pass':
          if (event.data.skip !== undefined && event.data.skip !== false) noteSkip(skips, reasonOf(event.data.skip), `${name(event.data.file ?? '')}: ${event.data.name}`);
          return;
        case 'test:complete':
          if (event.data.nesting === 0 && event.data.file !== undefined && isFileItself(event.data.name, event.data.file)) {
            times.push({ file: name(event.data.file), milliseconds: event.data.details.duration_ms });
          }
          return;
        case 'test:diagnostic':
          if (event.data.nesting === 0) totals.push(`ℹ ${event.data.message}`);
          return;
        default:
          return;
      }
    },
    failed: () => failed,
    report: () => [...skipLines(skips), ...slowLines(times)].map(line => `${line}\n`).join(''),
    totals: () => totals.map(line => `${line}\n`).join(''),
  };
}

const reasonOf = (skip: string | boolean): string => (typeof skip === 'string' && skip !== '' ? skip : 'no reason given');

/** The runner reports each file as a test of that name around the file's own tests. */
const isFileItself = (name: string, file: string): boolean => name === file || name === relative(process.cwd(), file);

function noteSkip(skips: Map<string, string[]>, reason: string, test: string): void {
  const tests = skips.get(reason);
  if (tests) tests.push(test);
  else skips.set(reason, [test]);
}

function skipLines(skips: ReadonlyMap<string, readonly string[]>): readonly string[] {
  if (skips.size === 0) return ['no test was skipped', ''];
  const lines = [...skips].flatMap(([reason, tests]) => [`skipped ${tests.length}, because: ${reason}`, ...tests.map(test => `    ${test}`)]);
  return [...lines, ''];
}

function slowLines(times: readonly FileTime[]): readonly string[] {
  const slowest = [...times].sort((a, b) => b.milliseconds - a.milliseconds).slice(0, slowestShown);
  if (slowest.length === 0) return [];
  return ['slowest files:', ...slowest.map(({ file, milliseconds }) => `    ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${file}`), ''];
}
