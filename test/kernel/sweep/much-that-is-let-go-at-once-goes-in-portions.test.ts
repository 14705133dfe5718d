import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { activityHash } from '../../../kernel/index.js';
import { assertSound, call, hoarder, holds, isAtWork, makeHoarder, runUntilDone, upgrade } from '../../support/hoarder.js';
import type { TestKernel } from '../../support/kernel.js';
import { collections, fulfilled, objectsIn, source, storeKeys } from '../../support/leaver.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

const timeout = 240_000;

test('a durable map that is dropped is gone after some runs without a message, with what it held, also with an upgrade in its middle; the vat lives', { timeout }, async () => {
  const k = await makeHoarder();
  open.push(k);
  await upgrade(k);
  await call(k, 'gather', [50n]);
  await call(k, 'letGo');
  await runUntilDone(k);
  const before = await holds(k);
  for (const isUpgraded of [false, true]) {
    await call(k, 'gather', [50n]);
    await call(k, 'fill', ['durable map', 0n, 8_000n]);
    await call(k, 'letGo');
    assert.ok((await storeKeys(k)).length > 8_000);
    assert.equal(isAtWork(k), false);
    await call(k, 'drop', ['durable map']);
    if (isUpgraded) await upgrade(k);
    const runs = await runUntilDone(k);
    assert.ok(runs > 5, `${runs} runs`);
    assert.deepEqual(await holds(k), before);
    await call(k, 'tick');
    assert.equal((await collections(k)).at(-1), 0, 'who has brought out all asks for nothing');
  }
  await assertSound(k);
});

test('a long chain of objects, each of which holds the next, goes, also with an upgrade in its middle', { timeout }, async () => {
  const k = await makeHoarder();
  open.push(k);
  await upgrade(k);
  await call(k, 'chain', ['durable chain', 10n]);
  await call(k, 'chain', ['chain', 10n]);
  for (const name of ['durable chain', 'chain']) await call(k, 'drop', [name]);
  await runUntilDone(k);
  const before = await holds(k);
  for (const name of ['durable chain', 'chain']) {
    await call(k, 'chain', [name, 2_000n]);
    await call(k, 'drop', [name]);
    assert.ok(isAtWork(k) && (await storeKeys(k)).length > before.rows + 1_000);
    await upgrade(k);
    assert.ok(isAtWork(k), 'the new incarnation goes on, though nobody calls it');
    await runUntilDone(k);
    if (name === 'durable chain') assert.deepEqual(await holds(k), before);
  }
  await call(k, 'chain', ['chain', 10n]);
  await call(k, 'drop', ['chain']);
  assert.deepEqual(await holds(k), before);
  await assertSound(k);
});

test('a weak map that is dropped recognizes none of its many keys any more', { timeout }, async () => {
  const k = await makeHoarder();
  open.push(k);
  for (const name of ['durable weak', 'weak']) {
    const before = { ...await holds(k), exports: objectsIn(k, source, 'o+').length };
    await call(k, 'gather', [1_500n]);
    await call(k, 'recognize', [name]);
    await call(k, 'letGo');
    await runUntilDone(k);
    assert.equal(objectsIn(k, hoarder, 'o-').length, before.imports + 1_500);
    await call(k, 'drop', [name]);
    assert.ok(isAtWork(k));
    await runUntilDone(k);
    await fulfilled(k, k.invoke('alice', 'source', 'forget'));
    for (let more = 0; more < 3; more += 1) await k.run();
    assert.deepEqual({ ...await holds(k), exports: objectsIn(k, source, 'o+').length }, before, name);
  }
  await assertSound(k);
});

test('many imports that only the heap held are dropped and retired, though an upgrade comes before most are looked at', { timeout }, async () => {
  const k = await makeHoarder({ params: { reapInterval: 1_000 } });
  open.push(k);
  const { imports } = await holds(k);
  await call(k, 'gather', [5_000n]);
  await call(k, 'letGo');
  assert.equal((await holds(k)).imports, imports + 5_000);
  await upgrade(k);
  assert.ok((await storeKeys(k)).some(key => key.startsWith('sweep.left.')));
  assert.ok((await holds(k)).imports > imports + 1_000);
  await call(k, 'gather', [10n]);
  await runUntilDone(k);
  assert.equal((await holds(k)).imports, imports + 10);
  assert.deepEqual((await storeKeys(k)).filter(key => key.startsWith('sweep.')), []);
  await assertSound(k);
});

test('one object that holds more references than a portion is taken apart; a restart after every run changes nothing', { timeout }, async () => {
  const story = async (restart: (k: TestKernel) => Promise<TestKernel>): Promise<string> => {
    let k = await makeHoarder({ params: { snapshotInitial: 7, snapshotInterval: 7 } });
    open.push(k);
    await call(k, 'tick');
    const before = await holds(k);
    await call(k, 'gather', [2_500n]);
    await call(k, 'gatherInOne', ['durable one']);
    await call(k, 'letGo');
    await call(k, 'drop', ['durable one']);
    for (let runs = 0; isAtWork(k); runs += 1) {
      assert.ok(runs < 40);
      await k.run();
      k = await restart(k);
      open.splice(-1, 1, k);
    }
    const after = await holds(k);
    assert.equal(after.imports, before.imports);
    await assertSound(k);
    return activityHash(k.kernel.state.rows);
  };
  const plain = await story(k => Promise.resolve(k));
  assert.equal(await story(k => k.reopen()), plain);
});
