/** A kernel without a chain, over a store in memory, with real or scripted workers; and accounts that act on it. Every step is audited. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bundle, type Bundle } from '../../app/bundler/bundle.js';
import { packageRoot } from '../../chain/codec/roots.js';
import { encodeCapData, type Passable, type CapData } from '../../kernel/capdata.js';
import { audit, Kernel, KernelStorage, MemoryBacking, MemorySnapshots, defaultParams, makeXsnapWorkerFactory, type Action, type ControlAction, type KernelConfig, type KernelParams, type KernelRun, type KernelService, type OutboundOp, type RecordHook } from '../../kernel/index.js';
import { defaultSettings } from '../../kernel/vat/settings.js';
import type { VatSettings } from '../../kernel/items.js';
import type { WorkerFactory } from '../../kernel/vat/protocol.js';
import { makeScriptedWorkers, type ScriptedVat, type ScriptStart } from './kernel-scripted.js';

const bundles = new Map<string, Promise<Bundle>>();

/** Bundles test/vats/<name>.js, once a process. */
export function bundleVat(name: string): Promise<Bundle> {
  const known = bundles.get(name);
  if (known) return known;
  const made = bundle(join(packageRoot, 'test', 'vats', `${name}.js`));
  bundles.set(name, made);
  return made;
}

export type TestKernel = {
  readonly kernel: Kernel;
  readonly backing: MemoryBacking;
  readonly snapshots: MemorySnapshots;
  readonly outcomes: ReadonlyMap<bigint, Outcome>;
  reopen(): Promise<TestKernel>;
  run(): Promise<KernelRun>;
  queue(action: NewAction): bigint;
  /** As what governance does as an account: in the class that is served first. */
  queueFirst(action: NewAction): bigint;
  /** By who rules the kernel; done first in the next run. */
  command(action: NewControl): bigint;
  invoke(sender: string, target: string, method: string, args?: Passable, saveAs?: string): bigint;
  createVat(sender: string, vat: string, saveAs: string, parameters?: Passable, settings?: Partial<VatSettings>): bigint;
  outcome(id: bigint): Promise<Outcome>;
  bundleId(vat: string): string;
  continueFrom(action: bigint, time: bigint): void;
  setTime(time: bigint): void;
  shutdown(): Promise<void>;
};
export type Outcome = Extract<OutboundOp, { kind: 'action-settled' }>;
type NewAction = Action extends infer A ? (A extends Action ? Omit<A, 'id'> : never) : never;

type NewControl = ControlAction extends infer A ? (A extends ControlAction ? Omit<A, 'id' | 'sender'> : never) : never;

export type TestKernelOptions = {
  readonly vats?: readonly string[];
  /** Vats without a process, by the name of their bundle; then `vats` is not used. */
  readonly scripts?: Readonly<Record<string, (start: ScriptStart) => ScriptedVat>>;
  readonly workers?: WorkerFactory;
  /** What `workers` start; default `given`. */
  readonly engine?: string;
  /** Bundles are named as in `vats`. */
  readonly config?: KernelConfig;
  readonly services?: readonly KernelService[];
  readonly params?: Partial<KernelParams>;
  readonly backing?: MemoryBacking;
  /** An empty one to begin with. */
  readonly newBacking?: MemoryBacking;
  readonly snapshots?: MemorySnapshots;
  readonly maxVatsOnline?: number;
  /** false for very many rows: an audit reads them all. */
  readonly audited?: boolean;
  /** Called with the rows before there is a kernel. */
  readonly prepare?: (rows: KernelStorage) => void;
  readonly record?: RecordHook;
};

/** `vats` are names in test/vats whose bundles are installed. Call `shutdown` at the end. */
export async function makeTestKernel(options: TestKernelOptions = {}): Promise<TestKernel> {
  const backing = options.backing ?? options.newBacking ?? new MemoryBacking();
  const snapshots = options.snapshots ?? new MemorySnapshots();
  const isNew = options.backing === undefined;
  const installed = new Map<string, Uint8Array>();
  const ids = new Map<string, string>();
  for (const name of options.vats ?? []) {
    const { bundleId, zip } = await bundleVat(name);
    installed.set(bundleId, zip);
    ids.set(name, bundleId);
  }
  for (const name of Object.keys(options.scripts ?? {})) {
    installed.set(name, Buffer.from(name));
    ids.set(name, name);
  }
  const { workers, engine } = makeWorkers(options);
  const violations: string[] = [];
  const storage = await KernelStorage.open(backing);
  options.prepare?.(storage);
  const kernel: Kernel = new Kernel({
    storage,
    workers,
    engine,
    snapshots,
    bundles: { get: id => Promise.resolve(installed.get(id)) },
    ...(options.services ? { services: options.services } : {}),
    onStep: step => {
      if (options.audited === false) return;
      for (const violation of audit(kernel.state.rows)) violations.push(`step ${step.number} (${step.kind}): ${violation}`);
    },
    ...(options.maxVatsOnline === undefined ? {} : { maxVatsOnline: options.maxVatsOnline }),
    ...(options.record ? { record: options.record } : {}),
  });
  const params: KernelParams = { ...defaultParams, ...options.params };
  if (isNew) kernel.initialize(withBundleIds(options.config ?? { vats: {} }, ids), [...installed].map(([bundleId, zip]) => ({ bundleId, size: zip.length })));
  let nextAction = 1n;
  let now = 1_000n;
  const outcomes = new Map<bigint, Outcome>();
  const [first, waiting]: [Action[], Action[]] = [[], []];
  const commands: ControlAction[] = [];

  /** One run over what was queued, committed. */
  const run = async (): Promise<KernelRun> => {
    const result = await kernel.run({ control: commands.splice(0), highPriority: first, actions: waiting, newBundles: [], now, params });
    for (const op of result.outbound) {
      for (const lane of [first, waiting]) {
        if (op.kind === 'action-taken' && lane.some(({ id }) => id === op.action)) lane.splice(lane.findIndex(({ id }) => id === op.action), 1);
      }
      if (op.kind === 'action-settled') outcomes.set(op.action, op);
    }
    backing.commit(kernel.state.rows.runChanges());
    kernel.state.rows.committed();
    snapshots.keepOnly(backing.heapsInUse());
    assert.deepEqual(violations, []);
    return result;
  };
  const queueIn = (lane: Action[], action: NewAction): bigint => {
    const id = nextAction;
    nextAction += 1n;
    lane.push({ id, ...action });
    return id;
  };
  const queue = (action: NewAction): bigint => queueIn(waiting, action);
  const queueFirst = (action: NewAction): bigint => queueIn(first, action);
  const command = (action: NewControl): bigint => {
    const id = nextAction;
    nextAction += 1n;
    commands.push({ id, sender: 'gov', ...action });
    return id;
  };
  const invoke = (sender: string, target: string, method: string, args: Passable = [], saveAs = ''): bigint =>
    queue({ kind: 'invoke', sender, target, method, args: withNames(args), saveAs, funds: [] });
  const createVat = (sender: string, vat: string, saveAs: string, parameters: Passable = {}, settings: Partial<VatSettings> = {}): bigint =>
    queue({ kind: 'create-vat', sender, bundleId: ids.get(vat) as string, label: vat.replaceAll('/', '-'), parameters: withNames(parameters), settings: { ...defaultSettings, ...settings }, saveAs });
  /** Runs until the action has an outcome; throws after 20 runs. */
  const outcome = async (id: bigint) => {
    for (let tries = 0; tries < 20; tries += 1) {
      const known = outcomes.get(id);
      if (known) return known;
      await run();
    }
    throw new Error(`action ${id} did not settle in 20 runs`);
  };
  /** A kernel over what is committed, with workers of its own: a restart, once this one is shut down. */
  const reopen = async (): Promise<TestKernel> => {
    await kernel.shutdown();
    const again = await makeTestKernel({ ...options, backing, snapshots });
    again.continueFrom(nextAction, now);
    return again;
  };
  return {
    kernel, backing, snapshots, reopen, run, queue, queueFirst, command, invoke, createVat, outcome, outcomes,
    bundleId: (vat: string) => ids.get(vat) as string,
    continueFrom: (action: bigint, time: bigint) => {
      nextAction = action;
      now = time;
    },
    setTime: (time: bigint) => { now = time; },
    shutdown: () => kernel.shutdown(),
  };
}

function makeWorkers({ scripts, workers, engine = 'given' }: TestKernelOptions): { readonly workers: WorkerFactory; readonly engine: string } {
  if (workers) return { workers, engine };
  if (!scripts) {
    const real = makeXsnapWorkerFactory({});
    return { workers: real, engine: real.engineId };
  }
  const make = (start: ScriptStart): ScriptedVat => {
    const script = scripts[Buffer.from(start.bundle).toString()];
    assert(script, `there is no script for ${start.name}`);
    return script(start);
  };
  return { workers: makeScriptedWorkers(make), engine: 'scripted' };
}

function withBundleIds(config: KernelConfig, ids: ReadonlyMap<string, string>): KernelConfig {
  const vats = Object.entries(config.vats).map(([name, vat]) => [name, { ...vat, bundleId: ids.get(vat.bundleId) ?? vat.bundleId }] as const);
  return { ...config, vats: Object.fromEntries(vats) };
}

/** In a test, a SlotRef's slot is a name of the account's c-list. */
function withNames(value: Passable): CapData {
  return encodeCapData(value);
}

