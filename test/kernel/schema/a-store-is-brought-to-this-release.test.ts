import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initializeKernel, makeController, openKernelStorage, readSchema, schemaVersion, stepNumber, upgradeKernel, type ControllerStorage } from '../../../kernel/index.js';
import { keys } from '../../../kernel/store/keys.js';

async function storeOfSchema(schema: string): Promise<ControllerStorage> {
  const storage = await openKernelStorage(':memory:');
  await initializeKernel({ vats: {} }, storage);
  storage.rows.beginStep();
  storage.rows.set(keys.schema, schema);
  for (const [key] of [...storage.rows.below(keys.ledger)]) storage.rows.delete(key);
  storage.rows.endStep();
  await storage.commit();
  return storage;
}

test('a fresh store has the schema of this release, and nothing is done to it', async () => {
  const storage = await openKernelStorage(':memory:');
  assert.equal(readSchema(storage.rows), undefined);
  await initializeKernel({ vats: {} }, storage);
  assert.equal(readSchema(storage.rows), 4);
  assert.deepEqual(upgradeKernel(storage), { modified: false });
  assert.equal(stepNumber(storage.rows), 1);
});

for (const schema of ['1', '2', '3']) {
  test(`a store of schema ${schema} is upgraded in one step, once, and runs only then`, async () => {
    const storage = await storeOfSchema(schema);
    assert.throws(() => makeController(storage), new RegExp(`has schema ${schema}, and this release runs schema 4: upgradeKernel`));
    assert.deepEqual(upgradeKernel(storage), { modified: true });
    assert.equal(stepNumber(storage.rows), 2);
    assert.deepEqual(upgradeKernel(storage), { modified: false });
    assert.equal(stepNumber(storage.rows), 2);
    const controller = makeController(storage);
    assert.deepEqual(controller.audit().filter(({ faults }) => faults.length > 0), []);
    await controller.shutdown();
  });
}

test('an upgrade that was not committed has not begun', async () => {
  const storage = await storeOfSchema('1');
  const before = [...storage.rows.below('m')];
  upgradeKernel(storage);
  storage.letGo();
  assert.deepEqual([...storage.rows.below('m')], before);
  assert.deepEqual(upgradeKernel(storage), { modified: true });
});

test('a later schema, none at all and no version are refused in words', async () => {
  const later = await storeOfSchema(String(schemaVersion + 1));
  for (const open of [() => upgradeKernel(later), () => makeController(later)]) assert.throws(open, /has schema 5, and this release knows schema 4 at most: use the release that wrote it/);
  const empty = await openKernelStorage(':memory:');
  assert.throws(() => upgradeKernel(empty), /no kernel yet/);
  for (const text of ['03', '', 'x', '-1', '2.5']) assert.throws(() => upgradeKernel(broken(text)), /which is no version/);
});

function broken(text: string): Pick<ControllerStorage, 'rows'> {
  return { rows: { get: () => text } as unknown as ControllerStorage['rows'] };
}
