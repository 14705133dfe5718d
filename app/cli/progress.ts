/** A bar on a terminal's stderr; on anything else nothing, so that logs stay readable. */
import type { Io } from './io.js';

const width = 24;

/** Shows `done` of `total`; the last call, with done = total, ends the line. */
export function showProgress(io: Io, label: string, done: number, total: number): void {
  if (!io.stderrIsTerminal) return;
  const filled = total === 0 ? width : Math.floor((done * width) / total);
  io.err(`\r${label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${total}${done === total ? '\n' : ''}`);
}
