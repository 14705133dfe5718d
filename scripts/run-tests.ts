/**
 * Runs the suite with Node's own test runner, from compiled output and by an explicit list of files: `node --test` takes
 * folders on Node 20 and globs on 22, not both. Each file is a process of its own. Exits 0 only when every test passed,
 * and ends with why tests were skipped, the slowest files, and the runner's totals as the last lines.
 */
import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';
import { packageRootAbove } from './package-root.js';
import { readOptions, usage, type Options } from './run-tests/options.js';
import { selectTests, type TestFile } from './run-tests/select.js';
import { makeSummary } from './run-tests/summary.js';

async function main(argv: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(argv);
  } catch (error) {
    process.stderr.write(`run-tests: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const output = resolve(options.output ?? dirname(import.meta.dirname));
  const root = resolve(options.root ?? packageRootAbove(import.meta.dirname));
  const files = selectTests({ root, output, long: options.long, filters: options.filters });
  const problem = whyNotRunnable(files, options);
  if (problem !== undefined) {
    process.stderr.write(`run-tests: ${problem}\n`);
    return 1;
  }
  process.stdout.write(`running ${files.length} test files, ${options.concurrency} at a time\n`);
  return await runFiles(files, output, options);
}

/** A run that would test nothing, or not what the sources say, must not look like a success. */
function whyNotRunnable(files: readonly TestFile[], { filters, long }: Options): string | undefined {
  const kind = long ? 'long test' : 'test';
  if (files.length === 0) return filters.length === 0 ? `there is no ${kind} file` : `no ${kind} file has ${filters.join(' or ')} in its path`;
  const absent = files.find(({ compiled }) => !existsSync(compiled));
  return absent && `${absent.source} is not compiled: run \`npm run build\``;
}

async function runFiles(files: readonly TestFile[], output: string, { concurrency, fileTimeout, totalTimeout }: Options): Promise<number> {
  const summary = makeSummary(compiled => relative(output, compiled).replace(/\.js$/, '.ts'));
  const bound = new AbortController();
  const timer = setTimeout(() => { bound.abort(); }, totalTimeout);
  const printer = new spec();
  printer.pipe(process.stdout, { end: false });
  const events = run({ files: files.map(({ compiled }) => compiled), concurrency, timeout: fileTimeout, signal: bound.signal });
  for await (const event of events as AsyncIterable<TestEvent>) {
    summary.see(event);
    // The totals come last, after the failures that the printer lists at its own end.
    if (event.type !== 'test:diagnostic' || event.data.nesting > 0) printer.write(event);
  }
  clearTimeout(timer);
  const printed = new Promise<void>(done => { printer.once('end', done); });
  printer.end();
  await printed;
  if (bound.signal.aborted) process.stdout.write(`\nrun-tests: the suite did not end within ${totalTimeout / 1000} s and was stopped\n`);
  process.stdout.write(`\n${summary.report()}${summary.totals()}`);
  return summary.failed() || bound.signal.aborted ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
