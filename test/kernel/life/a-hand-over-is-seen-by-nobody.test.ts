/** F27 with real workers: a vat's next worker is made beside the one that writes the heap it starts from. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { makeXsnapWorkerFactory, MemoryHostStore, WorkerLife, type HostLimits, type WorkerFactory } from '../../../kernel/index.js';
import { FileSnapshots } from '../../support/file-snapshots.js';
import { tellHeapStory, type HeapStory } from '../../support/heap-story.js';

const factories: WorkerFactory[] = [];
const folders: FileSnapshots[] = [];
after(async () => {
  await Promise.all(factories.map(factory => factory.shutdown()));
  for (const folder of folders) folder.dispose();
});

type Told = { readonly story: HeapStory; readonly handOvers: number; readonly atOnce: number; readonly stale: number };

/** The story over a host; how many hand-overs were done, and how many workers a vat had at once. */
async function told(limits?: HostLimits): Promise<Told> {
  let [handOvers, atOnce] = [0, 0];
  const life: WorkerLife = await WorkerLife.open({
    store: new MemoryHostStore(),
    ...(limits ? { limits } : {}),
    onStep: step => {
      const lines = life.status();
      const perVat = lines.map(({ vat }) => lines.filter(line => line.vat === vat && line.memory !== undefined).length);
      atOnce = Math.max(atOnce, ...perVat);
      if (step === 'ready' && lines.some(({ vat, state }) => state === 'ending' && lines.some(other => other.vat === vat && other.state === 'running'))) handOvers += 1;
      return Promise.resolve();
    },
  });
  const snapshots = new FileSnapshots();
  folders.push(snapshots);
  const inner = makeXsnapWorkerFactory();
  factories.push(inner);
  const workers = life.workers(inner);
  const story = await tellHeapStory({ workers, engine: inner.engineId, snapshots });
  await life.settled();
  assert.ok(life.usage().every(({ used }) => used === 0n), 'nothing is charged when no worker is left');
  return { story, handOvers, atOnce, stale: life.staleNotices };
}

test('F27: a hand-over changes no answer, no heap and no history; nor does a host without room for one', { timeout: 300_000 }, async () => {
  const withRoom = await told();
  assert.ok(withRoom.handOvers >= 5, `${withRoom.handOvers} hand-overs`);
  assert.equal(withRoom.atOnce, 2);
  assert.equal(withRoom.stale, 0, 'the end of a worker whose place was taken is expected');
  const without = await told({ vat: { workers: 1n } });
  assert.deepEqual(without.story, withRoom.story);
  assert.deepEqual([without.handOvers, without.atOnce], [0, 1]);
});
