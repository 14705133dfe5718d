/** A kernel without a chain, over a store in memory, with real workers; and an account that acts on it. */
import { join } from 'node:path';
import { bundle, type Bundle } from '../../app/bundler/bundle.js';
import { packageRoot } from '../../chain/codec/roots.js';
import { encodeCapData, type Passable, type CapData } from '../../kernel/capdata.js';
import { Kernel, KernelStorage, MemoryBacking, defaultParams, makeXsnapWorkerFactory, type Action, type KernelConfig, type KernelParams, type KernelRun, type KernelService, type OutboundOp } from '../../kernel/index.js';
import { defaultSettings } from '../../kernel/vat/settings.js';

const bundles = new Map<string, Promise<Bundle>>();

/** Bundles test/vats/<name>.js, once a process. */
export function bundleVat(name: string): Promise<Bundle> {
  const known = bundles.get(name);
  if (known) return known;
  const made = bundle(join(packageRoot, 'test', 'vats', `${name}.js`));
  bundles.set(name, made);
  return made;
}

export type TestKernel = Awaited<ReturnType<typeof makeTestKernel>>;

export type TestKernelOptions = {
  readonly vats?: readonly string[];
  readonly config?: KernelConfig;
  readonly services?: readonly KernelService[];
  readonly params?: Partial<KernelParams>;
  readonly backing?: MemoryBacking;
  readonly maxVatsOnline?: number;
};

/** `vats` are names in test/vats whose bundles are installed. Call `shutdown` at the end. */
export async function makeTestKernel(options: TestKernelOptions = {}) {
  const backing = options.backing ?? new MemoryBacking();
  const isNew = options.backing === undefined;
  const installed = new Map<string, Uint8Array>();
  const ids = new Map<string, string>();
  for (const name of options.vats ?? []) {
    const { bundleId, zip } = await bundleVat(name);
    installed.set(bundleId, zip);
    ids.set(name, bundleId);
  }
  const workers = makeXsnapWorkerFactory({});
  const kernel = new Kernel({
    storage: await KernelStorage.open(backing),
    workers,
    engine: workers.engineId,
    bundles: { get: id => Promise.resolve(installed.get(id)) },
    ...(options.services ? { services: options.services } : {}),
    ...(options.maxVatsOnline === undefined ? {} : { maxVatsOnline: options.maxVatsOnline }),
  });
  const params: KernelParams = { ...defaultParams, ...options.params };
  if (isNew) kernel.initialize(options.config ?? { vats: {} }, [...installed].map(([bundleId, zip]) => ({ bundleId, size: zip.length })));
  let nextAction = 1n;
  let now = 1_000n;
  const outcomes = new Map<bigint, Extract<OutboundOp, { kind: 'action-settled' }>>();
  const waiting: Action[] = [];

  /** One run over what was queued, committed. */
  const run = async (): Promise<KernelRun> => {
    const result = await kernel.run({ highPriority: [], actions: waiting, newBundles: [], now, params });
    for (const op of result.outbound) {
      if (op.kind === 'action-taken') waiting.splice(waiting.findIndex(({ id }) => id === op.action), 1);
      if (op.kind === 'action-settled') outcomes.set(op.action, op);
    }
    backing.commit(kernel.state.rows.runChanges());
    kernel.state.rows.committed();
    return result;
  };
  type NewAction = Action extends infer A ? (A extends Action ? Omit<A, 'id'> : never) : never;
  const queue = (action: NewAction): bigint => {
    const id = nextAction;
    nextAction += 1n;
    waiting.push({ id, ...action } as Action);
    return id;
  };
  const invoke = (sender: string, target: string, method: string, args: Passable = [], saveAs = ''): bigint =>
    queue({ kind: 'invoke', sender, target, method, args: withNames(args), saveAs, funds: [] });
  const createVat = (sender: string, vat: string, saveAs: string, parameters: Passable = {}): bigint =>
    queue({ kind: 'create-vat', sender, bundleId: ids.get(vat) as string, label: vat, parameters: withNames(parameters), settings: defaultSettings, saveAs });
  /** Runs until the action has an outcome; throws after 20 runs. */
  const outcome = async (id: bigint) => {
    for (let tries = 0; tries < 20; tries += 1) {
      const known = outcomes.get(id);
      if (known) return known;
      await run();
    }
    throw new Error(`action ${id} did not settle in 20 runs`);
  };
  return {
    kernel, backing, run, queue, invoke, createVat, outcome, outcomes,
    bundleId: (vat: string) => ids.get(vat) as string,
    setTime: (time: bigint) => { now = time; },
    shutdown: () => kernel.shutdown(),
  };
}

/** In a test, a SlotRef's slot is a name of the account's c-list. */
function withNames(value: Passable): CapData {
  return encodeCapData(value);
}

