import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, emptyDigest, applyChanges } from '../../../app/host/digest.js';
import { kernelPrefix, NodeDatabase } from '../../../app/store.js';
import { join } from 'node:path';
import { KernelStorage, activityHash, audit, textOfWtf8, type Change, type StepRecord } from '../../../kernel/index.js';
import { createHash } from 'node:crypto';
import { openTestApp, startTestApp } from './support.js';
import { makeWorkload } from './workload.js';

const storeValue = async (app: { query: (path: string, data: Uint8Array) => Promise<{ value: Uint8Array }> }, key: string) =>
  Buffer.from((await app.query('/store/kernel/key', Buffer.from(key))).value).toString('hex');

for (const seed of [1, 2, 3, 4]) {
  test(`blocks of random actions halt nothing, and rows, digest, activity and coins agree; seed ${seed}`, async () => {
    const steps: StepRecord[] = [];
    const app = await startTestApp({ onStep: step => steps.push(step), kernelState: { params: { cleanup_budget: 3, reap_interval: 5, outcome_retention: '12' } } });
    try {
      const work = makeWorkload(app, seed);
      let accepted = 0;
      for (let block = 0; block < 60; block += 1) {
        const { txResults } = await app.block(await work.txs(6));
        for (const { code, codespace, log } of txResults) {
          assert.ok(code === 0 || codespace === 'kernel' || code === 32, `${codespace}/${code} ${log}`);
          if (code === 0) accepted += 1;
        }
      }
      assert.ok(accepted > 60, `${accepted} actions were accepted`);
      for (let block = 0; block < 10; block += 1) await app.block();
      const status = await app.status();
      assert.equal(status.actionQueueLength, 0n);
      assert.equal(await storeValue(app, 'activity'), status.activityHash);
      const digest = await storeValue(app, 'digest');

      let activity = '00'.repeat(32);
      // The genesis step comes first, and is not the run's: it is not told.
      for (const [index, step] of steps.entries()) {
        if (index > 0) assert.equal(step.activity, createHash('sha256').update(activity, 'hex').update(step.hash, 'hex').digest('hex'));
        assert.equal(step.number, index + 2);
        activity = step.activity;
      }
      assert.equal(activity, status.activityHash);

      await app.close();
      const database = await NodeDatabase.open(join(app.data, 'windlass.db'));
      const changes: Change[] = [];
      for (const key of await database.keys(kernelPrefix, 'k0', 1_000_000)) {
        changes.push({ key: key.slice(kernelPrefix.length), before: undefined, after: textOfWtf8(Buffer.from(database.get(key) as Uint8Array)) });
      }
      const rows = await KernelStorage.open(database.kernelBacking);
      assert.deepEqual(audit(rows), []);
      assert.equal(activityHash(rows), status.activityHash);
      await database.close();
      const inOrder = applyChanges(emptyDigest(), changes);
      assert.deepEqual(applyChanges(emptyDigest(), [...changes].reverse()), inOrder, 'the order of rows does not matter');
      assert.equal(Buffer.from(digestOf(inOrder)).toString('hex'), digest);
      const reservations = await reservationsOf(app.data);
      assert.deepEqual(reservations, [], 'no name stays reserved for an action that has an outcome');
    } finally {
      await app.end();
    }
  });
}

/** Names still reserved whose action is not waiting any more. */
async function reservationsOf(data: string): Promise<string[]> {
  const app = await openTestApp({ dataFrom: data });
  try {
    const { query } = app;
    const stale: string[] = [];
    for (const { address } of app.people) {
      for (const name of ['a', 'b', 'c', 'c.d', 'vat', 'vat.admin', 'purse', 'pay', 'node']) {
        const { value } = await query('/store/kernel/key', Buffer.from(`reserved/${address}/${name}`));
        if (value.length === 0) continue;
        const known = await app.action(Buffer.from(value).readBigUInt64BE());
        if (!known || known.state >= 3) stale.push(`${address} ${name}`);
      }
    }
    return stale;
  } finally {
    await app.end();
  }
}
