/** One kernel over one store: what a host opens, runs between its commits, and closes. It holds no logic of its own. */
import { beginDrain } from './drain.js';
import { initializeKernel, type InstalledBundle, type KernelConfig } from './genesis.js';
import type { OutboundOp } from './outbound.js';
import type { RecordHook } from './record.js';
import type { LedgerFault } from './ledger/index.js';
import { touchedCollections } from './provisioning/audit-step.js';
import { auditWhole } from './provisioning/consensus-ledger.js';
import { migrateKernel } from './schema/upgrade.js';
import { runKernel, type RunInput, type RunPolicy, type RunReport } from './run.js';
import { directoryService } from './service/directory.js';
import { timerService } from './service/timer.js';
import type { KernelService } from './service/types.js';
import { vatsService } from './service/vats.js';
import { defaultParams, type KernelParams, type KernelState } from './state.js';
import { beginStep, closeStep, type StepRecord } from './step.js';
import type { SnapshotStore } from './snapshot/store.js';
import type { KernelStorage } from './store/storage.js';
import { knownVat, readVat, allVats } from './vat/records.js';
import type { WorkerFactory } from './vat/protocol.js';
import { Warehouse } from './vat/warehouse.js';
import { EngineMissing, type BundleSource } from './vat/worker-maker.js';
import type { VatId } from './ids.js';
import { canGoOn } from './vat/engine-id.js';

export type KernelOptions = {
  readonly storage: KernelStorage;
  readonly workers: WorkerFactory;
  /** Recorded with each incarnation, such as xsnap-0.15.0. */
  readonly engine: string;
  readonly bundles: BundleSource;
  /** Where heap snapshots are kept; what committed spans start from must be there. */
  readonly snapshots: SnapshotStore;
  /** Services that the host adds to vats, timer and directory. */
  readonly services?: readonly KernelService[];
  readonly maxVatsOnline?: number;
  /** How many vats are brought back side by side by preload. Default: all. */
  readonly preloadWidth?: number;
  /** Lets the process answer its sockets between cranks. */
  readonly yieldToHost?: () => Promise<void>;
  readonly onStep?: (step: StepRecord) => void;
  /** What the kernel does, entry by entry, for a flight recorder. */
  readonly record?: RecordHook;
  readonly onReplay?: (vat: VatId, done: number, total: number) => void;
};

export type KernelRun = RunReport & {
  /** What the run tells its host, in order. */
  readonly outbound: readonly OutboundOp[];
};

const maxVatsOnlineDefault = 50;

export class Kernel {
  readonly state: KernelState;
  readonly warehouse: Warehouse;
  readonly #options: KernelOptions;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.state = makeKernelState(options.storage, options.services, options.record);
    this.warehouse = new Warehouse({
      rows: options.storage,
      workers: options.workers,
      engine: options.engine,
      bundles: options.bundles,
      snapshots: options.snapshots,
      maxVatsOnline: options.maxVatsOnline ?? maxVatsOnlineDefault,
      ...(options.onReplay ? { onReplay: options.onReplay } : {}),
      ...(options.record ? { record: options.record } : {}),
    });
  }

  get serviceNames(): ReadonlySet<string> {
    return new Set(this.state.services.keys());
  }

  /** Writes the first state into an empty store. Whatever this process did before decides nothing. */
  initialize(config: KernelConfig, bundles: readonly InstalledBundle[], params: KernelParams = defaultParams): StepRecord {
    this.state.params = params;
    this.state.mark = 0n;
    return initializeKernel(this.state, config, bundles);
  }

  /**
   * Runs from the state as it is. `now` is the time of the last block in seconds. The writes stay in the storage, apart
   * from what is committed, until the host commits them.
   */
  async run(input: RunInput & { readonly now: bigint; readonly params: KernelParams; /** The host's count of runs. */ readonly mark?: bigint }, policy: RunPolicy = budgetPolicy(input.params)): Promise<KernelRun> {
    this.state.now = input.now;
    this.state.params = input.params;
    this.state.mark = input.mark ?? 0n;
    this.state.outbound.length = 0;
    const { onStep, yieldToHost = () => Promise.resolve() } = this.#options;
    const host = { state: this.state, warehouse: this.warehouse, engine: this.#options.engine, yieldToHost, ...(onStep ? { onStep } : {}) };
    const report = await runKernel(host, policy, input);
    this.#tellOfQuotas();
    return { ...report, outbound: [...this.state.outbound] };
  }

  /**
   * In the place of a run, in the block of an upgrade: brings the rows to the schema of this release, in one step; a second one
   * says that the next runs do first what stands in the run-queue now (drain.ts). Throws when the schema is a later one.
   */
  migrate({ params = defaultParams, mark = 0n }: { readonly params?: KernelParams; readonly mark?: bigint } = {}): KernelRun & { readonly modified: boolean } {
    this.state.params = params;
    this.state.mark = mark;
    this.state.outbound.length = 0;
    const migrated = migrateKernel(this.state);
    beginStep(this.state);
    beginDrain(this.state);
    const steps = [...(migrated ? [migrated] : []), closeStep(this.state, 'migrate')];
    for (const step of steps) this.#options.onStep?.(step);
    this.#tellOfQuotas();
    return { computrons: 0n, cranks: 0, steps, outbound: [...this.state.outbound], modified: migrated !== undefined };
  }

  /** The host keeps a copy of each collection of the ledger that others can look at. */
  #tellOfQuotas(): void {
    for (const collection of touchedCollections(this.state)) this.state.outbound.push({ kind: 'quota', collection });
  }

  /** Every counter of the ledger, counted again; what is wrong. */
  auditLedger(): readonly LedgerFault[] {
    return auditWhole(this.state);
  }

  /** Throws EngineMissing when a vat runs on another engine than the workers'. Another base snapshot is no hindrance. */
  requireEngine(): void {
    const { engine: ours } = this.#options;
    for (const vat of this.#running()) {
      const { engine } = knownVat(this.state.rows, vat);
      if (!canGoOn(engine, ours)) throw new EngineMissing(vat, engine, ours);
    }
  }

  /**
   * Brings running vats back before they are needed, as many as may be online: `recent`, the most recent last, or all.
   * Deliveries may go on meanwhile. Which they are changes no result.
   */
  async preload(recent?: readonly VatId[]): Promise<void> {
    const isRunning = new Set(this.#running());
    const wanted = recent ? recent.filter(vat => isRunning.has(vat)).reverse() : [...isRunning];
    await this.warehouse.preload(wanted, this.#options.preloadWidth);
  }

  #running(): VatId[] {
    const { rows } = this.state;
    return allVats(rows).filter(vat => {
      const record = readVat(rows, vat);
      return record?.life === 'running' && record.engine !== '';
    });
  }

  /** Forgets everything that was not committed, heaps included. */
  async dropRun(): Promise<void> {
    this.state.rows.dropRun();
    await this.warehouse.discardAll();
  }

  /** Ends every worker at once, busy or not: a run under way rejects, and what it wrote is not committed. */
  async shutdown(): Promise<void> {
    await this.#options.workers.shutdown();
    await this.warehouse.discardAll();
  }
}

/** What the functions of the kernel work on, over a store; the services of the kernel itself and those given. */
export function makeKernelState(rows: KernelStorage, given: readonly KernelService[] = [], record?: RecordHook): KernelState {
  const services = [vatsService, timerService, directoryService, ...given];
  return { rows, services: new Map(services.map(service => [service.name, service])), params: defaultParams, now: 0n, mark: 0n, zero: new Set(), outbound: [], record };
}

/** Until the chain's budget of computrons for one block is spent; it may be passed by one round. */
export function budgetPolicy(params: KernelParams): RunPolicy {
  return { mayContinue: spent => spent.computrons < params.computronsPerRun };
}
