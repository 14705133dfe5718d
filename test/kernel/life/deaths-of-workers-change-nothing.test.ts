import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { activityHash, makeXsnapWorkerFactory, MemoryHostStore, WorkerLife, WorkerLost, type HostLedger, type HostRow, type WorkerFactory, type WorkerLifeOptions } from '../../../kernel/index.js';
import type { ProcessTable } from '../../../kernel/vat/life/process-table.js';
import type { XsnapWorker } from '../../../kernel/vat/worker-xsnap.js';
import { makeTestKernel } from '../../support/kernel.js';
import { makeRandom } from '../../support/kernel-random.js';
import { isRunning, until, vatBundle } from '../../support/worker-kit.js';

const factories: WorkerFactory[] = [];
after(() => Promise.all(factories.map(factory => factory.shutdown())));

async function openLife(options: Partial<WorkerLifeOptions> = {}): Promise<WorkerLife> {
  return WorkerLife.open({ store: new MemoryHostStore(), ...options });
}

function realWorkers(): WorkerFactory {
  const factory = makeXsnapWorkerFactory();
  factories.push(factory);
  return factory;
}

async function startEcho(life: WorkerLife, inner: WorkerFactory, vatId = 'v1'): Promise<XsnapWorker> {
  const { zip } = await vatBundle('echo');
  return (await life.workers(inner).start({ name: `${vatId}:echo`, vatId, bundle: zip, computronsPerDelivery: 100_000_000 })) as XsnapWorker;
}

/** Two vats that call each other, a while. `interfere` is told of each worker and may end its process. */
async function story(workers: WorkerFactory): Promise<{ readonly activity: string; readonly answers: readonly string[] }> {
  const k = await makeTestKernel({ vats: ['kernel/actor', 'counter'], workers });
  const answers: string[] = [];
  const tell = async (id: bigint): Promise<void> => {
    const { state, result } = await k.outcome(id);
    answers.push(`${state} ${result.body}`);
  };
  await tell(k.createVat('alice', 'counter', 'counter', { start: 10 }));
  await tell(k.createVat('alice', 'kernel/actor', 'actor', { counter: slotRef('counter') }));
  for (let round = 0; round < 15; round += 1) {
    const ids = [k.invoke('alice', 'actor', 'call', ['counter', 'increment']), k.invoke('alice', 'counter', 'increment')];
    for (const id of ids) await tell(id);
  }
  await k.shutdown();
  return { activity: activityHash(k.kernel.state.rows), answers };
}

test('workers that are killed at random moments of a load leave every result, and the activity hash, as they would be', { timeout: 120_000 }, async () => {
  const plain = await story(realWorkers());
  const random = makeRandom('deaths');
  const inner = realWorkers();
  let kills = 0;
  const workersOf = new Map<string, number>();
  // A delivery has three tries: of the first workers of a vat two die at once, one later, one in its replay; and then one lives.
  const deathAt = [() => random.below(5), () => random.below(8), () => 12 + random.below(12), () => random.below(10)];
  const deadly: WorkerFactory = {
    shutdown: () => inner.shutdown(),
    start: async start => {
      const worker = (await inner.start(start)) as XsnapWorker;
      const count = workersOf.get(start.vatId) ?? 0;
      workersOf.set(start.vatId, count + 1);
      let left = deathAt[count]?.() ?? Infinity;
      return {
        close: () => worker.close(),
        writeHeap: sink => worker.writeHeap(sink),
        deliver: (delivery, answer, options) => {
          left -= 1;
          if (left === -1) setTimeout(() => { kills += Number(isRunning(worker.pid)); process.kill(worker.pid, 'SIGKILL'); }, random.below(4));
          return worker.deliver(delivery, answer, options);
        },
      };
    },
  };
  const life = await openLife();
  assert.deepEqual(await story(life.workers(deadly)), plain);
  assert.ok(kills >= 6, `${kills} workers were killed`);
  await life.settled();
  assert.equal(life.staleNotices, 0);
  assert.ok(life.status().every(({ state }) => state === 'exited' || state === 'unwound'), JSON.stringify(life.status()));
});

test('a worker that is closed twice has exited once, and a late notice of an older generation changes nothing but its count', async () => {
  const life = await openLife();
  const inner = realWorkers();
  const first = await startEcho(life, inner);
  assert.deepEqual(life.status().map(({ vat, generation, state, pid }) => ({ vat, generation, state, pid })), [{ vat: 'v1', generation: 1, state: 'running', pid: first.pid }]);
  await Promise.all([first.close(), first.close()]);
  await first.close();
  await life.settled();
  assert.equal(life.staleNotices, 0);
  const second = await startEcho(life, inner);
  const before = life.status();
  await life.report('v1', 1, { code: null, signal: 'SIGKILL' });
  await life.report('v9', 1, { code: null, signal: 'SIGKILL' });
  assert.deepEqual(life.status(), before);
  assert.equal(life.staleNotices, 2);
  assert.ok(isRunning(second.pid));
});

test('one vat has one worker: a start beside one that runs is refused, and the first goes on', async () => {
  const life = await openLife();
  const inner = realWorkers();
  const first = await startEcho(life, inner);
  await assert.rejects(startEcho(life, inner), (error: unknown) => error instanceof WorkerLost && /generation 1 has the slot of v1 and is running/.test(error.message));
  assert.ok(isRunning(first.pid));
  await startEcho(life, inner, 'v2');
});

test('a process has the same length of name in every home and generation', async () => {
  const names: string[] = [];
  for (const [home, starts] of [['0'.repeat(16), 1], ['f'.repeat(16), 12]] as const) {
    const life = await openLife({ store: new MemoryHostStore({ home }) });
    const inner: WorkerFactory = { start: start => { names.push(start.name); throw new WorkerLost('not today'); }, shutdown: () => Promise.resolve() };
    for (let i = 0; i < starts; i += 1) await assert.rejects(startEcho(life, inner), /not today/);
  }
  assert.equal(new Set(names).size, 13);
  assert.equal(new Set(names.map(name => name.length)).size, 1);
});

test('a refusal of the ledger ends the attempt, gives back its token, and starts no process', async () => {
  const told: string[] = [];
  const ledger: HostLedger = {
    charge: ({ vat, gen }) => {
      told.push(`charge ${vat} ${gen}`);
      return { refused: 'no room for a worker', rows: [{ key: 'ledger/refused', value: String(gen) }] };
    },
    release: ({ vat, gen }) => {
      told.push(`release ${vat} ${gen}`);
      return { rows: [] };
    },
  };
  const store = new MemoryHostStore();
  const life = await openLife({ ledger, store });
  await assert.rejects(startEcho(life, { start: () => assert.fail('a process was started'), shutdown: () => Promise.resolve() }), /no room for a worker/);
  assert.deepEqual(told, ['charge v1 1', 'release v1 1']);
  assert.equal(store.all.get('ledger/refused'), '1', 'rows of the ledger are written with those of the saga');
  assert.deepEqual(life.status().map(({ state }) => state), ['unwound']);
});

test('an executor that was superseded writes nothing, and starts nothing', async () => {
  const store = new MemoryHostStore();
  const first = await openLife({ store });
  await openLife({ store });
  const before = [...store.all];
  await assert.rejects(startEcho(first, { start: () => assert.fail('a process was started'), shutdown: () => Promise.resolve() }), /executor 1 of worker sagas was superseded by 2/);
  assert.deepEqual([...store.all], before);
});

test('a fact that cannot be written stops the host: nobody is left waiting, and nothing is started after it', async () => {
  class FullStore extends MemoryHostStore {
    isFull = false;
    override write(rows: readonly HostRow[]): Promise<void> {
      return this.isFull ? Promise.reject(new Error('the disk is full')) : super.write(rows);
    }
  }
  const store = new FullStore();
  const life = await openLife({ store });
  store.isFull = true;
  const never: WorkerFactory = { start: () => assert.fail('a process was started'), shutdown: () => Promise.resolve() };
  await assert.rejects(startEcho(life, never), /the disk is full/);
  store.isFull = false;
  await assert.rejects(startEcho(life, never), (error: unknown) => error instanceof Error && !(error instanceof WorkerLost));
  await assert.rejects(life.settled());
});

test('an orphan that does not end is shown as stuck, holds up the start, and lets go when it is abandoned or ends', { timeout: 20_000 }, async () => {
  const process = { pid: 4242, startTime: 'then', tag: 'v1:a@b' };
  let isThere = true;
  let kills = 0;
  const processes: ProcessTable = { identify: () => process, isRunning: () => isThere, kill: () => { kills += 1; }, withTag: () => [] };
  const rows: [string, string][] = [['slot/v1', JSON.stringify({ gen: 7, state: 'running', since: 'before', process })], ['last-generation', '7']];
  const store = new MemoryHostStore({ rows });
  const notices: string[] = [];
  const stopping = new AbortController();
  const opening = openLife({ store, processes, alarmAfterMs: 50, signal: stopping.signal, onNotice: notice => notices.push(notice.kind) });
  await until(() => notices.includes('undo-stuck'), 'the alarm');
  assert.ok(kills > 1, 'it is tried again');
  stopping.abort(new Error('the operator stops the node'));
  await assert.rejects(opening, /the operator stops the node/);

  const abandoned = await WorkerLife.abandonStopped(store, 'v1', 7, 'the machine is broken');
  assert.equal(abandoned, true);
  assert.equal(await WorkerLife.abandonStopped(store, 'v1', 8, 'there is none'), false);
  const nobody: WorkerFactory = { start: () => assert.fail('a process was started'), shutdown: () => Promise.resolve() };
  await (await openLife({ store, processes, alarmAfterMs: 50 })).workers(nobody).shutdown(); // a node that stops does not wait for it either
  const life = await openLife({ store, processes, alarmAfterMs: 50 });
  assert.deepEqual(life.status().map(({ generation, state, abandoned: reason }) => ({ generation, state, reason })), [{ generation: 7, state: 'ending', reason: 'the machine is broken' }]);
  await assert.rejects(startEcho(life, { start: () => Promise.reject(new WorkerLost('but the slot is free')), shutdown: () => Promise.resolve() }), /but the slot is free/);
  isThere = false;
  await life.settled();
  assert.deepEqual(life.status().map(({ generation, state }) => ({ generation, state })), [{ generation: 8, state: 'unwound' }]);
});
