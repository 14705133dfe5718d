/** What a block writes: a row for each transcript entry, a few counters, and nothing for what lives and dies inside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { activityHash } from '../../kernel/step.js';
import type { Change } from '../../kernel/store/storage.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

const rowsMax = 40;

/** Runs what is queued and gives what the run wrote, by the first part of the keys. */
async function writtenBy(k: TestKernel): Promise<Map<string, number>> {
  const { rows } = k.kernel.state;
  let changes: readonly Change[] = [];
  const runChanges = rows.runChanges.bind(rows);
  rows.runChanges = () => (changes = runChanges());
  await k.run();
  rows.runChanges = runChanges;
  const counts = new Map<string, number>();
  for (const { key } of changes) {
    const kind = key.split('.')[0] as string;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0);

test('ten pings of an account write at most forty rows, none for messages, promises or names of promises', async () => {
  const k = await makeTestKernel({ vats: ['counter'], params: { snapshotInitial: 1000 } });
  try {
    await k.outcome(k.createVat('alice', 'counter', 'counter'));
    for (let block = 0; block < 3; block += 1) {
      const activity = activityHash(k.kernel.state.rows);
      for (let ping = 0; ping < 10; ping += 1) k.invoke('alice', 'counter', 'increment', [1]);
      const written = await writtenBy(k);
      assert.notEqual(activityHash(k.kernel.state.rows), activity);
      assert.equal(written.get('@t'), 10);
      assert.ok(sum(written) <= rowsMax, JSON.stringify([...written]));
      for (const kind of ['p', 'pd', 'ps', 'pq', 'pw', 'c', 'q', 'o', 'oi', 'g', 'qp']) assert.equal(written.get(kind), undefined, kind);
    }
  } finally {
    await k.shutdown();
  }
});

test('ten calls of one vat to another, with their answers, write no more', async () => {
  const k = await makeTestKernel({ vats: ['counter', 'promiser'] });
  try {
    await k.outcome(k.createVat('alice', 'counter', 'counter'));
    await k.outcome(k.createVat('alice', 'promiser', 'promiser'));
    await k.outcome(k.invoke('alice', 'promiser', 'call', [slotRef('counter'), 'increment', 1]));
    for (let ping = 0; ping < 10; ping += 1) k.invoke('alice', 'promiser', 'call', [slotRef('counter'), 'increment', 1]);
    const written = await writtenBy(k);
    const { rows } = k.kernel.state;
    assert.equal([...rows.below('q.')].length, 0, 'all is done');
    for (const kind of ['p', 'pd', 'ps', 'pq', 'pw', 'c', 'q', 'g', 'qp']) assert.equal(written.get(kind), undefined, kind);
    assert.ok(sum(written) <= rowsMax, JSON.stringify([...written]));
  } finally {
    await k.shutdown();
  }
});
