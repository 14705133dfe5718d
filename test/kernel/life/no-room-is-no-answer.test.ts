/** A host with less room than its vats would like: they get all their answers, and the same ones; what has no room at all stops the node. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { activityHash, makeXsnapWorkerFactory, MemoryHostStore, WorkerLife, WorkerLost, type HostLimits, type WorkerFactory } from '../../../kernel/index.js';
import { FileSnapshots } from '../../support/file-snapshots.js';
import { makeTestKernel, type TestKernel } from '../../support/kernel.js';

const factories: WorkerFactory[] = [];
after(() => Promise.all(factories.map(factory => factory.shutdown())));

const mebibyte = 1024n * 1024n;

async function openLife(limits?: HostLimits, store = new MemoryHostStore()): Promise<WorkerLife> {
  return WorkerLife.open({ store, ...(limits ? { limits } : {}) });
}

async function kernelOver(life: WorkerLife): Promise<TestKernel> {
  const inner = makeXsnapWorkerFactory();
  factories.push(inner);
  return makeTestKernel({ vats: ['kernel/actor', 'counter'], workers: life.workers(inner) });
}

const usedWorkers = (life: WorkerLife): bigint | undefined => life.usage().find(({ dimension }) => dimension === 'workers')?.used;

/** Three counters, each called in every round of the kernel, and an actor that calls the first of them. */
async function story(life: WorkerLife, look: () => void = () => undefined): Promise<{ readonly activity: string; readonly answers: readonly string[] }> {
  const k = await kernelOver(life);
  const answers: string[] = [];
  const tell = async (ids: readonly bigint[]): Promise<void> => {
    for (const id of ids) {
      const { state, result } = await k.outcome(id);
      answers.push(`${state} ${result.body}`);
    }
    look();
  };
  for (const name of ['a', 'b', 'c']) await tell([k.createVat('alice', 'counter', name, { start: 10 })]);
  await tell([k.createVat('alice', 'kernel/actor', 'actor', { counter: slotRef('a') })]);
  for (let round = 0; round < 1; round += 1) await tell([...['a', 'b', 'c'].map(name => k.invoke('alice', name, 'increment')), k.invoke('alice', 'actor', 'call', ['counter', 'increment'])]);
  await k.shutdown();
  return { activity: activityHash(k.kernel.state.rows), answers };
}

let told: ReturnType<typeof story> | undefined;
/** Where there is room for all. */
const plain = async (): ReturnType<typeof story> => (told ??= story(await openLife()));

test('a host with room for one worker gives the same answers as one with room for all, and never has two', { timeout: 120_000 }, async () => {
  const life = await openLife({ host: { workers: 1n } });
  assert.deepEqual(await story(life, () => { assert.ok((usedWorkers(life) ?? 2n) <= 1n); }), await plain());
  assert.equal(usedWorkers(life), 0n);
});

test('so does one whose memory is short for an account, and what workers take is shown', { timeout: 120_000 }, async () => {
  const life = await openLife({ account: { workerMem: 350n * mebibyte } });
  let most = 0;
  assert.deepEqual(await story(life, () => {
    const running = life.status().filter(({ state }) => state === 'running');
    assert.ok(running.every(({ memory }) => memory === String(154n * mebibyte)));
    most = Math.max(most, running.length);
  }), await plain());
  assert.equal(most, 2);
});

test('a worker that is made beside another is no reason to stop: it ends for one that is needed, and is made again', { timeout: 240_000 }, async () => {
  const inner = makeXsnapWorkerFactory();
  factories.push(inner);
  const life = await openLife({ host: { workerMem: 400n * mebibyte } });
  const snapshots = new FileSnapshots();
  const k = await makeTestKernel({ vats: ['counter'], workers: life.workers(inner), engine: inner.engineId, audited: false, params: { snapshotInitial: 2, snapshotInterval: 2 }, snapshots });
  await k.outcome(k.createVat('alice', 'counter', 'large', { start: 10 }, { memoryLimitBytes: String(210n * mebibyte) }));
  await k.outcome(k.createVat('alice', 'counter', 'small', { start: 10 }));
  for (let round = 1; round <= 4; round += 1) {
    const both = [k.invoke('alice', 'large', 'increment'), k.invoke('alice', 'small', 'increment')];
    for (const id of both) assert.equal((await k.outcome(id)).result.body, `#"+${10 + round}"`);
  }
  await k.shutdown();
  snapshots.dispose();
});

test('where not even one worker has room, the node stops and says what to do', { timeout: 120_000 }, async () => {
  const k = await kernelOver(await openLife({ host: { workerMem: 100n * mebibyte } }));
  k.createVat('alice', 'counter', 'a', { start: 10 });
  await assert.rejects(k.run(), (error: unknown) => error instanceof Error && !(error instanceof WorkerLost)
    && /no room on this host for a worker of v\d+: it needs 154 MiB of memory, and the host uses 0 MiB of memory of 100 MiB of memory; and no other worker can be ended\. Raise the limits in section \[provisioning\] of app\.toml/.test(error.message));
});

test('counters that are not what the rows say are set right at the next start, and it is told', async () => {
  const store = new MemoryHostStore();
  const life = await openLife(undefined, store);
  const starting = life.workers({ start: () => Promise.reject(new WorkerLost('not today')), shutdown: () => Promise.resolve() }).start({ name: 'v1:a', vatId: 'v1', bundle: new Uint8Array(), computronsPerDelivery: 1 });
  await assert.rejects(starting);
  await store.write([{ key: 'ledger/u.host', value: '3 7 0' }]);
  const faults: string[] = [];
  const next = await WorkerLife.open({ store, onNotice: notice => { if (notice.kind === 'ledger-reconciled') faults.push(notice.what); } });
  assert.deepEqual(faults, ['workers of host: 3 counted, 0 by its rows; workerMem of host: 7 counted, 0 by its rows']);
  assert.equal(usedWorkers(next), 0n);
  assert.deepEqual([...store.all.keys()].filter(key => /^ledger\/(?:r|h|l|k)/.test(key)), [], 'what an ended vat leaves is forgotten');
});
