/** `slog diff` on two large slogs, in a process of its own each time. */
import { execFile } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compressSlog } from '../../app/slog/senders/compress.js';
import { compressedName, indexName } from '../../app/slog/file-names.js';
import { rowOf, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { indexesOf, makeSlogPair, type SlogPair } from './slog-pair.js';

const group = 'slog';
const child = fileURLToPath(new URL('./slog-diff-child.js', import.meta.url));

export type MeasuredDiff = { readonly outcome: string; readonly crank: number; readonly seconds: number; readonly cpuSeconds: number; readonly rssMiB: number };

/** Rejects when the process fails. */
export async function measureDiff({ a, b }: Pick<SlogPair, 'a' | 'b'>): Promise<MeasuredDiff> {
  const { stdout } = await promisify(execFile)(process.execPath, [child, a, b]);
  return JSON.parse(stdout) as MeasuredDiff;
}

export type SlogForm = 'plain, with indexes' | 'plain, without indexes' | 'compressed, with indexes' | 'compressed, without indexes';

/** Gives the pair one form after another; each is there until the next one is asked for. */
export async function* formsOf(pair: SlogPair): AsyncGenerator<SlogForm> {
  yield 'plain, with indexes';
  const aside = (index: string): string => `${index}.aside`;
  for (const index of indexesOf(pair)) renameSync(index, aside(index));
  yield 'plain, without indexes';
  for (const index of indexesOf(pair)) renameSync(aside(index), index);
  for (const file of pair.files) await compressSlog(file);
  yield 'compressed, with indexes';
  for (const file of pair.files) rmSync(indexName(compressedName(file)));
  yield 'compressed, without indexes';
}

export async function* slogRows({ slogBytes, slogDiffs }: BenchSize): AsyncIterable<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-slog-'));
  try {
    const pair = makeSlogPair(folder, slogBytes);
    const megabytes: number[] = [];
    for await (const form of formsOf(pair)) {
      const seconds: number[] = [];
      for (let sample = 0; sample < slogDiffs; sample += 1) {
        const found = await measureDiff(pair);
        if (found.crank !== pair.crank) throw new Error(`slog diff found crank ${found.crank}, the difference is in ${pair.crank}`);
        seconds.push(found.seconds);
        megabytes.push(found.rssMiB);
      }
      yield rowOf(group, `slog diff, ${form}`, 's', seconds);
    }
    yield rowOf(group, 'slog diff, memory', 'MiB', megabytes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
