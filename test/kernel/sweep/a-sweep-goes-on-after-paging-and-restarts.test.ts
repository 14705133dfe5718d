import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { activityHash } from '../../../kernel/index.js';
import type { TestKernel, TestKernelOptions } from '../../support/kernel.js';
import { call, makeLeaver, storeKeys, upgradeLeaver, virtualKeys } from '../../support/leaver.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

/** The history of a sweep, and how many rows are left after each delivery; with heap snapshots within it. */
async function story(options: TestKernelOptions, restart: (k: TestKernel) => Promise<TestKernel>): Promise<{ readonly activity: string; readonly left: readonly number[] }> {
  let k = await makeLeaver({ ...options, params: { snapshotInitial: 5, snapshotInterval: 5 } });
  await call(k, 'gather', [60n]);
  await call(k, 'fill', [0n, 700n, 5n]);
  const old = await virtualKeys(k);
  await upgradeLeaver(k);
  const left: number[] = [];
  while (left.at(-1) !== 0 && left.length < 20) {
    await call(k, 'tick');
    const now = new Set(await storeKeys(k));
    left.push(old.filter(key => now.has(key)).length);
    k = await restart(k);
  }
  open.push(k);
  return { activity: activityHash(k.kernel.state.rows), left };
}

test('a sweep that is paged out, restarted and loaded from heap snapshots in its middle is the one that is not', { timeout: 180_000 }, async () => {
  const plain = await story({}, k => Promise.resolve(k));
  assert.ok(plain.left.length >= 3 && plain.left.at(-1) === 0, plain.left.join(' '));
  assert.deepEqual(await story({}, k => k.reopen()), plain);
  assert.deepEqual(await story({ maxVatsOnline: 1 }, k => Promise.resolve(k)), plain);
});
