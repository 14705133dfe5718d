/** Deliveries inside the kernel, each kind by turns with the raw worker that does the same deliveries. */
import { availableParallelism } from 'node:os';
import { byTurns, type Batch } from './by-turns.js';
import { contract } from './contracts.js';
import { makeMeasuredKernel, type Call, type MeasuredKernel } from './kernel-in-memory.js';
import { RawWorker } from './raw-worker.js';
import { rowOverFloor, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';
import { defaultParams, makeXsnapWorkerFactory, SlotRef } from '../../kernel/index.js';

const group = 'kernel';
const unit = 'us/delivery';

export async function* kernelRows(size: BenchSize): AsyncIterable<Row> {
  yield await coldStart(size);
  yield await ping(size, 'no snapshots');
  yield await ping(size, 'default snapshots');
  yield await blockWithSnapshot(size);
  yield await pingPong(size);
  yield await durableMap(size);
  yield await eightPings(size);
  yield await eightAtWork(size);
  yield await restart(size);
}

/** From nothing to a vat that has been started. */
async function coldStart({ coldStarts }: BenchSize): Promise<Row> {
  const { zip } = await contract('echo');
  const workers = makeXsnapWorkerFactory();
  const ours: number[] = [];
  const floor: number[] = [];
  for (let sample = -1; sample < coldStarts; sample += 1) {
    const floorMs = await timed(async () => (await RawWorker.start(zip)).close());
    const ourMs = await timed(async () => {
      const worker = await workers.start({ name: 'v1:echo', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
      await worker.deliver(['startVat', { body: '#{}', slots: [] }], () => ['ok', null]);
      await worker.close();
    });
    if (sample < 0) continue;
    floor.push(floorMs);
    ours.push(ourMs);
  }
  await workers.shutdown();
  return rowOverFloor(group, 'worker, cold start to started vat', 'ms', ours, floor);
}

/**
 * A message with a result to one vat: an action, its delivery, its outcome. With heap snapshots, each sample is as long as the
 * default interval between them, so that it has one, loading the next worker included.
 */
async function ping({ samples, deliveries, warmUps }: BenchSize, which: 'no snapshots' | 'default snapshots'): Promise<Row> {
  const { snapshotInitial, snapshotInterval } = defaultParams;
  const kernel = await makeMeasuredKernel({ names: ['echo'], params: which === 'no snapshots' ? {} : { snapshotInitial, snapshotInterval } });
  const raw = await RawWorker.start((await contract('echo')).zip);
  const count = which === 'no snapshots' ? deliveries : Math.min(snapshotInterval, 5 * deliveries);
  const figures = await byTurns(samples, async () => {
    await kernel.run(Array.from({ length: count }, () => echoPing));
    return count;
  }, rawPings(raw, count), warmUps);
  await Promise.all([kernel.close(), raw.close()]);
  return rowOverFloor(group, `ping, ${which}`, unit, figures.ours, figures.floor);
}

/** The floor of pings: so many to one raw worker, each time it is called. */
function rawPings(raw: RawWorker, count: number): Batch {
  let promise = 60;
  return async () => {
    for (let i = 0; i < count; i += 1) {
      promise += 1;
      await raw.deliver(['message', 'o+0', { methargs: { body: '#["ping",[]]', slots: [] }, result: `p-${promise}` }]);
    }
    return count;
  };
}

const echoPing: Call = { target: '@echo', method: 'ping', args: [] };
const pingsPerBlock = 10;

/** A run of ten pings and its commit, with a heap snapshot in it; the floor's place has the same without. */
async function blockWithSnapshot({ samples }: BenchSize): Promise<Row> {
  const often = { snapshotInitial: pingsPerBlock, snapshotInterval: pingsPerBlock };
  const kernels = { often: await makeMeasuredKernel({ names: ['echo'], params: often }), never: await makeMeasuredKernel({ names: ['echo'] }) };
  const block = (kernel: MeasuredKernel): Promise<number> => timed(() => kernel.run(Array.from({ length: pingsPerBlock }, () => echoPing)));
  const ours: number[] = [];
  const floor: number[] = [];
  for (let sample = -1; sample < samples; sample += 1) {
    const [plain, snapshot] = [await block(kernels.never), await block(kernels.often)];
    await kernels.often.run([]);
    if (sample < 0) continue;
    floor.push(plain);
    ours.push(snapshot);
  }
  await Promise.all([kernels.often.close(), kernels.never.close()]);
  return rowOverFloor(group, 'block of ten pings with a heap snapshot', 'ms', ours, floor);
}

/** One vat calls another and waits, many times over: a delivery there, a notify here. */
async function pingPong({ samples, deliveries, warmUps }: BenchSize): Promise<Row> {
  const kernel = await makeMeasuredKernel({ names: ['caller', 'echo'] });
  const raw = { caller: await RawWorker.start((await contract('caller')).zip), echo: await RawWorker.start((await contract('echo')).zip) };
  const rounds = Math.ceil(deliveries / 2);
  let promise = 60;
  const figures = await byTurns(
    samples,
    () => kernel.run([{ target: '@caller', method: 'callMany', args: [new SlotRef('@echo', 'Alleged: echo'), rounds], names: ['@echo'] }]),
    () => rawPingPong(raw, rounds, (promise += rounds + 1) - rounds),
    warmUps,
  );
  await Promise.all([kernel.close(), raw.caller.close(), raw.echo.close()]);
  return rowOverFloor(group, 'ping-pong between two vats', unit, figures.ours, figures.floor);
}

/** What the two vats say, carried between them by hand. Answers the number of deliveries. */
async function rawPingPong({ caller, echo }: { caller: RawWorker; echo: RawWorker }, rounds: number, firstPromise: number): Promise<number> {
  let promise = firstPromise;
  await caller.deliver(['message', 'o+0', { methargs: { body: `#["callMany",["$0.Alleged: echo",${rounds}]]`, slots: ['o-50'] }, result: `p-${promise}` }]);
  for (let done = 0; done < rounds; done += 1) {
    const send = caller.syscalls.find(([kind]) => kind === 'send') as readonly [string, string, { methargs: unknown; result: string }];
    promise += 1;
    await echo.deliver(['message', 'o+0', { methargs: send[2].methargs, result: `p-${promise}` }]);
    const resolve = echo.syscalls.find(([kind]) => kind === 'resolve') as readonly [string, readonly (readonly [string, boolean, unknown])[]];
    const [, isReject, data] = resolve[1][0] as readonly [string, boolean, unknown];
    await caller.deliver(['notify', [[send[2].result, isReject, data]]]);
  }
  return 1 + rounds * 2;
}

/** Twenty cells of a durable map are set and read in each delivery. */
async function durableMap({ samples, deliveries, warmUps }: BenchSize): Promise<Row> {
  const kernel = await makeMeasuredKernel({ names: ['cells'] });
  const raw = await RawWorker.start((await contract('cells')).zip);
  const count = Math.ceil(deliveries / 5);
  let base = 0;
  let promise = 60;
  const figures = await byTurns(samples, async () => {
    await kernel.run(Array.from({ length: count }, () => ({ target: '@cells', method: 'setAndGet', args: [(base += 1)] })));
    return count;
  }, async () => {
    for (let i = 0; i < count; i += 1) {
      base += 1;
      promise += 1;
      await raw.deliver(['message', 'o+0', { methargs: { body: `#["setAndGet",[${base}]]`, slots: [] }, result: `p-${promise}` }]);
    }
    return count;
  }, warmUps);
  await Promise.all([kernel.close(), raw.close()]);
  return rowOverFloor(group, 'durable map, 20 sets and 20 gets', unit, figures.ours, figures.floor);
}

const eight = Array.from({ length: 8 }, (_, at) => `@echo-${at}`);

/** Pings to eight vats, which run side by side; the floor is one worker with as many. */
async function eightPings({ samples, deliveries, warmUps }: BenchSize): Promise<Row> {
  const kernel = await makeMeasuredKernel({ names: ['echo'], copies: eight.length });
  const raw = await RawWorker.start((await contract('echo')).zip);
  const figures = await byTurns(samples, () => callAll(kernel, deliveries, 'ping', []), rawPings(raw, deliveries), warmUps);
  await Promise.all([kernel.close(), raw.close()]);
  return rowOverFloor(group, 'pings to eight vats', unit, figures.ours, figures.floor);
}

/** Steps of a loop that take a worker about 2 ms. */
const work = 80_000;

/** Deliveries of about 2 ms to eight vats; the floor's place has the same kernel with one delivery a round. */
async function eightAtWork({ samples, deliveries }: BenchSize): Promise<Row> {
  const wide = await makeMeasuredKernel({ names: ['echo'], copies: eight.length });
  const narrow = await makeMeasuredKernel({ names: ['echo'], copies: eight.length, params: { roundWidth: 1 } });
  const count = Math.ceil(deliveries / 2);
  const figures = await byTurns(samples, () => callAll(wide, count, 'work', [work]), () => callAll(narrow, count, 'work', [work]));
  await Promise.all([wide.close(), narrow.close()]);
  return rowOverFloor(group, 'eight vats at work, over round width 1', unit, figures.ours, figures.floor);
}

async function callAll(kernel: MeasuredKernel, count: number, method: string, args: Call['args']): Promise<number> {
  await kernel.run(Array.from({ length: count }, (_, at) => ({ target: eight[at % eight.length] as string, method, args })));
  return count;
}

/** Vats that were online come back after a restart, as a node does it; and one after another. */
async function restart({ coldStarts, restartVats }: BenchSize): Promise<Row> {
  const kernel = await makeMeasuredKernel({ names: ['echo'], copies: restartVats });
  const ours: number[] = [];
  const floor: number[] = [];
  for (let sample = -1; sample < coldStarts; sample += 1) {
    const measure = async (width: number): Promise<number> => {
      await kernel.pageOut();
      return timed(() => kernel.bringBack(width));
    };
    const oneByOneMs = await measure(1);
    const sideBySideMs = await measure(4 * availableParallelism());
    if (sample < 0) continue;
    floor.push(oneByOneMs);
    ours.push(sideBySideMs);
  }
  await kernel.close();
  return rowOverFloor(group, `restart with ${restartVats} vats, over one after another`, 'ms', ours, floor);
}
