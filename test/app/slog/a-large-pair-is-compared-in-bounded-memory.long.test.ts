/** Two large slogs, rotated differently, in every form: the crank is found, in bounded memory (forensics 6.11, 6.12 test 13). The long test has a gigabyte each. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSlogPair } from '../../../scripts/bench/slog-pair.js';
import { formsOf, measureDiff } from '../../../scripts/bench/slog-rows.js';

test('50 MB each: found within 300 MiB', { timeout: 300_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-slog-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const pair = makeSlogPair(folder, 50_000_000);
  let forms = 0;
  for await (const form of formsOf(pair)) {
    const { outcome, crank, rssMiB } = await measureDiff(pair);
    assert.deepEqual([outcome, crank], ['different', pair.crank], form);
    assert.ok(rssMiB < 300, `${form}: ${rssMiB} MiB`);
    forms += 1;
  }
  assert.equal(forms, 4);
});
