import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addCat } from './cat.js';
import { addDiff } from './diff.js';
import { addLs } from './ls.js';
import { addTail } from './tail.js';

export function addSlog(program: Command, io: Io): void {
  const slog = program.command('slog')
    .description('reads and compares what nodes recorded; no node need run')
    .addHelpText('after', '\nExample:\n  windlass slog diff ~/.windlass/slog /tmp/slog-of-the-other-node');
  addLs(slog, io);
  addCat(slog, io);
  addTail(slog, io);
  addDiff(slog, io);
}
