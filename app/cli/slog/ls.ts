import type { Command } from 'commander';
import { crankSpan, heightSpan, ladderOf } from '../../slog/read/ladder.js';
import { readParts } from '../../slog/read/source.js';
import type { Part } from '../../slog/read/attempt.js';
import type { Io } from '../io.js';
import { printResult } from '../output.js';
import { settingsOf } from '../settings.js';
import { withSource } from './with-source.js';

export function addLs(slog: Command, io: Io): void {
  const command = slog.command('ls <source>')
    .description('what a ring, a bundle, a file or a folder of files holds')
    .addHelpText('after', '\nExample:\n  windlass slog ls ~/.windlass/slog');
  command.action(async (name: string) => {
    const { output } = settingsOf(command, io);
    await withSource(name, io, async source => {
      const parts = await readParts(source);
      printResult(io, output, { kind: source.kind, parts: parts.map(summary) });
    });
  });
}

function summary(part: Part): Record<string, unknown> {
  const ladder = ladderOf([part]);
  const [heights, cranks] = [heightSpan(ladder), crankSpan(ladder)];
  return {
    name: part.name,
    heights: heights ? `${heights.first}-${heights.last}` : null,
    cranks: cranks ? `${cranks.first}-${cranks.last}` : null,
    attempts: part.attempts.length,
    cut_off: part.attempts.filter(({ isComplete }) => !isComplete).length,
  };
}
