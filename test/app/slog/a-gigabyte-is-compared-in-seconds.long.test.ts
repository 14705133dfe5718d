/** The targets of `slog diff` on a gigabyte each, by processor time, which other work on the machine changes least (forensics 6.11, 6.12 test 13). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSlogPair } from '../../../scripts/bench/slog-pair.js';
import { formsOf, measureDiff, type SlogForm } from '../../../scripts/bench/slog-rows.js';

/** Seconds on an idle machine. */
const targets: Readonly<Record<SlogForm, number>> = { 'plain, with indexes': 0.2, 'plain, without indexes': 3, 'compressed, with indexes': 0.2, 'compressed, without indexes': 12 };
/** Of a machine that is slow or busy. */
const allowance = 3;

test('a gigabyte each: within seconds and 300 MiB', { timeout: 1_800_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-slog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const pair = makeSlogPair(folder, 1_000_000_000);
  for await (const form of formsOf(pair)) {
    const { outcome, crank, cpuSeconds, seconds, rssMiB } = await measureDiff(pair);
    t.diagnostic(`${form}: ${seconds.toFixed(2)} s, of the processor ${cpuSeconds.toFixed(2)} s, ${Math.round(rssMiB)} MiB`);
    assert.deepEqual([outcome, crank], ['different', pair.crank], form);
    assert.ok(rssMiB < 300, `${form}: ${rssMiB} MiB`);
    assert.ok(cpuSeconds < allowance * targets[form], `${form}: ${cpuSeconds} s`);
  }
});
