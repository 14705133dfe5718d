/** Stories of a vat that lets go of much at once, test/vats/kernel/hoarder.js. */
import assert from 'node:assert/strict';
import { slotRef } from '../../kernel/capdata.js';
import { audit, keys } from '../../kernel/index.js';
import { readVat } from '../../kernel/vat/records.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';
import { collections, fulfilled, leaver as hoarder, objectsIn, storeKeys } from './leaver.js';

export { hoarder };

/** Of a bringOutYourDead: its portion, and what it ends of what it has begun. */
export const syscallsMax = 6_000;
const vat = 'kernel/hoarder';
const plenty = 1_000_000_000;
/** A vat that brings out its dead after each delivery if nothing else is said, and the source of what it keeps. */
export async function makeHoarder(options: TestKernelOptions = {}): Promise<TestKernel> {
  const params = { reapInterval: 1, snapshotInitial: 100_000, computronsPerBlock: BigInt(plenty), computronsPerDelivery: plenty, cleanupBudget: 0, ...options.params };
  const k = await makeTestKernel({ vats: [vat], audited: false, ...options, params });
  await fulfilled(k, k.createVat('alice', vat, 'source'));
  await fulfilled(k, k.createVat('alice', vat, 'hoarder', { source: slotRef('source') }));
  return k;
}

export const call = (k: TestKernel, method: string, args: readonly (bigint | string)[] = []): Promise<string> => fulfilled(k, k.invoke('alice', 'hoarder', method, args));

export const upgrade = (k: TestKernel): Promise<string> => {
  const parameters = { body: '#{"source":"$0"}', slots: ['source'] };
  return fulfilled(k, k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: hoarder, bundleId: k.bundleId(vat), parameters, upgradeMessage: '' }));
};

export const isAtWork = (k: TestKernel): boolean => k.kernel.state.rows.first(keys.allLaterReaps) !== undefined;

/** Runs without any message until the vat has brought out all; gives how many runs that took. */
export async function runUntilDone(k: TestKernel, runsMax = 400): Promise<number> {
  for (let runs = 0; runs < runsMax; runs += 1) {
    if (!isAtWork(k)) return runs;
    await k.run();
  }
  throw new Error(`not done in ${runsMax} runs`);
}

export async function holds(k: TestKernel): Promise<{ readonly rows: number; readonly imports: number }> {
  return { rows: (await storeKeys(k)).length, imports: objectsIn(k, hoarder, 'o-').length };
}

export async function assertSound(k: TestKernel): Promise<void> {
  assert.equal(readVat(k.kernel.state.rows, hoarder)?.life, 'running');
  const most = Math.max(...await collections(k));
  assert.ok(most <= syscallsMax, `${most} syscalls in a bringOutYourDead`);
  assert.deepEqual(audit(k.kernel.state.rows), []);
}
