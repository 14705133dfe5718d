/** F36, F30, F12: eviction, deliveries, heap snapshots and deaths hit the same slots at once; whatever happens, each has one owner, and nothing of it is seen. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { activityHash, makeXsnapWorkerFactory, MemoryHostStore, WorkerLife, type WorkerFactory } from '../../../kernel/index.js';
import type { XsnapWorker } from '../../../kernel/vat/worker-xsnap.js';
import { FileSnapshots } from '../../support/file-snapshots.js';
import { makeTestKernel } from '../../support/kernel.js';
import { isRunning } from '../../support/worker-kit.js';

const factories: WorkerFactory[] = [];
const folders: FileSnapshots[] = [];
after(async () => {
  await Promise.all(factories.map(factory => factory.shutdown()));
  for (const folder of folders) folder.dispose();
});

type Interference = { readonly maxVatsOnline?: number; readonly pagesOut?: boolean; readonly wrap?: (inner: WorkerFactory) => WorkerFactory };

/** Snapshots after nearly every delivery of two counters, while their idle workers are ended in between. */
async function story({ maxVatsOnline, pagesOut = false, wrap = inner => inner }: Interference): Promise<{ readonly activity: string; readonly answers: readonly string[]; readonly life: WorkerLife }> {
  const life: WorkerLife = await WorkerLife.open({
    store: new MemoryHostStore(),
    onStep: () => {
      for (const { vat } of life.status()) {
        const held = life.status().filter(line => line.vat === vat && line.memory !== undefined);
        assert.ok(held.filter(({ state }) => state === 'running').length <= 1, `${vat} has two workers that run`);
        assert.ok(held.length <= 2, `${vat} has ${held.length} workers`);
      }
      return Promise.resolve();
    },
  });
  const inner = makeXsnapWorkerFactory();
  factories.push(inner);
  const snapshots = new FileSnapshots();
  folders.push(snapshots);
  const k = await makeTestKernel({
    vats: ['kernel/actor', 'counter'], workers: life.workers(wrap(inner)), engine: inner.engineId, snapshots, audited: false,
    params: { snapshotInitial: 2, snapshotInterval: 1 }, ...(maxVatsOnline === undefined ? {} : { maxVatsOnline }),
  });
  const answers: string[] = [];
  const tell = async (ids: readonly bigint[]): Promise<void> => {
    const paging = pagesOut ? k.kernel.warehouse.pageOutIdle() : Promise.resolve(); // beside the run
    for (const id of ids) {
      const { state, result } = await k.outcome(id);
      answers.push(`${state} ${result.body}`);
    }
    await paging;
  };
  await tell([k.createVat('alice', 'counter', 'counter', { start: 10 })]);
  await tell([k.createVat('alice', 'kernel/actor', 'actor', { counter: slotRef('counter') })]);
  for (let round = 0; round < 3; round += 1) await tell([k.invoke('alice', 'actor', 'call', ['counter', 'increment']), k.invoke('alice', 'counter', 'increment')]);
  await k.shutdown();
  await life.settled();
  assert.ok(life.usage().every(({ used }) => used === 0n), 'nothing is charged when no worker is left');
  return { activity: activityHash(k.kernel.state.rows), answers, life };
}

const seen = ({ activity, answers }: Awaited<ReturnType<typeof story>>): unknown => ({ activity, answers });
let told: ReturnType<typeof story> | undefined;
const plain = async (): ReturnType<typeof story> => (told ??= story({}));

test('F36: paging that meets deliveries and hand-overs leaves one owner a slot, and is not seen', { timeout: 240_000 }, async () => {
  assert.deepEqual(seen(await story({ maxVatsOnline: 1, pagesOut: true })), seen(await plain()));
});

test('F30: workers that this host kills in a delivery, or in a hand-over, end no vat: the next one replays', { timeout: 240_000 }, async () => {
  const [starts, writes] = [new Map<string, number>(), new Map<string, number>()];
  const countOf = (counts: Map<string, number>, vat: string): number => {
    const count = (counts.get(vat) ?? 0) + 1;
    counts.set(vat, count);
    return count;
  };
  let kills = 0;
  const deadly = (inner: WorkerFactory): WorkerFactory => ({
    shutdown: () => inner.shutdown(),
    start: async start => {
      const worker = (await inner.start(start)) as XsnapWorker;
      let dies = countOf(starts, start.vatId) === 3; // two deaths a vat: a delivery has three tries
      const kill = (): void => {
        kills += Number(isRunning(worker.pid));
        process.kill(worker.pid, 'SIGKILL');
      };
      return {
        close: () => worker.close(),
        writeHeap: sink => worker.writeHeap(sink),
        writeHeapFile: path => {
          if (countOf(writes, start.vatId) === 2) kill();
          assert.ok(worker.writeHeapFile);
          return worker.writeHeapFile(path);
        },
        deliver: (delivery, answer, options) => {
          if (dies) kill();
          dies = false;
          return worker.deliver(delivery, answer, options);
        },
      };
    },
  });
  assert.deepEqual(seen(await story({ wrap: deadly })), seen(await plain()));
  assert.ok(kills >= 2, `${kills} workers were killed`);
});

test('F12: a vat id that is given out again after a discarded run meets no worker, row or generation of before', { timeout: 60_000 }, async () => {
  const inner = makeXsnapWorkerFactory();
  factories.push(inner);
  const life = await WorkerLife.open({ store: new MemoryHostStore() });
  const discarded = await makeTestKernel({ vats: ['counter'], workers: life.workers(inner), engine: inner.engineId });
  await discarded.outcome(discarded.createVat('alice', 'counter', 'counter', { start: 10 }));
  const [before] = life.status();
  assert.equal(before?.state, 'running');
  await discarded.kernel.warehouse.discardAll(); // what a host does with a run that nobody commits
  const again = await makeTestKernel({ vats: ['counter'], workers: life.workers(inner), engine: inner.engineId });
  await again.outcome(again.createVat('alice', 'counter', 'counter', { start: 20 }));
  const [now] = life.status();
  assert.equal(now?.vat, before.vat);
  assert.ok(now.generation > before.generation);
  const stale = life.staleNotices;
  await life.report(before.vat, before.generation, { code: null, signal: 'SIGKILL' });
  assert.equal(life.staleNotices, stale + 1);
  assert.deepEqual(life.status(), [now]);
  await again.shutdown();
});
