/** When a heap snapshot is taken, what it changes, and that nothing which goes wrong in taking it reaches consensus. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../../kernel/capdata.js';
import { activityHash, keys, MemoryBacking, MemorySnapshots, readProgress, ReplayMismatch, SnapshotUnusable, WorkerLost, type HeapWriter, type VatId } from '../../../kernel/index.js';
import { queueDueReap, queueReap } from '../../../kernel/reap.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { startAt } from '../../../kernel/store/transcript.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../../support/kernel.js';
import { makeScriptedWorkers, resultOf, whatOf, type ScriptedVat, type ScriptStart } from '../../support/kernel-scripted.js';

const vat = 'v1' as VatId;

/** Counts in its heap; `look` changes nothing. Told to the test: every kind of delivery it gets. */
function counterWith(heard: string[], mistake = 0) {
  return ({ saved }: ScriptStart): ScriptedVat => {
    let count = Number(saved ?? '0');
    return {
      save: () => String(count + mistake),
      async deliver(delivery, syscall) {
        heard.push(whatOf(delivery));
        if (delivery[0] !== 'message') return { computrons: 1000 };
        if (whatOf(delivery) === 'add') count += 1;
        await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(count)]]]);
        return { computrons: 1000 };
      },
    };
  };
}

async function open(options: Partial<TestKernelOptions> = {}, heard: string[] = []): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { vat: counterWith(heard) }, params: { snapshotInitial: 3, snapshotInterval: 5, reapInterval: 1000 }, ...options });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  return k;
}

async function call(k: TestKernel, times: number, method = 'add'): Promise<string> {
  let last = '';
  for (let at = 0; at < times; at += 1) last = (await k.outcome(k.invoke('alice', 'vat', method))).result.body;
  return last;
}

const progressOf = (k: TestKernel) => readProgress(k.kernel.state.rows, vat);

test('the first comes after snapshot_initial deliveries, later ones after snapshot_interval, each directly after a bringOutYourDead', async () => {
  const heard: string[] = [];
  const k = await open({}, heard);
  await call(k, 1);
  assert.equal(progressOf(k).snapshot, '');
  await call(k, 1); // the third delivery: startVat counts
  const first = progressOf(k);
  assert.match(first.snapshot, /^[0-9a-f]{64}$/);
  assert.deepEqual([first.spanStart, first.position, first.reap], [5, 6, 0], 'start, three deliveries, bringOutYourDead; and the new start');
  const { start } = startAt(k.kernel.state.rows, vat, first.spanStart);
  assert.equal(start.snapshot, first.snapshot);
  assert.match(start.previous, /^[0-9a-f]{64}$/, 'the hash of the span before');
  assert.equal(start.engine, 'scripted');
  assert.equal(await call(k, 4), '#6');
  assert.equal(progressOf(k).snapshot, first.snapshot);
  assert.equal(await call(k, 1), '#7');
  assert.notEqual(progressOf(k).snapshot, first.snapshot);
  assert.deepEqual(heard, ['startVat', 'add', 'add', 'bringOutYourDead', 'add', 'add', 'add', 'add', 'add', 'bringOutYourDead']);
  assert.equal(k.snapshots.hashes.length, 1);
});

test('a reap that is queued already is marked, and the vat stands in the queue once', async () => {
  const heard: string[] = [];
  const k = await open({ params: { snapshotInitial: 3, snapshotInterval: 5, reapInterval: 1000, roundWidth: 1 } }, heard);
  await call(k, 1);
  const { state } = k.kernel;
  beginStep(state);
  queueReap(state, vat); // as if it were dirty
  queueDueReap(state, vat, false);
  assert.equal(state.rows.get(keys.reap(progressOf(k).reap)), 'v1');
  state.params = { ...state.params, snapshotInitial: 2 };
  queueDueReap(state, vat, false);
  closeStep(state, 'inject');
  assert.deepEqual([...state.rows.below(keys.allReaps)].map(([, text]) => text), ['v1 snapshot']);
  await k.run();
  assert.deepEqual(heard, ['startVat', 'add', 'bringOutYourDead']);
  assert.notEqual(progressOf(k).snapshot, '');
});

test('the snapshot is charged by its size', async () => {
  const k = await open();
  await call(k, 1);
  const before = BigInt(progressOf(k).used);
  let size = 0;
  const { begin } = k.snapshots;
  k.snapshots.begin = () => {
    const writer: HeapWriter = begin.call(k.snapshots);
    return { ...writer, finish: async () => { const saved = await writer.finish(); size = saved.size; return saved; } };
  };
  await call(k, 1);
  assert.ok(size > 0);
  const perDelivery = before - 1000n; // startVat recorded nothing
  assert.equal(BigInt(progressOf(k).used) - before, perDelivery + 1000n + BigInt(size));
});

test('an unchanged heap gives the same snapshot, and the span rolls over all the same', async () => {
  const k = await open();
  await call(k, 2, 'look');
  const first = progressOf(k);
  await call(k, 5, 'look');
  const second = progressOf(k);
  assert.equal(second.snapshot, first.snapshot);
  assert.ok(second.spanStart > first.spanStart);
  assert.notEqual(second.spanHash, first.spanHash);
});

test('paging and restarts go on from the snapshot, and replay what came after it alone', async () => {
  const heard: string[] = [];
  const k = await open({}, heard);
  assert.equal(await call(k, 4), '#4');
  heard.length = 0;
  const again = await k.reopen();
  assert.equal(await call(again, 1), '#5');
  assert.deepEqual(heard, ['add', 'add', 'add'], 'two replayed, one new');
});

test('a heap that cannot be written is tried again on another worker; when that keeps failing the node stops, and nothing of it counts', async () => {
  const plain = await open();
  await call(plain, 2);
  for (const failures of [2, 3]) {
    const k = await open();
    await call(k, 1);
    const begin = k.snapshots.begin.bind(k.snapshots);
    let left = failures;
    k.snapshots.begin = () => {
      left -= 1;
      return left < 0 ? begin() : { ...begin(), write: () => { throw new Error('the disk is full'); } };
    };
    const id = k.invoke('alice', 'vat', 'add');
    if (failures === 3) {
      await assert.rejects(k.run(), (error: unknown) => error instanceof WorkerLost && error.message === 'the heap of v1 cannot be saved: the disk is full');
      await k.kernel.dropRun();
    }
    await k.outcome(id);
    assert.equal(left, -1);
    assert.equal(activityHash(k.kernel.state.rows), activityHash(plain.kernel.state.rows));
  }
});

test('workers that die while they write their heap change nothing', async () => {
  let dies = 0;
  const workers = makeScriptedWorkers(counterWith([]), { dies: () => (dies -= 1) === 0 });
  const plain = await open({ workers: makeScriptedWorkers(counterWith([])) });
  await call(plain, 9);
  const k = await open({ workers });
  await call(k, 1);
  for (let at = 0; at < 8; at += 1) {
    dies = 1 + (at % 6);
    await call(k, 1);
  }
  assert.equal(activityHash(k.kernel.state.rows), activityHash(plain.kernel.state.rows));
});

test('a closed span that is replayed ends in the same heap; another heap is reported with vat and delivery', async () => {
  let make = counterWith([]);
  const backing = new MemoryBacking({ keepsClosedSpans: true });
  const snapshots = new MemorySnapshots();
  snapshots.keepOnly = () => undefined;
  const k = await makeTestKernel({ scripts: { vat: start => make(start) }, params: { snapshotInitial: 3, snapshotInterval: 5, reapInterval: 1000 }, snapshots, newBacking: backing });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await call(k, 7);
  const { spanStart } = progressOf(k);
  const again = await k.reopen();
  await again.kernel.warehouse.checkClosedSpan(vat, 0, 5);
  await again.kernel.warehouse.checkClosedSpan(vat, 5, spanStart);
  make = counterWith([], 1);
  await assert.rejects(again.kernel.warehouse.checkClosedSpan(vat, 0, 5), (error: unknown) => {
    assert.ok(error instanceof ReplayMismatch);
    assert.deepEqual([error.vat, error.delivery], [vat, 4]);
    assert.match(error.message, /^v1 does not replay: delivery 4\n {2}recorded: \{"snapshot":"[0-9a-f]{64}"\}\n {2}replayed: \{"snapshot":"[0-9a-f]{64}"\}$/);
    return true;
  });
});

test('a snapshot that is gone stops the node, which says so', async () => {
  const k = await open();
  await call(k, 2);
  k.snapshots.keepOnly(new Set());
  const again = await k.reopen();
  await assert.rejects(again.kernel.preload(), SnapshotUnusable);
});

test('an incarnation of the same engine with another base snapshot is brought back with its own', async () => {
  const base = Buffer.from(JSON.stringify({ bundle: 'vat', past: [] }));
  const snapshots = new MemorySnapshots();
  const writer = snapshots.begin();
  void writer.write(base);
  const { hash } = await writer.finish();
  snapshots.keepOnly = () => undefined;
  const bases: unknown[] = [];
  const scripted = makeScriptedWorkers(counterWith([]));
  const workers = { ...scripted, start: (start: Parameters<typeof scripted.start>[0]) => { bases.push(start.base); return scripted.start(start); } };
  const k = await open({ workers, engine: `engine-1:${hash}`, snapshots });
  await call(k, 1);
  await k.shutdown();
  const later = await makeTestKernel({ scripts: { vat: counterWith([]) }, workers, engine: `engine-1:${'0'.repeat(64)}`, backing: k.backing, snapshots });
  later.kernel.requireEngine();
  await later.kernel.preload();
  assert.deepEqual(bases, [undefined, { bytes: base }]);
  const other = await makeTestKernel({ scripts: { vat: counterWith([]) }, workers, engine: `engine-2:${hash}`, backing: k.backing, snapshots });
  assert.throws(() => other.kernel.requireEngine(), { name: 'EngineMissing', message: /^v1 runs on engine engine-1:/ });
});
