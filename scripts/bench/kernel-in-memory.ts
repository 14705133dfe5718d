/** A kernel without a chain, its rows in memory, with real workers: what the kernel's rows measure. Heap snapshots, where there are any, go to files. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeapFiles } from '../../app/snapshots/heap-files.js';
import { allVats, defaultParams, encodeCapData, Kernel, KernelStorage, makeXsnapWorkerFactory, MemoryBacking, spanChanges, type Action, type KernelParams, type Passable } from '../../kernel/index.js';
import { contract, type ContractName } from './contracts.js';

/** No budget: a run goes on until there is no work. No heap snapshots either. */
const params: KernelParams = { ...defaultParams, computronsPerRun: 10n ** 18n, snapshotInitial: 1_000_000_000, snapshotInterval: 1_000_000_000 };

export type Call = { readonly target: string; readonly method: string; readonly args: readonly Passable[]; readonly names?: readonly string[] };

export type MeasuredKernel = {
  /** One run over the calls, committed. Answers how many cranks it had. Rejects unless every call is fulfilled. */
  run(calls: readonly Call[]): Promise<number>;
  /** Ends all workers. */
  pageOut(): Promise<void>;
  /** Brings all vats back, so many side by side. */
  bringBack(width?: number): Promise<void>;
  close(): Promise<void>;
};

export type MeasuredVats = { readonly names: readonly ContractName[]; /** Of each name so many vats: name-0, name-1 … */ readonly copies?: number; readonly params?: Partial<KernelParams> };

/** A kernel whose static vats are published as @<name>; their starts are done. */
export async function makeMeasuredKernel({ names, copies, params: changed = {} }: MeasuredVats): Promise<MeasuredKernel> {
  const vatNames = names.flatMap(name => (copies === undefined ? [{ name, from: name }] : Array.from({ length: copies }, (_, at) => ({ name: `${name}-${at}`, from: name }))));
  const contracts = await Promise.all([...vatNames, { name: 'publisher', from: 'publisher' as const }].map(async ({ name, from }) => ({ name, ...(await contract(from)) })));
  const zips = new Map(contracts.map(({ bundleId, zip }) => [bundleId, zip]));
  const backing = new MemoryBacking();
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-heaps-'));
  const workers = makeXsnapWorkerFactory();
  const heaps = new HeapFiles(folder);
  const kernel = new Kernel({
    storage: await KernelStorage.open(backing),
    workers,
    engine: workers.engineId,
    snapshots: heaps,
    bundles: { get: id => Promise.resolve(zips.get(id)) },
    yieldToHost: () => new Promise(resolve => setImmediate(resolve)), // as the node has it
  });
  const vats = Object.fromEntries(contracts.map(({ name, bundleId }) => [name, { bundleId }]));
  kernel.initialize({ bootstrap: 'publisher', vats }, [...zips].map(([bundleId, zip]) => ({ bundleId, size: zip.length })));
  let lastAction = 0n;
  const run = async (calls: readonly Call[]): Promise<number> => {
    const actions = calls.map(call => actionOf((lastAction += 1n), call));
    const report = await kernel.run({ highPriority: [], actions, newBundles: [], now: 1n, params: { ...params, ...changed } });
    const fulfilled = report.outbound.filter(op => op.kind === 'action-settled' && op.state === 'fulfilled').length;
    if (fulfilled !== calls.length) throw new Error(`${fulfilled} of ${calls.length} calls were fulfilled`);
    const changes = kernel.state.rows.runChanges();
    await heaps.persist(spanChanges(changes).flatMap(({ heapAfter }) => heapAfter ?? []));
    backing.commit(changes);
    kernel.state.rows.committed();
    await heaps.settle();
    return report.cranks;
  };
  await run([]);
  const close = async (): Promise<void> => {
    await kernel.shutdown();
    await heaps.settle();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    run,
    pageOut: () => kernel.warehouse.discardAll(),
    bringBack: width => kernel.warehouse.preload(allVats(kernel.state.rows), width),
    close,
  };
}

function actionOf(id: bigint, { target, method, args, names = [] }: Call): Action {
  const data = encodeCapData(args);
  return { id, kind: 'invoke', sender: 'bench', target, method, args: names.length === 0 ? data : { body: data.body, slots: names }, saveAs: '', funds: [] };
}
