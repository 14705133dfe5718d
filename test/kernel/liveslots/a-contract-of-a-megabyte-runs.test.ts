import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundle } from '../../../app/bundler/bundle.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { encodeCapData } from '../../../kernel/capdata.js';
import { Kernel, KernelStorage, MemoryBacking, MemorySnapshots, defaultParams, makeXsnapWorkerFactory, type Action } from '../../../kernel/index.js';
import { defaultSettings } from '../../../kernel/vat/settings.js';

const functions = 6_000;

/** Thousands of functions that all are there, with words between them. One list with all their names would overflow the engine's stack. */
function source(): string {
  const parts = Array.from({ length: functions }, (_, at) => `all.push(x => (x * ${at + 1} + ${(at * 7919) % 104_729}) % 1000003); // ${'a line of many words '.repeat(6)}`);
  return `import { Far } from '@endo/far';\nconst all = [];\n${parts.join('\n')}\nexport const buildRootObject = () => Far('large', { run: x => all.reduce((y, f) => f(y), x) });\n`;
}

function expected(x: number): number {
  return Array.from({ length: functions }, (_, at) => at).reduce((y, at) => (y * (at + 1) + ((at * 7919) % 104_729)) % 1_000_003, x);
}

test('a contract whose source has a megabyte is bundled, started, called, and brought back', { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-large-'));
  const workers = makeXsnapWorkerFactory({});
  try {
    const text = source();
    assert.ok(text.length > 1_000_000, `${text.length} characters`);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'large', version: '1.0.0', type: 'module', dependencies: { '@endo/far': '*' } }));
    await writeFile(join(folder, 'large.js'), text);
    await symlink(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
    const { bundleId, zip } = await bundle(join(folder, 'large.js'));
    assert.deepEqual(await callTwice(workers, bundleId, zip), [`#${expected(5)}`, `#${expected(6)}`]);
  } finally {
    await workers.shutdown();
    await rm(folder, { recursive: true, force: true });
  }
});

/** The second call goes to a worker that was brought back. */
async function callTwice(workers: ReturnType<typeof makeXsnapWorkerFactory>, bundleId: string, zip: Uint8Array): Promise<readonly string[]> {
  const kernel = new Kernel({ storage: await KernelStorage.open(new MemoryBacking()), workers, engine: workers.engineId, bundles: { get: () => Promise.resolve(zip) }, snapshots: new MemorySnapshots() });
  kernel.initialize({ vats: {} }, [{ bundleId, size: zip.length }]);
  const answers: string[] = [];
  const act = async (action: Action): Promise<void> => {
    const { outbound } = await kernel.run({ highPriority: [], actions: [action], newBundles: [], now: 1n, params: { ...defaultParams, computronsPerRun: 10n ** 12n } });
    for (const op of outbound) if (op.kind === 'action-settled') answers.push(op.result.body);
  };
  await act({ id: 1n, sender: 'alice', kind: 'create-vat', bundleId, label: 'large', parameters: encodeCapData({}), settings: defaultSettings, saveAs: 'large' });
  for (const [id, x] of [[2n, 5], [3n, 6]] as const) {
    await act({ id, sender: 'alice', kind: 'invoke', target: 'large', method: 'run', args: encodeCapData([x]), saveAs: '', funds: [] });
    await kernel.warehouse.discardAll();
  }
  assert.match(answers[0] ?? '', /root/);
  return answers.slice(1);
}
