/** Killed anywhere in a restore, a home starts: with nothing, to begin anew, or with all of it. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RestoreStep } from '../../../app/state-sync/restore.js';
import { openTestApp } from '../host/support.js';
import { accept, chunksOf, collect, give, startSource, type Chain } from './support.js';

class Crash extends Error {}

let source: Chain;
let chunks: Uint8Array[];
before(async () => {
  source = await startSource();
  chunks = await chunksOf(source);
});
after(() => source.app.end());

for (const step of ['begin', 'chain-checked', 'kernel-checked', 'entries-checked', 'file-stored', 'before-last-batch', 'after-last-batch'] satisfies RestoreStep[]) {
  test(`a crash at ${step}`, { timeout: 60_000 }, async () => {
    const crashed = await openTestApp({ onRestoreStep: at => { if (at === step) throw new Crash(at); } });
    await assert.rejects(give(crashed.app.application, source.snapshot, source.appHash, chunks), Crash);
    await crashed.close();

    const again = await openTestApp({ dataFrom: crashed.data });
    try {
      const isWhole = step === 'after-last-batch';
      assert.equal(again.app.height, isWhole ? source.height : 0n);
      if (!isWhole) {
        const snapshot = again.app.readSnapshot();
        assert.deepEqual([...(await collect(snapshot, ['b/', 'c/', 'k/', 'u/'])).keys()], []);
        await snapshot.close();
        const blobs = join(again.data, 'blobs');
        assert.deepEqual(existsSync(blobs) ? readdirSync(blobs) : [], []);
      }
      assert.equal((await give(again.app.application, source.snapshot, source.appHash, chunks)).apply, accept);
      assert.equal(again.app.height, source.height);
      await again.block();
    } finally {
      await again.end();
      await crashed.end();
    }
  });
}

test('a node that is stopped while it restores begins anew', { timeout: 60_000 }, async () => {
  const stopped = await openTestApp();
  assert.equal((await stopped.app.application.offerSnapshot({ snapshot: source.snapshot, appHash: source.appHash })).result, accept);
  const half = stopped.app.application.applySnapshotChunk({ index: 0, chunk: chunks[0] as Uint8Array, sender: '' });
  await stopped.close();
  assert.equal((await half).result, accept);
  const again = await openTestApp({ dataFrom: stopped.data });
  assert.equal(again.app.height, 0n);
  await again.initChain();
  await again.block();
  await again.end();
  await stopped.end();
});
