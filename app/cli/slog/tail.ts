import type { Command } from 'commander';
import { allBlocks, textsOf } from '../../slog/read/all-lines.js';
import { LineSieve } from '../../slog/read/filter.js';
import { follow } from '../../slog/read/follow.js';
import type { Source } from '../../slog/read/source.js';
import { splitLines } from '../../recorder/index.js';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { waitForSignal } from '../signals.js';
import { readFilter, withFilterFlags, type FilterFlags } from './flags.js';
import { withSource } from './with-source.js';

const lookEveryMs = 200;

export function addTail(slog: Command, io: Io): void {
  const command = withFilterFlags(slog.command('tail <source>'))
    .description('its last lines, and with --follow what comes after them')
    .option('-n, --lines <count>', 'how many', '20')
    .option('-f, --follow', 'go on until interrupted')
    .addHelpText('after', '\nExample:\n  windlass slog tail --follow ~/.windlass/recorder --vat v3');
  command.action(async (name: string) => {
    const flags = command.opts<FilterFlags & { lines: string; follow?: true }>();
    if (!/^\d{1,9}$/.test(flags.lines)) throw new UsageFailure(`--lines ${flags.lines} is no number`);
    const sieve = new LineSieve(readFilter(flags, Date.now()));
    await withSource(name, io, async source => {
      const more = flags.follow ? follow(source) : undefined;
      for (const text of await lastLines(source, sieve, Number(flags.lines))) io.out(`${text}\n`);
      if (more) await showMore(io, sieve, more);
    });
  });
}

async function lastLines(source: Source, sieve: LineSieve, count: number): Promise<string[]> {
  const last: string[] = [];
  for await (const text of textsOf(allBlocks(source, source.files.slice(-1)))) {
    const shown = sieve.take(text);
    if (shown === undefined) continue;
    last.push(shown);
    if (last.length > count) last.shift();
  }
  return last;
}

async function showMore(io: Io, sieve: LineSieve, more: () => string): Promise<void> {
  const { signal } = waitForSignal();
  while (!signal.aborted) {
    const text = more();
    for (const line of splitLines(text)) {
      const shown = sieve.take(line);
      if (shown !== undefined) io.out(`${shown}\n`);
    }
    if (text === '') await io.sleep(lookEveryMs);
  }
}
