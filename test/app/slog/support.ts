/** What tests of slogs share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TestContext } from 'node:test';
import { diff, type DiffReport } from '../../../app/slog/diff/report.js';
import { ladderOf } from '../../../app/slog/read/ladder.js';
import { openSource, readParts } from '../../../app/slog/read/source.js';
import { syntheticStreams, type SyntheticBlock } from '../../support/recorder-folder.js';

export function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-slog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function compare(nameA: string, nameB: string, { withIndex = true, everyLine = false } = {}): Promise<DiffReport> {
  const [a, b] = [await openSource(nameA, new PassThrough().end()), await openSource(nameB, new PassThrough().end())];
  return diff({ name: 'A', ladder: ladderOf(await readParts(a, withIndex)) }, { name: 'B', ladder: ladderOf(await readParts(b, withIndex)) }, everyLine);
}

/** Where a difference was found: height, stream, crank, and of what kind. */
export function placeOf({ outcome, at, inCrank }: DiffReport): readonly unknown[] {
  return [outcome, at?.height, at?.stream, inCrank?.crank, inCrank?.difference?.verdict ?? (inCrank?.only && `only ${inCrank.only.side}`)];
}

/** A part of a chain, begun at a later height; `each` changes its blocks. */
export function* chainFrom(first: bigint, count: number, cranks: number, each: (block: SyntheticBlock) => SyntheticBlock = block => block): Generator<SyntheticBlock> {
  let before = '00'.repeat(32);
  for (let height = 1n; height < first + BigInt(count); height += 1n) {
    const block = each({ height, firstCrank: 1 + Number(height - 1n) * cranks, cranks, before });
    if (height >= first) yield block;
    before = syntheticStreams(block).after;
  }
}
