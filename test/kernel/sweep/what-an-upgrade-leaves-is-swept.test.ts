import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit, keys } from '../../../kernel/index.js';
import type { TestKernel } from '../../support/kernel.js';
import { call, collections, fulfilled, leaver, makeLeaver, objectsIn, source, storeKeys, upgradeLeaver, virtualKeys } from '../../support/leaver.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

/** Of a bringOutYourDead, with what liveslots frees because the sweep let go of it. */
const syscallsMax = 4_500;
/** Delivers, with a bringOutYourDead each, until none of the keys is left; gives how many deliveries that took. */
async function tickUntilGone(k: TestKernel, old: readonly string[]): Promise<number> {
  for (let ticks = 0; ticks < 200; ticks += 1) {
    const now = new Set(await storeKeys(k));
    if (!old.some(key => now.has(key))) return ticks;
    await call(k, 'tick');
  }
  throw new Error('not swept in 200 deliveries');
}

test('3,000 virtual objects and their collections go in bounded steps, with what only they held; new and durable ones stay', { timeout: 120_000 }, async () => {
  const k = await makeLeaver({ audited: false, params: { snapshotInitial: 100_000 } });
  open.push(k);
  const fresh = { keys: (await virtualKeys(k)).length, imports: objectsIn(k, leaver, 'o-').length, exports: objectsIn(k, source, 'o+').length };
  await call(k, 'gather', [400n]);
  await call(k, 'recognize');
  for (let from = 0n; from < 3_000n; from += 500n) await call(k, 'fill', [from, 500n, 50n]);
  await call(k, 'letGo');
  const old = await virtualKeys(k);
  assert.ok(old.length > 9_000, `${old.length} rows of virtual data`);
  await upgradeLeaver(k);
  assert.deepEqual(audit(k.kernel.state.rows), []);
  await call(k, 'gather', [60n]);
  await call(k, 'fill', [0n, 40n, 4n]);
  await call(k, 'letGo');
  const ticks = await tickUntilGone(k, old);
  const steps = await collections(k);
  assert.ok(ticks > 3 && steps.every(count => count <= syscallsMax), `${ticks} ticks, ${Math.max(...steps)} syscalls at most`);
  assert.equal(await call(k, 'sum', [0n, 40n]), '#"+780"');
  assert.match(await call(k, 'durable'), /"object 9","thing 0","thing 1","thing 2","thing 3","thing 4"\]$/);
  assert.deepEqual(audit(k.kernel.state.rows), []);

  const second = await virtualKeys(k);
  await upgradeLeaver(k);
  await tickUntilGone(k, second);
  for (let more = 0; more < 3; more += 1) await call(k, 'tick');
  assert.equal((await collections(k)).at(-1), 0, 'who has swept all asks for nothing');
  for (let runs = 0; runs < 3; runs += 1) await fulfilled(k, k.invoke('alice', 'source', 'tick'));
  assert.equal((await virtualKeys(k)).length, fresh.keys);
  assert.equal(objectsIn(k, leaver, 'o-').length, fresh.imports + 10);
  assert.equal(objectsIn(k, source, 'o+').length, fresh.exports + 10);
  assert.match(await call(k, 'durable'), /"object 9","thing 0","thing 1","thing 2","thing 3","thing 4"\]$/);
  assert.deepEqual(audit(k.kernel.state.rows), []);
});

test('ten incarnations, most of them upgraded before their sweep is done, end with the rows of one', { timeout: 120_000 }, async () => {
  const k = await makeLeaver();
  open.push(k);
  const sizes: (readonly number[])[] = [];
  for (let incarnation = 1; incarnation <= 10; incarnation += 1) {
    await call(k, 'gather', [45n]);
    await call(k, 'fill', [0n, 40n, 2n]);
    const old = await virtualKeys(k);
    await upgradeLeaver(k);
    if (incarnation % 5 !== 0) continue;
    await tickUntilGone(k, old);
    await call(k, 'tick');
    sizes.push([(await storeKeys(k)).length, objectsIn(k, leaver, 'o-').length]);
  }
  assert.deepEqual(sizes[0], sizes[1]);
});

test('what old weak collections recognize may die before they are swept', { timeout: 60_000 }, async () => {
  const k = await makeLeaver({ params: { reapInterval: 1_000 } });
  open.push(k);
  await call(k, 'recognize');
  await call(k, 'gather', [60n]);
  const old = await virtualKeys(k);
  await upgradeLeaver(k);
  await fulfilled(k, k.queue({ kind: 'terminate-vat', sender: 'alice', vat: source, reason: '' }));
  for (let runs = 0; runs < 3; runs += 1) await k.run();
  assert.match(await call(k, 'durable'), /"thing 4"\]$/);
  const left = new Set(await virtualKeys(k));
  assert.ok(old.some(key => key.startsWith('vom.ir.o-') && !left.has(key)), 'some keys have died');
  assert.ok(old.some(key => left.has(key)), 'nothing is swept yet');
});

test('an import that the old heap held too is not retired with the weak collection that knew it: the kernel was never told of a drop', { timeout: 60_000 }, async () => {
  const k = await makeLeaver();
  open.push(k);
  await call(k, 'holdInHeap');
  const old = await virtualKeys(k);
  const imports = objectsIn(k, leaver, 'o-');
  await upgradeLeaver(k);
  await tickUntilGone(k, old);
  assert.equal(await call(k, 'durable'), '#[]');
  assert.deepEqual(objectsIn(k, leaver, 'o-').slice(0, imports.length), imports);
});

test('a vat that ends in the middle of its sweep leaves nothing', { timeout: 60_000 }, async () => {
  const k = await makeLeaver({ params: { cleanupBudget: 100_000 } });
  open.push(k);
  await call(k, 'gather', [60n]);
  await call(k, 'fill', [0n, 900n, 5n]);
  const old = await virtualKeys(k);
  await upgradeLeaver(k);
  await call(k, 'tick');
  const left = new Set(await virtualKeys(k));
  assert.ok(old.some(key => left.has(key)) && old.some(key => !left.has(key)));
  await fulfilled(k, k.queue({ kind: 'terminate-vat', sender: 'alice', vat: leaver, reason: '' }));
  for (let runs = 0; runs < 5; runs += 1) await k.run();
  assert.deepEqual(await storeKeys(k), []);
  assert.deepEqual([...k.kernel.state.rows.below(keys.clistObjectsOf(leaver))], []);
});
