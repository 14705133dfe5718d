import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelStorage, MemoryBacking } from '../../../kernel/index.js';
import { resolveTo, script } from './puppet.js';
import { invoke, startTestApp } from './support.js';

test('looking for committed rows below a prefix does not walk what a run wrote elsewhere', async () => {
  const rows = await KernelStorage.open(new MemoryBacking());
  const write = (count: number, prefix: string) => {
    rows.beginStep();
    for (let n = 0; n < count; n += 1) rows.set(`${prefix}${n}`, 'x');
    rows.endStep();
  };
  write(300, 'n.ann.');
  rows.committed();
  write(200_000, 'vs.a1.');
  rows.beginStep();
  rows.set('n.ann.new', 'x');
  rows.delete('n.ann.7');
  rows.endStep();
  const find = () => [...rows.committedRows.below('n.ann.')];
  assert.equal(find().length, 300, 'as it was');
  const started = process.hrtime.bigint();
  for (let times = 0; times < 200; times += 1) [...rows.committedRows.below('n.ben.')];
  const each = Number(process.hrtime.bigint() - started) / 200 / 1e6;
  assert.ok(each < 1, `${each} ms for nothing`);
  assert.equal(rows.runChanges().length, 200_002);
  rows.dropRun();
  assert.equal(rows.get('n.ann.7'), 'x');
  assert.equal(rows.runChanges().length, 0);
});

test('an outcome has a bound, slots included', { timeout: 120_000 }, async () => {
  const app = await startTestApp();
  try {
    const ann = app.people[0]!;
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
    app.puppets.grow = { mark: 'GROW', text: 'z'.repeat(70_000) };
    for (const args of [script([resolveTo('#"x"', Array.from({ length: 20_000 }, () => 'o+5'))]), script([resolveTo('#"GROW"')])]) {
      const { txResults } = await app.block([await ann.sign([invoke(ann, 'p', 'go', args, { saveAs: '' })])]);
      assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
      const { actionQueueLength } = await app.status();
      assert.equal(actionQueueLength, 1n);
      await app.block();
    }
    for (const id of [2n, 3n]) {
      const { result } = await app.outcome(id);
      assert.match(result?.body ?? '', /^#\{"bytes":\d+,"sha256":"[0-9a-f]{64}"\}$/);
      assert.deepEqual(result?.slots, []);
    }
  } finally {
    await app.end();
  }
});
