import type { Command } from 'commander';
import { allBlocks, textsOf } from '../../slog/read/all-lines.js';
import { LineSieve, type LineFilter } from '../../slog/read/filter.js';
import { readParts, type Source } from '../../slog/read/source.js';
import type { Io } from '../io.js';
import { readFilter, withFilterFlags, type FilterFlags } from './flags.js';
import { withSource } from './with-source.js';

export function addCat(slog: Command, io: Io): void {
  const command = withFilterFlags(slog.command('cat <source>'))
    .description('its lines, or some of them')
    .addHelpText('after', '\nExample:\n  windlass slog cat ~/.windlass/slog --height 120 --vat v3');
  command.action(async (name: string) => {
    const filter = readFilter(command.opts<FilterFlags>(), Date.now());
    await withSource(name, io, async source => {
      const sieve = new LineSieve(filter);
      for await (const text of textsOf(blocksFor(source, filter))) {
        const shown = sieve.take(text);
        if (shown !== undefined) io.out(`${shown}\n`);
      }
    });
  });
}

/** With heights or cranks only the attempts that have them are read: an index makes that quick. */
async function* blocksFor(source: Source, { heights, cranks }: LineFilter): AsyncGenerator<Buffer> {
  if (!heights && !cranks) {
    yield* allBlocks(source);
    return;
  }
  for (const part of await readParts(source)) {
    for (const attempt of part.attempts) {
      const isHeight = !heights || (attempt.height >= heights.first && attempt.height <= heights.last);
      const isCrank = !cranks || (attempt.cranks !== undefined && attempt.cranks.first <= cranks.last && attempt.cranks.last >= cranks.first);
      if (isHeight && isCrank) yield* attempt.lines();
    }
  }
}
