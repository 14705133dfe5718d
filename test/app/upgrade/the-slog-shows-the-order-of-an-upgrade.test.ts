/** No crank of an upgrade's event stands before a crank of leftover work, and none of a waiting action before the events: read from the slog (design 4). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Recorder } from '../../../app/recorder/recorder.js';
import { activityHash, stepNumber, type KernelRun } from '../../../kernel/index.js';
import { keys } from '../../../kernel/store/keys.js';
import type { TestKernel } from '../../support/kernel.js';
import { makeWorld, upgrade, workMax } from '../../support/leftover-work.js';
import { windlass } from '../cli/support.js';

/** Each run is a height of its own. */
async function recordedRun(recorder: Recorder, { k, height }: { readonly k: TestKernel; readonly height: bigint }): Promise<KernelRun> {
  const { rows } = k.kernel.state;
  recorder.beginRun(height, { step: stepNumber(rows), activity: activityHash(rows) }, 'upgrade');
  const run = await k.run();
  recorder.endRun({ cranks: run.cranks, computrons: 0n, step: stepNumber(rows), activity: activityHash(rows) });
  return run;
}

type Shown = { readonly type: string; readonly kind?: string; readonly vd?: readonly unknown[] };

/** What was delivered and done, in the order of the slog: `work`, `inject`, `notify`, `intake`, `action`. */
function storyOf(out: string): string[] {
  return out.split('\n').filter(line => line.startsWith('{')).flatMap(line => {
    const { type, kind, vd } = JSON.parse(line) as Shown;
    if (type === 'upgrade-inject') return ['inject'];
    if (type === 'crank-start' && kind === 'intake') return ['intake'];
    if (type !== 'deliver' || !vd) return [];
    if (vd[0] !== 'message') return [String(vd[0])];
    return [JSON.stringify(vd).includes('after-all') ? 'action' : 'work'];
  });
}

test('leftover work, then the events, then what waited: over several blocks', { timeout: 60_000 }, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-order-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  const recorder = new Recorder({ folder, release: 'two', segments: 2, segmentBytes: 256 * 1024 });
  const world = await makeWorld({ record: recorder.record });
  const { k } = world;
  recorder.open({ height: 7n, confirmed: 7n });
  upgrade(world);
  const action = k.invoke('alice', 'a', 'after-all');
  const first = 8n;
  let height = first;
  for (; k.kernel.state.rows.has(keys.drain) || !k.outcomes.has(action); height += 1n) {
    assert.ok(height < 200n, 'the upgrade comes to its end');
    await recordedRun(recorder, { k, height });
  }
  recorder.close('the test ends');
  await k.shutdown();
  assert.ok(height - first > BigInt(workMax), 'a small budget makes it take several blocks');

  const { code, out, err } = await windlass(['slog', 'cat', folder, '--lane', 'd']);
  assert.equal(code, 0, err);
  const story = storyOf(out);
  assert.equal(story.filter(what => what === 'work').length, 2 * workMax, story.join(' '));
  assert.equal(story.filter(what => what === 'notify').length, 2, story.join(' '));
  assert.ok(story.lastIndexOf('work') < story.indexOf('inject'), story.join(' '));
  assert.ok(story.indexOf('inject') < story.indexOf('notify'), story.join(' '));
  assert.ok(story.lastIndexOf('inject') < story.indexOf('intake'), story.join(' '));
  assert.ok(story.lastIndexOf('notify') < story.indexOf('action'), story.join(' '));
});
