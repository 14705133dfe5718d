/** Heap snapshots of real workers: their bytes do not depend on paging, restarts, where the node lives, its cores, time zone or language. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { heapStoryOfProcess, tellHeapStory, type HeapStory } from '../../support/heap-story.js';

/** Where this is missing, the other process has as many cores as this one. */
const onOneCore = spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? ['taskset', '-c', '0'] : [];

/** The story as a process elsewhere tells it, with a base snapshot of its own. */
async function toldElsewhere(env: NodeJS.ProcessEnv): Promise<HeapStory> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-heaps-'));
  try {
    return await heapStoryOfProcess(home, undefined, { before: onOneCore, env });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

test('paging, restarts, one core, two homes, two time zones and two languages give the same heaps and the same history', { timeout: 300_000 }, async t => {
  if (onOneCore.length === 0) t.diagnostic('taskset is missing: all cores were used');
  const plain = await tellHeapStory({});
  assert.equal(new Set(plain.heaps).size, 3, plain.heaps.join());
  for (const heap of plain.heaps) assert.match(heap, /^[0-9a-f]{64}$/);
  assert.deepEqual(await tellHeapStory({ maxVatsOnline: 1 }), plain, 'paged');
  assert.deepEqual(await tellHeapStory({}, k => k.reopen()), plain, 'restarted');
  assert.deepEqual(await toldElsewhere({ TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }), plain, 'elsewhere, on one core');
});

test('with other intervals every vat gives the same answers', { timeout: 300_000 }, async () => {
  const often = await tellHeapStory({ params: { snapshotInitial: 1, snapshotInterval: 1 } });
  const never = await tellHeapStory({ params: { snapshotInitial: 1000, snapshotInterval: 1000 } });
  assert.deepEqual(often.answers, never.answers);
  assert.notDeepEqual(often.heaps, never.heaps);
  assert.deepEqual(never.heaps, ['', '', '']);
});
