import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { prepareEngine } from '../../../kernel/vat/worker-engine.js';
import { buildEngine, prepareSources } from '../../../scripts/build-engine/build.js';
import { packageRootAbove } from '../../../scripts/package-root.js';
import { attacks, usual } from '../../support/engine-attacks.js';
import { runInEngine } from '../../support/engine-process.js';
import { heapStoryOfProcess, tellHeapStory } from '../../support/heap-story.js';

const root = packageRootAbove(import.meta.dirname);
const engine = prepareEngine({});
const folder = mkdtempSync(join(tmpdir(), 'windlass-engines-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const compilers = ['cc', 'clang'].filter(name => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
for (const compiler of compilers) {
  for (const optimisation of ['-O1', '-O2']) {
    test(`${compiler} ${optimisation}: the same base snapshot, costs, verdicts and heaps of vats`, async () => {
      const binary = await buildEngine(prepareSources(root), { toolchain: { compiler, optimisation } });
      const other = prepareEngine({ binary: { path: binary, engineId: engine.engineId.split(':')[0]! }, baseSnapshotFolder: folder });
      assert.equal(other.engineId, engine.engineId);
      const ends = (path: string, program: string, computrons: number) =>
        runInEngine(program, { binary: path, baseSnapshot: engine.baseSnapshot!.path, computrons, milliseconds: 120_000 });
      for (const [name, program] of Object.entries(usual)) {
        assert.deepEqual(await ends(binary, program, 100_000_000), await ends(engine.binary, program, 100_000_000), name);
      }
      for (const [name, program] of Object.entries(attacks)) {
        assert.deepEqual(await ends(binary, program, 500_000), await ends(engine.binary, program, 500_000), name);
      }
      assert.deepEqual(await heapStoryOfProcess(folder, binary), await tellHeapStory({}), 'activity hash and heaps');
    });
  }
}

test('with the default bound of a delivery every attack ends', async t => {
  const { binary, baseSnapshot } = engine;
  for (const [name, program] of Object.entries(attacks)) {
    const begin = performance.now();
    const end = await runInEngine(program, { binary, baseSnapshot: baseSnapshot!.path, computrons: 100_000_000, milliseconds: 300_000 });
    t.diagnostic(`${name}: ${Math.round(performance.now() - begin)} ms`);
    assert.ok(typeof end === 'object' && 'exit' in end && [11, 12, 17].includes(end.exit ?? 0), `${name}: ${JSON.stringify(end)}`);
  }
});
