/** What a crank reads does not grow with the vats there are, with what paused vats have waiting, nor with the table of objects. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../kernel/capdata.js';
import { kernelObjectId, kernelPromiseId, vatId } from '../../kernel/ids.js';
import { keys } from '../../kernel/store/keys.js';
import type { KernelStorage } from '../../kernel/store/storage.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';
import { resultOf, scripted } from '../support/kernel-scripted.js';

const echo = scripted(async (delivery, syscall) => {
  if (delivery[0] === 'message') await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('done')]]]);
});

/** Counts rows that are read, one by one or in walks. */
function countReads(rows: KernelStorage): () => number {
  let reads = 0;
  const [get, first, range] = [rows.get.bind(rows), rows.first.bind(rows), rows.range.bind(rows)];
  rows.get = key => {
    reads += 1;
    return get(key);
  };
  rows.first = (prefix, from) => {
    reads += 1;
    return first(prefix, from);
  };
  rows.range = function* (from, to) {
    for (const row of range(from, to)) {
      reads += 1;
      yield row;
    }
  };
  return () => reads;
}

/** Rows read for each crank of a run with 40 pings to four of the vats, after a run that has settled everything. */
async function readsPerCrank(k: TestKernel): Promise<number> {
  const reads = countReads(k.kernel.state.rows);
  const before = reads();
  for (let ping = 0; ping < 40; ping += 1) k.invoke('alice', `vat-${ping % 4}`, 'ping');
  const { cranks } = await k.run();
  assert.ok(cranks >= 40);
  return (reads() - before) / cranks;
}

async function kernelWith(vats: number): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { echo }, audited: false, maxVatsOnline: 50, params: { computronsPerRun: 10n ** 15n } });
  for (let at = 0; at < vats; at += 1) k.createVat('alice', 'echo', `vat-${at}`);
  await k.run();
  return k;
}

test('a thousand vats cost no more than ten', async () => {
  const [few, many] = [await readsPerCrank(await kernelWith(10)), await readsPerCrank(await kernelWith(1000))];
  assert.ok(many < few * 1.02, `${few} rows a crank with 10 vats, ${many} with 1000`);
});

test('paused vats with collection and messages waiting cost nothing', async () => {
  const few = await readsPerCrank(await kernelWith(10));
  const k = await kernelWith(10);
  for (let at = 0; at < 300; at += 1) k.createVat('alice', 'echo', `paused-${at}`, {}, { computeBalance: '1' });
  await k.run();
  for (let at = 0; at < 300; at += 1) {
    if (at < 150) k.invoke('alice', `paused-${at}`, 'ping');
    else k.queue({ kind: 'drop', sender: 'alice', name: `paused-${at}` });
  }
  await k.run();
  const { rows } = k.kernel.state;
  assert.deepEqual([[...rows.below('qp.')].length, [...rows.below(keys.allGcActions)].length], [150, 300], 'messages and actions wait');
  const many = await readsPerCrank(k);
  assert.ok(many < few * 1.02, `${few} rows a crank without paused vats, ${many} with them`);
});

test('a vat that is paused takes its own items out of a long queue, and looks at no others', async () => {
  const k = await kernelWith(3);
  k.createVat('alice', 'echo', 'short', {}, { computeBalance: '3000' });
  await k.run();
  const { rows } = k.kernel.state;
  rows.beginStep();
  for (let at = 0; at < 5000; at += 1) rows.set(keys.runQueue(1_000_000 + at), JSON.stringify({ type: 'notify', vat: 'v2', promise: 'kp40' }));
  rows.set(keys.promise(kernelPromiseId(40)), 'r 5001');
  rows.set(keys.promiseData(kernelPromiseId(40)), '{"body":"#0","slots":[]}');
  rows.endStep();
  for (let ping = 0; ping < 4; ping += 1) k.invoke('alice', 'short', 'ping');
  let most = 0;
  const below = rows.below.bind(rows);
  rows.below = function* (prefix) {
    let walked = 0;
    for (const row of below(prefix)) {
      walked += 1;
      most = Math.max(most, walked);
      yield row;
    }
  };
  await k.run();
  assert.equal([...rows.below('qp.')].length, 2, 'it is paused with messages');
  assert.ok(most < 100, `a walk met ${most} rows`);
});

test('a hundred thousand objects cost no more than a thousand', async () => {
  const filled = async (objects: number): Promise<TestKernel> => {
    const k = await kernelWith(4);
    const { rows } = k.kernel.state;
    rows.beginStep();
    for (let at = 0; at < objects; at += 1) {
      const kref = kernelObjectId(10_000 + at);
      rows.set(keys.object(kref), 'v1 1 1');
      rows.set(keys.clistKref(vatId(1), kref), `R o+${10_000 + at}`);
      rows.set(keys.clistVref(vatId(1), `o+${10_000 + at}`), kref);
      rows.set(keys.clistKref(vatId(2), kref), `R o-${10_000 + at}`);
      rows.set(keys.clistVref(vatId(2), `o-${10_000 + at}`), kref);
      rows.set(keys.importer(kref, vatId(2)), '');
    }
    rows.endStep();
    rows.committed();
    return k;
  };
  const [few, many] = [await readsPerCrank(await filled(1000)), await readsPerCrank(await filled(100_000))];
  assert.ok(many < few * 1.02, `${few} rows a crank with 1,000 objects, ${many} with 100,000`);
});
