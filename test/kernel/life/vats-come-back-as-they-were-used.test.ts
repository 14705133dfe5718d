import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LevelHostStore } from '../../../app/host-db/level-host-store.js';
import { Recency } from '../../../app/host-db/recency.js';
import { allVats, asVatId, compareText, type VatId, type WorkerFactory } from '../../../kernel/index.js';
import { makeTestKernel, type TestKernel } from '../../support/kernel.js';
import { makeScriptedWorkers, scripted } from '../../support/kernel-scripted.js';
import { until } from '../../support/worker-kit.js';

const home = mkdtempSync(join(tmpdir(), 'windlass-recency-'));
after(() => rmSync(home, { recursive: true, force: true }));

const vat = (text: string): VatId => asVatId(text)!;

const quiet = scripted(() => undefined);

/** Workers without a process, whose starts can be held up and are counted. */
function slowWorkers(): { readonly workers: WorkerFactory; readonly started: string[]; mostAtOnce(): number; hold(): void; release(): void } {
  const inner = makeScriptedWorkers(quiet);
  const started: string[] = [];
  let gate = Promise.resolve();
  let open = (): void => undefined;
  let [side, most] = [0, 0];
  return {
    started,
    mostAtOnce: () => {
      const seen = most;
      most = 0;
      return seen;
    },
    hold: () => { gate = new Promise(resolve => { open = resolve; }); },
    release: () => { open(); },
    workers: {
      shutdown: () => inner.shutdown(),
      start: async start => {
        started.push(start.vatId);
        side += 1;
        most = Math.max(most, side);
        await gate;
        side -= 1;
        return inner.start(start);
      },
    },
  };
}

/** A kernel with so many vats, v1 to v<n> or so; and the names of them. */
async function kernelWithVats(workers: WorkerFactory, count: number, maxVatsOnline = 50): Promise<{ readonly k: TestKernel; readonly vats: readonly VatId[] }> {
  const k = await makeTestKernel({ scripts: { quiet }, workers, maxVatsOnline });
  for (let i = 0; i < count; i += 1) assert.equal((await k.outcome(k.createVat('alice', 'quiet', `quiet${i}`))).state, 'fulfilled');
  return { k, vats: allVats(k.kernel.state.rows) };
}

test('the vats that were online come back, the most recently used first, as many side by side as was said', async () => {
  const slow = slowWorkers();
  const { k, vats } = await kernelWithVats(slow.workers, 6);
  const again = await k.reopen();
  slow.started.length = 0;
  slow.hold();
  const [a, b, c, d, e] = vats as [VatId, VatId, VatId, VatId, VatId];
  const loading = again.kernel.preload([c, vat('v999'), a, e, b]);
  await until(() => slow.started.length === 4, 'all are started, although none is ready');
  assert.deepEqual(slow.started, [b, e, a, c], 'what is not there is left out');
  slow.release();
  await loading;
  await again.kernel.warehouse.discardAll();
  const before = slow.started.length;
  assert.equal(slow.mostAtOnce(), 4);
  await again.kernel.warehouse.preload([b, e, a, c, d], 2);
  assert.deepEqual(slow.started.slice(before), [b, e, a, c, d]);
  assert.equal(slow.mostAtOnce(), 2);
  await again.shutdown();
});

test('no more come back than may be online, and what a run uses meanwhile is not paged out for them', async () => {
  const slow = slowWorkers();
  const { k, vats } = await kernelWithVats(slow.workers, 6, 3);
  const again = await k.reopen();
  again.invoke('alice', 'quiet5', 'anything');
  await again.run();
  slow.started.length = 0;
  await again.kernel.preload(vats);
  assert.equal(slow.started.length, 2);
  assert.equal(again.kernel.warehouse.online.length, 3);
  assert.ok(again.kernel.warehouse.online.includes(vats[5] as VatId));
  await again.shutdown();
});

test('a run goes on while vats come back', async () => {
  const slow = slowWorkers();
  const { k, vats } = await kernelWithVats(slow.workers, 2);
  const again = await k.reopen();
  slow.hold();
  const loading = again.kernel.preload([vats[0] as VatId]);
  await until(() => slow.started.length === 3, 'one comes back');
  again.invoke('alice', 'quiet1', 'anything');
  const running = again.run();
  await until(() => slow.started.length === 4, 'the other vat is started for its delivery');
  slow.release();
  await Promise.all([running, loading]);
  assert.deepEqual([...again.kernel.warehouse.online].sort(compareText), [...vats].sort(compareText));
  await again.shutdown();
});

test('which vats were online is known after a restart, and costs a write a second at most', async () => {
  const first = await LevelHostStore.open(home);
  let writes = 0;
  const counted = { home: first.home, rows: (prefix: string) => first.rows(prefix), close: () => first.close(), write: (...args: Parameters<LevelHostStore['write']>) => { writes += 1; return first.write(...args); } };
  const recency = await Recency.open(counted);
  assert.equal(recency.before, undefined);
  for (let i = 1; i <= 500; i += 1) recency.note([vat('v3'), vat(`v${i}`)]);
  assert.equal(writes, 0, 'whoever notes does not wait');
  await recency.flush();
  await recency.flush();
  assert.equal(writes, 1);
  await first.close();
  const second = await LevelHostStore.open(home);
  assert.deepEqual((await Recency.open(second)).before, ['v3', 'v500']);
  assert.equal(second.home, first.home);
  await second.close();
});
