/** Heap snapshots of real workers: their bytes do not depend on paging, restarts, where the node lives, its time zone or language. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tellHeapStory, type HeapStory } from '../../support/heap-story.js';

const program = fileURLToPath(new URL('../../support/heap-story.js', import.meta.url));

/** The story as a process elsewhere tells it, with a base snapshot of its own. */
async function toldElsewhere(surroundings: NodeJS.ProcessEnv): Promise<HeapStory> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-heaps-'));
  try {
    const child = spawn(process.execPath, [program, join(home, 'base')], { cwd: home, env: { ...process.env, HOME: home, ...surroundings }, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
    const code = await new Promise(resolve => child.once('close', resolve));
    assert.equal(code, 0, said);
    return JSON.parse(said) as HeapStory;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

test('paging, restarts, two homes, two time zones and two languages give the same heaps and the same history', { timeout: 300_000 }, async () => {
  const plain = await tellHeapStory({});
  assert.equal(new Set(plain.heaps).size, 3, plain.heaps.join());
  for (const heap of plain.heaps) assert.match(heap, /^[0-9a-f]{64}$/);
  assert.deepEqual(await tellHeapStory({ maxVatsOnline: 1 }), plain, 'paged');
  assert.deepEqual(await tellHeapStory({}, k => k.reopen()), plain, 'restarted');
  assert.deepEqual(await toldElsewhere({ TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' }), plain, 'elsewhere');
});

test('with other intervals every vat gives the same answers', { timeout: 300_000 }, async () => {
  const often = await tellHeapStory({ params: { snapshotInitial: 1, snapshotInterval: 1 } });
  const never = await tellHeapStory({ params: { snapshotInitial: 1000, snapshotInterval: 1000 } });
  assert.deepEqual(often.answers, never.answers);
  assert.notDeepEqual(often.heaps, never.heaps);
  assert.deepEqual(never.heaps, ['', '', '']);
});
