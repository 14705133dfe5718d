import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { linesOf, readFrames } from '../../../app/recorder/index.js';
import { Recorder } from '../../../app/recorder/recorder.js';
import { playHeight } from '../../support/recorder-drive.js';

/** Records a height of so many cranks of 60 KB; answers with how many of each kind of line are there, and how many are said to be missing. */
async function record(cranks: number): Promise<{ finished: number; delivered: number; missing: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-large-'));
  try {
    const recorder = new Recorder({ folder, release: '1', onTrouble: error => { throw error; } });
    recorder.open({ height: 0n, confirmed: 0n });
    playHeight(recorder, { height: 1n, firstCrank: 1, cranks, sizeOf: () => 60_000 });
    assert.equal(recorder.status.errors, 0);
    recorder.close('test');
    const found = { finished: 0, delivered: 0, missing: 0 };
    for (const frame of readFrames(folder)) {
      for (const read of linesOf(frame)) {
        if (read.type === 'crank-finish') found.finished += 1;
        if (read.type === 'deliver') found.delivered += 1;
        if (read.type === 'gap' && 'entries' in read.line) found.missing += read.line.entries;
      }
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a height of 300 MB that is not confirmed is there whole', { timeout: 600_000 }, async () => {
  assert.deepEqual(await record(5_000), { finished: 5_000, delivered: 5_000, missing: 0 });
});

test('of one of 3 GB the whole ladder is there, and what is missing is counted', { timeout: 1_800_000 }, async () => {
  const { finished, delivered, missing } = await record(50_000);
  assert.equal(finished, 50_000);
  assert.ok(delivered < 50_000 && missing >= 50_000 - delivered);
});
