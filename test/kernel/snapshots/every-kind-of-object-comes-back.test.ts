/** A heap snapshot holds whatever a contract can hold: an object that the engine cannot write would stop every node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTestKernel } from '../../support/kernel.js';

test('one of everything is kept, written, loaded, and still what it was', { timeout: 300_000 }, async () => {
  const k = await makeTestKernel({ vats: ['hoarder'], params: { snapshotInitial: 1, snapshotInterval: 1 }, audited: false });
  const ask = async (method: string, ...args: readonly string[]): Promise<string> => {
    const { state, result } = await k.outcome(k.invoke('alice', 'hoarder', method, args));
    assert.equal(state, 'fulfilled', `${method} ${args.join()}: ${result.body}`);
    return result.body;
  };
  try {
    await k.outcome(k.createVat('alice', 'hoarder', 'hoarder'));
    const kinds = JSON.parse((await ask('list')).slice(1)) as string[];
    assert(kinds.length > 20);
    for (const kind of kinds) await ask('keep', kind);
    for (const kind of kinds) assert.equal(await ask('check', kind), '#true', kind);
    assert(k.snapshots.saved > 2 * kinds.length, `${k.snapshots.saved} heaps were saved`);
  } finally {
    await k.shutdown();
  }
});
