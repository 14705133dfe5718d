/** A story with real workers and many heap snapshots; as a program it prints what it came to. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { activityHash, allVats, makeXsnapWorkerFactory, readProgress } from '../../kernel/index.js';
import { findXsnapBinary } from '../../kernel/vat/xsnap-binary.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';

export type HeapStory = {
  readonly activity: string;
  readonly answers: readonly string[];
  /** The snapshot that each vat's span starts from. */
  readonly heaps: readonly string[];
};

/** Told by a kernel that is restarted where `restart` says so. */
export async function tellHeapStory(options: TestKernelOptions, restart: (k: TestKernel) => Promise<TestKernel> = k => Promise.resolve(k)): Promise<HeapStory> {
  let k = await makeTestKernel({ vats: ['counter', 'durable', 'promiser'], params: { snapshotInitial: 4, snapshotInterval: 3 }, audited: false, ...options });
  const answers: string[] = [];
  const tell = async (id: bigint): Promise<void> => {
    const { state, result } = await k.outcome(id);
    answers.push(`${state} ${result.body} ${result.slots.join(' ')}`);
  };
  try {
    await tell(k.createVat('alice', 'counter', 'counter', { start: 10 }));
    await tell(k.createVat('alice', 'durable', 'mint'));
    await tell(k.createVat('alice', 'promiser', 'promiser'));
    await tell(k.invoke('alice', 'mint', 'open', ['first'], 'purse'));
    for (let round = 0; round < 9; round += 1) {
      await tell(k.invoke('alice', 'counter', 'increment'));
      await tell(k.invoke('alice', 'purse', 'deposit', [BigInt(round)]));
      k.invoke('alice', 'promiser', 'give', [`n${round}`]);
      await k.run();
      if (round % 2 === 1) k = await restart(k);
    }
    await tell(k.invoke('alice', 'purse', 'balance'));
    const { rows } = k.kernel.state;
    return { activity: activityHash(rows), answers, heaps: allVats(rows).map(vat => readProgress(rows, vat).snapshot) };
  } finally {
    await k.shutdown();
  }
}

/** The story as another process tells it: `argv` is [folder of its base snapshot, path of an engine of its own]. */
export async function heapStoryOfProcess(folder: string, binary: string | undefined, { before = [], env = {} }: { readonly before?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {}): Promise<HeapStory> {
  const [command = '', ...args] = [...before, process.execPath, fileURLToPath(import.meta.url), folder, ...(binary === undefined ? [] : [binary])];
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, HOME: folder, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  assert.equal(code, 0, said);
  return JSON.parse(said) as HeapStory;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder = '', path] = process.argv;
  const binary = path === undefined ? undefined : { path, engineId: findXsnapBinary().engineId };
  const workers = makeXsnapWorkerFactory({ baseSnapshotFolder: join(folder, 'base'), ...(binary ? { binary } : {}) });
  process.stdout.write(JSON.stringify(await tellHeapStory({ workers, engine: workers.engineId })));
}
