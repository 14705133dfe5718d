/** What the run-queue's lanes say is what a walk over all rows says, whatever was written and undone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryOf } from '../../kernel/clist.js';
import { kernelObjectId, kernelPromiseId, vatId, type VatId } from '../../kernel/ids.js';
import { isAlone, parseItem, type QueueItem } from '../../kernel/items.js';
import { runQueueOf, vatOfItem, type Waiting } from '../../kernel/run-queue.js';
import { keys } from '../../kernel/store/keys.js';
import { KernelStorage, MemoryBacking } from '../../kernel/store/storage.js';
import { isAlive } from '../../kernel/vat/records.js';

/** mulberry32 */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const vats = [1, 2, 3, 4].map(vatId);
const objects = [20, 21, 22, 23, 24, 25].map(kernelObjectId);
const promises = [40, 41, 42].map(kernelPromiseId);
const noData = { body: '#[]', slots: [] };

type Random = ReturnType<typeof randomOf>;
const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

function randomItem(random: Random): QueueItem {
  if (random(12) === 0) return { type: 'terminate-vat', vat: pick(random, vats), reason: noData, result: null };
  if (random(2) === 0) return { type: 'send', target: pick(random, objects), methargs: noData, result: null };
  return { type: 'notify', vat: pick(random, vats), promise: pick(random, promises) };
}

/** One write of the kind that decides where items go. */
function writeSomething(random: Random, rows: KernelStorage, next: { item: number }): void {
  const vat = pick(random, vats);
  switch (random(6)) {
    case 0: case 1:
      rows.set(keys.runQueue((next.item += 1)), JSON.stringify(randomItem(random)));
      return;
    case 2: {
      const waiting = [...rows.below(keys.allRunQueue)];
      if (waiting.length > 0) rows.delete(pick(random, waiting)[0]);
      return;
    }
    case 3:
      rows.set(keys.object(pick(random, objects)), `${pick(random, [...vats, 's:timer', '-'])} ${random(3)} 3`);
      return;
    case 4: {
      const key = keys.clistKref(vat, pick(random, promises));
      if (random(2) === 0) rows.set(key, `R p-${random(9)}`);
      else rows.delete(key);
      return;
    }
    default:
      rows.set(keys.vat(vat), JSON.stringify({ life: random(4) === 0 ? 'terminated' : 'running' }));
  }
}

/** The definition: every row, in order; what a vat that is closed or already found would be given is passed over. */
function walk(rows: KernelStorage, closedBefore: ReadonlySet<VatId>, kernelItemsMax: number): Waiting[] {
  const closed = new Set(closedBefore);
  const found: Waiting[] = [];
  let kernelItems = 0;
  for (const [key, text] of rows.below(keys.allRunQueue)) {
    if (kernelItems >= kernelItemsMax) break;
    const item = parseItem(text);
    if (isAlone(item)) return [...found, { key, vat: undefined }];
    const owner = vatOfItem(rows, item);
    const isVoid = item.type === 'notify' && entryOf(rows, item.vat, item.promise) === undefined;
    const vat = owner !== undefined && isAlive(rows, owner) && !isVoid ? owner : undefined;
    if (vat !== undefined && closed.has(vat)) continue;
    if (vat !== undefined) closed.add(vat);
    else kernelItems += 1;
    found.push({ key, vat });
  }
  return found;
}

/** Candidates as planning uses them: up to the first alone item, and until the bound of kernel items. */
function used(rows: KernelStorage, candidates: Iterable<Waiting>, kernelItemsMax: number): Waiting[] {
  const found: Waiting[] = [];
  let kernelItems = 0;
  for (const waiting of candidates) {
    if (kernelItems >= kernelItemsMax) break;
    found.push(waiting);
    const item = parseItem(rows.get(waiting.key) as string);
    if (isAlone(item)) break;
    if (waiting.vat === undefined) kernelItems += 1;
  }
  return found;
}

function keysByWalk(rows: KernelStorage, vat: VatId): string[] {
  return [...rows.below(keys.allRunQueue)].filter(([, text]) => vatOfItem(rows, parseItem(text)) === vat).map(([key]) => key);
}

/** Items of a vat before the first alone item, without notifies of what it does not know. */
function mustDoByWalk(rows: KernelStorage, vat: VatId): string[] {
  const alone = [...rows.below(keys.allRunQueue)].find(([, text]) => isAlone(parseItem(text)))?.[0];
  return keysByWalk(rows, vat).filter(key => {
    const item = parseItem(rows.get(key) as string);
    return (alone === undefined || key < alone) && !(item.type === 'notify' && entryOf(rows, item.vat, item.promise) === undefined);
  });
}

function countedByWalk(rows: KernelStorage): number {
  const open = new Set<string>();
  for (const [key, text] of rows.below(keys.allRunQueue)) {
    const item = parseItem(text);
    open.add(isAlone(item) ? key : (vatOfItem(rows, item) ?? key));
  }
  return open.size;
}

test('lanes give the candidates of a walk over all rows, also after undone steps and dropped runs', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const random = randomOf(seed);
    const rows = await KernelStorage.open(new MemoryBacking());
    const next = { item: 0 };
    for (let step = 0; step < 60; step += 1) {
      rows.beginStep();
      for (let writes = random(6); writes >= 0; writes -= 1) writeSomething(random, rows, next);
      const queue = runQueueOf(rows); // made in the midst of a step, of some seeds
      if (random(5) === 0) rows.undoStep();
      const bound = 1 + random(4);
      const closed = new Set(vats.filter(() => random(4) === 0));
      assert.deepEqual(used(rows, queue.candidates(closed), bound), walk(rows, closed, bound), `seed ${seed}, step ${step}`);
      const vat = pick(random, vats);
      assert.deepEqual(queue.keysOf(vat), keysByWalk(rows, vat), `seed ${seed}, step ${step}`);
      assert.deepEqual(queue.nextOf(vat, 3), mustDoByWalk(rows, vat).slice(0, 3), `seed ${seed}, step ${step}`);
      const enough = 1 + random(8);
      const counted = new Set<string>();
      queue.countWaiting(counted, enough);
      assert.equal(Math.min(counted.size, enough), Math.min(countedByWalk(rows), enough), `seed ${seed}, step ${step}`);
      if (random(4) === 0) rows.dropStep();
      else rows.endStep();
      if (random(10) === 0) rows.dropRun();
      else if (random(5) === 0) rows.committed();
    }
  }
});

test('what waits for one vat does not make planning slower', async () => {
  const rows = await KernelStorage.open(new MemoryBacking());
  rows.beginStep();
  rows.set(keys.vat(vats[0] as VatId), JSON.stringify({ life: 'running' }));
  rows.set(keys.object(objects[0] as (typeof objects)[0]), 'v1 1 1');
  for (let item = 1; item <= 20_000; item += 1) {
    rows.set(keys.runQueue(item), JSON.stringify({ type: 'send', target: objects[0], methargs: noData, result: null } satisfies Partial<QueueItem>));
  }
  assert.equal([...runQueueOf(rows).candidates(new Set())].length, 1);
  let walked = 0;
  const below = rows.below.bind(rows);
  rows.below = prefix => {
    walked += 1;
    return below(prefix);
  };
  assert.deepEqual([...runQueueOf(rows).candidates(new Set())], [{ key: keys.runQueue(1), vat: 'v1' }]);
  assert.equal(walked, 0, 'the rows of the queue are not walked again');
});
