/** The kernel for a host without a chain: it queues messages, runs the kernel as long as it likes, and reads how promises settle. */
import { decodeCapData, encodeMethargs, refsOf, type CapData, type Passable } from '../capdata.js';
import { auditReport, type InvariantReport } from '../audit.js';
import { errorData } from '../errors.js';
import { asKref, asKernelPromiseId, asVatId, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from '../ids.js';
import { Kernel, type KernelRun } from '../kernel.js';
import { readObject } from '../objects.js';
import type { OutboundOp, ResolutionPolicy } from '../outbound.js';
import type { RecordHook } from '../record.js';
import { pinBundle } from '../provisioning/bundle-pins.js';
import { readPromise, type PromiseState } from '../promises.js';
import { routeSend } from '../route.js';
import type { RunPolicy } from '../run.js';
import { injectUpgradeEvents, requireCurrentSchema } from '../schema/index.js';
import type { KernelService } from '../service/types.js';
import { defaultParams, type KernelParams } from '../state.js';
import { activityHash, beginStep, closeStep, type StepKind, type StepRecord } from '../step.js';
import { keys } from '../store/keys.js';
import type { WorkerFactory } from '../vat/protocol.js';
import { makeXsnapWorkerFactory } from '../vat/worker-xsnap.js';
import { isAlive } from '../vat/records.js';
import { terminateVat } from '../vat/termination.js';
import { readBundle, type GivenBundle } from './bundles.js';
import { dumpKernel, type KernelDump } from './dump.js';
import { addHostPromise, dataOf, registerInterest, releaseInterest, statusOf } from './host-promises.js';
import { foreverPolicy, crankPolicy, withCleanupBudget } from './policies.js';
import { queueReaps, queueStaticUpgrade, staticVat } from './requests.js';
import { kernelStats, type KernelStats } from './stats.js';
import type { ControllerStorage } from './storage.js';

export type ControllerOptions = {
  /** Where vats run, and what incarnations record of it; left out: processes of the XS engine. */
  readonly workers?: WorkerFactory & { readonly engineId: string };
  /** Services beside vats, timer and directory; those that initializeKernel was given. */
  readonly services?: readonly KernelService[];
  /** What a chain has as parameters. A run's budget is its policy's, not computronsPerRun. */
  readonly params?: Partial<KernelParams>;
  readonly maxVatsOnline?: number;
  /** What vats print; it is in `dump().log` too. Only for workers that are made here. */
  readonly onConsole?: (vatId: string, level: string, text: string) => void;
  readonly onStep?: (step: StepRecord) => void;
  /** What the kernel does, entry by entry, for a flight recorder. It is what contracts say to each other: as private as the kernel is. */
  readonly record?: RecordHook;
};

/** What happens when the result of a queued message is settled; `none`: the message has no result. */
export type QueuePolicy = 'none' | 'ignore' | ResolutionPolicy;

/** Arguments as values, whose SlotRefs and PromiseRefs name krefs; or the capdata of their list. */
export type QueuedArgs = readonly Passable[] | CapData;

export type UpgradeOptions = { readonly vatParameters?: Passable; readonly upgradeMessage?: string };

/** The kernel cannot go on: its storage must be opened again, and has what was committed before. */
export class KernelPanic extends Error {
  override readonly name = 'KernelPanic';
}

/** Lines of `dump().log` that are kept. */
const logLinesMax = 10_000;

/**
 * Opens the kernel in a storage that initializeKernel has filled. Throws an Error when there is none, when its schema is not
 * this release's, or when another controller uses the storage.
 */
export function makeController(storage: ControllerStorage, options: ControllerOptions = {}): Controller {
  return new Controller(storage, options);
}

/** One call at a time: while a run or a step is under way, everything but reading throws. Nothing is durable before `storage.commit()`. */
export class Controller {
  readonly #storage: ControllerStorage;
  readonly #options: ControllerOptions;
  readonly #kernel: Kernel;
  readonly #log: string[] = [];
  /** Time for the timer service, in seconds. */
  #now = 0n;
  #running: Promise<KernelRun> | undefined;
  #stopped: Error | undefined;

  constructor(storage: ControllerStorage, options: ControllerOptions) {
    requireCurrentSchema(storage.rows);
    this.#storage = storage;
    this.#options = options;
    const onConsole = (vatId: string, level: string, text: string): void => {
      this.#print(`${vatId} ${level}: ${text}`);
      options.onConsole?.(vatId, level, text);
    };
    const workers = options.workers ?? makeXsnapWorkerFactory({ onConsole });
    storage.heaps.base = workers.baseSnapshot;
    this.#kernel = new Kernel({
      storage: storage.rows, workers, engine: workers.engineId, bundles: storage.bundles, snapshots: storage.heaps,
      yieldToHost: () => new Promise((resolve, reject) => void setImmediate(() => { this.#stopped ? reject(this.#stopped) : resolve(); })),
      ...(options.services ? { services: options.services } : {}),
      ...(options.maxVatsOnline === undefined ? {} : { maxVatsOnline: options.maxVatsOnline }),
      ...(options.onStep ? { onStep: options.onStep } : {}),
      ...(options.record ? { record: options.record } : {}),
    });
    this.#kernel.state.params = this.#params;
    storage.takeBy(() => this.#whyBusy());
  }

  /** The time that the timer service tells, in whole seconds; timers that are due fire in the next run. */
  setTime(seconds: bigint): void {
    this.#mustBeIdle();
    this.#now = seconds;
  }

  /** Runs until there is no work or the policy says enough. Resolves with the number of cranks. */
  async run(policy: RunPolicy = foreverPolicy()): Promise<number> {
    return (await this.#run(policy)).cranks;
  }

  /** One crank; or, when there is none to do, one step of cleanup. Resolves with 1, or 0 when there was nothing to do. */
  async step(): Promise<0 | 1> {
    const { steps } = await this.#run(withCleanupBudget(crankPolicy(1), 0));
    const cleaned = steps.length > 0 ? steps : (await this.#run(withCleanupBudget(crankPolicy(0), this.#params.cleanupBudget))).steps;
    return cleaned.length > 0 ? 1 : 0;
  }

  /** Queues a message to the root of a static vat. See queueToVatObject. */
  queueToVatRoot(name: string, method: string, args: QueuedArgs = [], resolutionPolicy: QueuePolicy = 'ignore'): KernelPromiseId | undefined {
    this.#mustBeIdle();
    return this.queueToVatObject(staticVat(this.#kernel.state, name).root, method, args, resolutionPolicy);
  }

  /**
   * Queues a message to an object or a promise. Answers with the promise of its result, which the host holds until
   * kpRelease. Policies: `ignore`; `logAlways`, `logFailure`: a line in `dump().log`; `panic`: a rejection stops the kernel.
   */
  queueToVatObject(kref: string, method: string, args: QueuedArgs = [], resolutionPolicy: QueuePolicy = 'ignore'): KernelPromiseId | undefined {
    this.#mustBeIdle();
    const target = this.#existing(kref);
    const values = isCapData(args) ? listOf(args) : args;
    const methargs = encodeMethargs(method, values);
    for (const slot of methargs.slots) this.#existing(slot);
    return this.#inStep('intake', () => {
      const result = resolutionPolicy === 'none' ? undefined : addHostPromise(this.#kernel.state, resolutionPolicy);
      routeSend(this.#kernel.state, target, { methargs, result: result ?? null });
      return result;
    });
  }

  /** Holds a promise, so that it can be read when it is settled. Results of queued messages are held from the start. */
  kpRegisterInterest(kp: string): void {
    const promise = this.#existing(kp) as KernelPromiseId;
    this.#inStep('intake', () => { registerInterest(this.#kernel.state, promise); });
  }

  kpStatus(kp: string): PromiseState | 'unknown' {
    const promise = asKernelPromiseId(kp);
    return promise === undefined ? 'unknown' : statusOf(this.#storage.rows, promise);
  }

  /** What the promise was settled with. Its slots are krefs, which it holds until kpRelease. Throws while it is not settled. */
  kpResolution(kp: string): CapData {
    const promise = asKernelPromiseId(kp);
    const data = promise && dataOf(this.#storage.rows, promise);
    if (!data) throw new Error(`${kp} is ${this.kpStatus(kp)}: it has no resolution`);
    return data;
  }

  /** The host has read the promise; it and what only it holds may go. Releasing what is not held changes nothing. */
  kpRelease(kp: string): void {
    const promise = asKernelPromiseId(kp);
    if (promise !== undefined) this.#inStep('intake', () => { releaseInterest(this.#kernel.state, promise); });
  }

  /** Verifies a bundle, installs it, and answers with its id. Installing it again changes nothing. Throws an Error that says what is wrong. */
  validateAndInstallBundle(bundle: GivenBundle, id?: string): string {
    const { bundleId, zip } = readBundle(bundle, id);
    if (this.#storage.rows.has(keys.bundle(bundleId))) return bundleId;
    this.#inStep('intake', () => {
      this.#storage.rows.set(keys.bundle(bundleId), String(zip.length));
      const refusal = pinBundle(this.#kernel.state, bundleId, BigInt(zip.length), '');
      if (refusal) throw new Error(refusal.text);
    });
    this.#storage.addBundle(bundleId, zip);
    return bundleId;
  }

  /**
   * Queues an upgrade of a static vat, and answers with the promise of its outcome. With `pauseFirst`, its root first gets
   * pauseService(), and the upgrade waits until that is answered; if it is rejected, there is no upgrade.
   */
  upgradeStaticVat(name: string, pauseFirst: boolean, bundleId: string, options: UpgradeOptions = {}): KernelPromiseId {
    const { state } = this.#kernel;
    const { vat } = staticVat(state, name);
    if (!state.rows.has(keys.bundle(bundleId))) throw new Error(`bundle ${bundleId} is not installed`);
    const { vatParameters = {}, upgradeMessage = `vat ${name} upgraded` } = options;
    for (const { slot } of refsOf(vatParameters)) this.#existing(slot);
    return this.#inStep('intake', () => queueStaticUpgrade(state, { vat, bundleId, parameters: vatParameters, upgradeMessage, pauseFirst }));
  }

  /** Ends a vat at once, as a failure with this reason; what it leaves is cleaned up by later runs. */
  async terminateVat(vatId: string, reason: string | CapData): Promise<void> {
    const { state, warehouse } = this.#kernel;
    const vat = this.#liveVat(vatId);
    const info = typeof reason === 'string' ? errorData(reason) : reason;
    for (const slot of info.slots) this.#existing(slot);
    this.#inStep('intake', () => { terminateVat(state, vat, true, info); });
    await warehouse.discard(vat);
  }

  /** Queues bringOutYourDead for every live vat that has none queued. Answers with those vats. */
  reapAllVats(): readonly VatId[] {
    return this.#inStep('intake', () => queueReaps(this.#kernel.state));
  }

  /** The root of a static vat, which is pinned: it is kept though nobody else may hold it. */
  pinVatRoot(name: string): KernelObjectId {
    return staticVat(this.#kernel.state, name).root; // every static vat's root is pinned since genesis
  }

  /** Throws when there is no live static vat of that name. */
  vatNameToID(name: string): VatId {
    return staticVat(this.#kernel.state, name).vat;
  }

  /** Moves what upgradeKernel left to be done to the run-queue's tail. Answers with how many items that is. */
  injectQueuedUpgradeEvents(): number {
    return this.#inStep('inject', () => injectUpgradeEvents(this.#kernel.state).injected);
  }

  /** The hash over every step so far, hex. */
  getActivityHash(): string {
    return activityHash(this.#storage.rows);
  }

  getStats(): KernelStats {
    return kernelStats(this.#storage.rows);
  }

  /** Every table, in a fixed order, transcripts of the current spans included. */
  dump(): KernelDump {
    return dumpKernel(this.#storage.rows, { log: this.#log });
  }

  /** Every invariant by name, with a sentence for each violation. */
  audit(): readonly InvariantReport[] {
    return auditReport(this.#storage.rows);
  }

  /** Ends the workers and lets go of the storage: what was not committed is forgotten. The storage stays open. Safe to call twice. */
  async shutdown(): Promise<void> {
    if (this.#stopped?.message === shutDownText) return;
    this.#stopped = new Error(shutDownText);
    await this.#kernel.shutdown();
    await this.#running?.catch(() => undefined); // whoever started it is told
    this.#storage.letGo();
  }

  get #params(): KernelParams {
    return { ...defaultParams, ...this.#options.params };
  }

  async #run(policy: RunPolicy): Promise<KernelRun> {
    this.#mustBeIdle();
    this.#running = this.#runNow(policy);
    try {
      return await this.#running;
    } finally {
      this.#running = undefined;
    }
  }

  async #runNow(policy: RunPolicy): Promise<KernelRun> {
    const { outbound } = this.#kernel.state;
    const mayContinue: RunPolicy['mayContinue'] = spent => !outbound.some(isPanic) && policy.mayContinue(spent);
    try {
      const input = { highPriority: [], actions: [], newBundles: [], now: this.#now, params: this.#params };
      const report = await this.#kernel.run(input, { cleanupBudget: Infinity, ...policy, mayContinue });
      this.#note(report.outbound);
      return report;
    } catch (error) {
      throw this.#panic(error);
    }
  }

  /** A change that the host makes is a step of its own, and so part of the history that is hashed. */
  #inStep<T>(kind: StepKind, change: () => T): T {
    this.#mustBeIdle();
    const { state } = this.#kernel;
    state.outbound.length = 0;
    try {
      beginStep(state);
      const made = change();
      const step = closeStep(state, kind);
      this.#options.onStep?.(step);
      this.#note(state.outbound);
      return made;
    } catch (error) {
      throw this.#panic(error);
    }
  }

  #note(ops: readonly OutboundOp[]): void {
    for (const op of ops) {
      if (op.kind === 'quota') continue; // nobody else looks at this kernel
      if (op.kind !== 'host-promise') throw new Error(`a kernel without a chain cannot do ${op.kind}`);
      const line = `${op.promise} ${op.isReject ? 'rejected' : 'fulfilled'}: ${op.data.body}`;
      if (isPanic(op)) throw new Error(`the host wanted no rejection: ${line}`);
      if (op.policy === 'logAlways' || op.isReject) this.#print(line);
    }
  }

  #print(line: string): void {
    this.#log.push(line);
    if (this.#log.length > logLinesMax) this.#log.shift();
  }

  #panic(cause: unknown): Error {
    if (this.#stopped) return this.#stopped;
    this.#stopped = new KernelPanic(`the kernel panicked: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    return this.#stopped;
  }

  #mustBeIdle(): void {
    if (this.#stopped) throw this.#stopped;
    if (this.#running) throw new Error('the kernel is running');
  }

  #whyBusy(): string | undefined {
    return this.#stopped?.message ?? (this.#running ? 'the kernel is running' : undefined);
  }

  #existing(text: string): Kref {
    const kref = asKref(text);
    const { rows } = this.#storage;
    const isKnown = kref !== undefined && (asKernelPromiseId(text) ? readPromise(rows, kref as KernelPromiseId) : readObject(rows, kref as KernelObjectId));
    if (!isKnown) throw new Error(`the kernel does not know ${text}`);
    return kref;
  }

  #liveVat(text: string): VatId {
    const vat = asVatId(text);
    if (vat === undefined || !isAlive(this.#storage.rows, vat)) throw new Error(`there is no live vat ${text}`);
    return vat;
  }
}

const shutDownText = 'the controller is shut down';

function isPanic(op: OutboundOp): boolean {
  return op.kind === 'host-promise' && op.policy === 'panic' && op.isReject;
}

function isCapData(args: QueuedArgs): args is CapData {
  return 'body' in args;
}

function listOf(args: CapData): readonly Passable[] {
  const list = decodeCapData(args);
  if (!Array.isArray(list)) throw new Error('the capdata of arguments encodes a list');
  return list as readonly Passable[];
}
