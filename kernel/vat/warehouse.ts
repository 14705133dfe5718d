/**
 * Workers of vats: at most so many at once, brought back by replaying the vat's transcript span. Which workers are online
 * is a fact of this host alone and decides nothing.
 */
import assert from 'node:assert/strict';
import type { VatId } from '../ids.js';
import type { SavedHeap, SnapshotStore } from '../snapshot/store.js';
import { readSpan, readSpanBefore, startAt, type DeliveryEntry, type SpanEntries, type SpanStart } from '../store/transcript.js';
import { canGoOn, engineParts } from './engine-id.js';
import type { KernelStorage } from '../store/storage.js';
import { readVat, knownVat } from './records.js';
import { makeSyscallAnswerer } from './store-view.js';
import { WorkerLost, type DeliverOptions, type DeliveryOutcome, type SyscallAnswerer, type VatDelivery, type VatSyscallResult, type VatWorker, type WorkerFactory } from './protocol.js';

export type BundleSource = { get(bundleId: string): Promise<Uint8Array | undefined> };

export type WarehouseOptions = {
  readonly rows: KernelStorage;
  readonly workers: WorkerFactory;
  /** What `workers` start, as incarnations record it. */
  readonly engine: string;
  readonly bundles: BundleSource;
  readonly snapshots: SnapshotStore;
  readonly maxVatsOnline: number;
  /** Called as a vat is brought back: how many of its deliveries are replayed, from 0 to all. It observes; it must not throw. */
  readonly onReplay?: (vat: VatId, done: number, total: number) => void;
};

export type WorkerSpec = { readonly bundleId: string; readonly label: string; readonly computronsPerDelivery: number };

/** A worker does not do again what its transcript says: this node cannot go on, and the report says where and what. */
export class ReplayMismatch extends Error {
  constructor(
    readonly vat: VatId,
    readonly delivery: number,
    readonly syscall: number | undefined,
    readonly recorded: unknown,
    readonly replayed: unknown,
  ) {
    const where = syscall === undefined ? `delivery ${delivery}` : `delivery ${delivery}, syscall ${syscall}`;
    super(`${vat} does not replay: ${where}\n  recorded: ${JSON.stringify(recorded)}\n  replayed: ${JSON.stringify(replayed)}`);
    this.name = 'ReplayMismatch';
  }
}

/** The vat's incarnation runs on an engine that this release does not have: on another, its transcript does not replay. The same engine with another base snapshot will do. */
export class EngineMissing extends Error {
  constructor(
    readonly vat: VatId,
    readonly recorded: string,
    readonly ours: string,
  ) {
    super(`${vat} runs on engine ${recorded}, but this release has ${ours}: start the release that the chain last ran with, or upgrade the vat there first`);
    this.name = 'EngineMissing';
  }
}

/** How often a delivery is tried on fresh workers before the node gives up. */
const triesMax = 3;

export type WarehouseDelivery = DeliverOptions & {
  /** A delivery that ends well is followed by a heap snapshot, and the worker must be replaced: see `reload`. */
  readonly savesHeap?: boolean;
};

export class Warehouse {
  readonly #options: WarehouseOptions;
  /** Online workers, least recently used first. */
  readonly #online = new Map<VatId, VatWorker>();
  readonly #starting = new Map<VatId, Promise<VatWorker>>();
  /** Workers that were told to end and may not be gone yet. */
  readonly #ending = new Map<VatId, Promise<void>>();
  readonly #busy = new Set<VatId>();
  /** Deliveries that wait until one of the busy workers is done. */
  readonly #waves: (() => void)[] = [];
  #delivering = 0;
  /** Workers that are being made and not online yet. */
  #making = 0;

  constructor(options: WarehouseOptions) {
    this.#options = options;
  }

  get online(): readonly VatId[] {
    return [...this.#online.keys()];
  }

  /**
   * Delivers to the vat as it is after its last settled delivery. A worker that is lost for a local reason is made anew
   * and the same delivery repeated; when that keeps failing, rejects with WorkerLost and the node stops. At most
   * maxVatsOnline deliveries are under way; others wait for their turn.
   */
  deliver(vat: VatId, delivery: VatDelivery, options?: WarehouseDelivery): Promise<DeliveryOutcome> {
    return this.#inTurn(vat, () => this.#workerOf(vat), delivery, options);
  }

  /** A new incarnation: a fresh worker takes the place of whatever was online, and gets its first delivery. */
  startFresh(vat: VatId, spec: WorkerSpec, delivery: VatDelivery): Promise<DeliveryOutcome> {
    return this.#inTurn(vat, () => this.#workerOfNewIncarnation(vat, spec), delivery);
  }

  async #inTurn(vat: VatId, provideWorker: () => Promise<VatWorker>, delivery: VatDelivery, options?: WarehouseDelivery): Promise<DeliveryOutcome> {
    if (this.#delivering >= this.#options.maxVatsOnline) await new Promise<void>(go => this.#waves.push(go));
    else this.#delivering += 1;
    this.#busy.add(vat);
    try {
      return await this.#tryDelivery(vat, provideWorker, delivery, options);
    } finally {
      this.#busy.delete(vat);
      const next = this.#waves.shift();
      if (next) next(); // the place goes from one to the next
      else this.#delivering -= 1;
    }
  }

  async #tryDelivery(vat: VatId, provideWorker: () => Promise<VatWorker>, delivery: VatDelivery, options: WarehouseDelivery = {}): Promise<DeliveryOutcome> {
    for (let tries = 1; ; tries += 1) {
      try {
        const worker = await provideWorker();
        const outcome = await worker.deliver(delivery, makeSyscallAnswerer(this.#options.rows, vat), options);
        return options.savesHeap && outcome.verdict.kind === 'ok' ? { ...outcome, saved: await this.#save(vat, worker) } : outcome;
      } catch (error) {
        await this.discard(vat);
        if (!(error instanceof WorkerLost) || tries >= triesMax) throw error;
      }
    }
  }

  async #workerOfNewIncarnation(vat: VatId, spec: WorkerSpec): Promise<VatWorker> {
    await this.discard(vat);
    return this.#make(vat, () => this.#startWorker(vat, spec));
  }

  /** Ends the vat's worker, also one that is being brought back: its heap is ahead of the store, or the vat is gone. */
  async discard(vat: VatId): Promise<void> {
    await this.#starting.get(vat)?.catch(() => undefined); // whoever asked for it is told
    const worker = this.#online.get(vat);
    if (worker) await this.#end(vat, worker);
  }

  /** From now on nobody is given this worker: a delivery for its vat may get its turn while it is being ended, and then waits for that. */
  async #end(vat: VatId, worker: VatWorker): Promise<void> {
    this.#online.delete(vat);
    const ended = worker.close();
    this.#ending.set(vat, ended);
    await ended;
    if (this.#ending.get(vat) === ended) this.#ending.delete(vat);
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#online.keys(), ...this.#starting.keys()].map(vat => this.discard(vat)));
  }

  /** Brings one vat back, whatever its life, by replaying its span. Rejects with ReplayMismatch when it does not replay. */
  async bringBack(vat: VatId): Promise<void> {
    await this.#workerOf(vat);
  }

  /** Whatever goes wrong here is local: the delivery is done again by another worker. */
  async #save(vat: VatId, worker: VatWorker): Promise<SavedHeap> {
    const writer = this.#options.snapshots.begin();
    try {
      await worker.writeHeap(chunk => writer.write(chunk));
      return await writer.finish();
    } catch (error) {
      await writer.abandon();
      throw error instanceof WorkerLost ? error : new WorkerLost(`the heap of ${vat} cannot be saved: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /**
   * The vat's heap was saved and its new span is open: the worker ends, and one that is loaded from the snapshot takes its
   * place. It is made while others work; if that fails, whoever needs the vat tries again and is told.
   */
  async reload(vat: VatId): Promise<void> {
    await this.discard(vat);
    this.#workerOf(vat).catch(() => undefined);
  }

  /**
   * Brings vats back before they are asked for, in the order given, `width` side by side, until as many are online as may be.
   * It pages out nobody, and leaves alone what a delivery is at work on. When some cannot be brought back, the others still
   * are; then rejects, with something worse than WorkerLost if there was such.
   */
  async preload(vats: readonly VatId[], width = vats.length): Promise<void> {
    const waiting = vats[Symbol.iterator]();
    const isFull = (): boolean => this.#online.size + this.#making >= this.#options.maxVatsOnline;
    const failures: unknown[] = [];
    const bringBackMore = async (): Promise<void> => {
      for (const vat of waiting) {
        if (isFull()) return;
        if (!this.#busy.has(vat) && readVat(this.#options.rows, vat)?.life === 'running') await this.#workerOf(vat).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, vats.length) }, bringBackMore));
    if (failures.length > 0) throw failures.find(error => !(error instanceof WorkerLost)) ?? failures[0];
  }

  async #workerOf(vat: VatId): Promise<VatWorker> {
    const online = this.#online.get(vat);
    if (online) {
      this.#online.delete(vat); // to the end: most recently used
      this.#online.set(vat, online);
      return online;
    }
    const starting = this.#starting.get(vat);
    if (starting) return starting;
    const start = this.#bringBack(vat).finally(() => this.#starting.delete(vat));
    this.#starting.set(vat, start);
    return start;
  }

  #bringBack(vat: VatId): Promise<VatWorker> {
    return this.#make(vat, async () => {
      const span = readSpan(this.#options.rows, vat);
      this.#options.onReplay?.(vat, 0, span.deliveries.length);
      return this.#replaySpan(vat, span);
    });
  }

  async #replaySpan(vat: VatId, { start: { start }, deliveries }: SpanEntries): Promise<VatWorker> {
    const worker = await this.#startForSpan(vat, start);
    try {
      for (const [index, entry] of deliveries.entries()) {
        await replay(worker, vat, index, entry);
        this.#options.onReplay?.(vat, index + 1, deliveries.length);
      }
    } catch (error) {
      await worker.close();
      throw error;
    }
    return worker;
  }

  /**
   * Replays a closed span [from, nextStart) whose entries are still there, on a worker of its own, and holds the heap at its
   * end to the snapshot that the next span starts from. The vat must not be online. Rejects with ReplayMismatch.
   */
  async checkClosedSpan(vat: VatId, from: number, nextStart: number): Promise<void> {
    assert(!this.#online.has(vat) && !this.#starting.has(vat), `${vat} is online`);
    const { rows } = this.#options;
    const span = readSpanBefore(rows, vat, from, nextStart);
    const worker = await this.#replaySpan(vat, span);
    try {
      const recorded = startAt(rows, vat, nextStart).start.snapshot;
      if (recorded === undefined) return; // an upgrade or the vat's end closed it
      const { hash } = await this.#save(vat, worker);
      if (hash !== recorded) throw new ReplayMismatch(vat, span.deliveries.length - 1, undefined, { snapshot: recorded }, { snapshot: hash });
    } finally {
      await worker.close();
    }
  }

  async #make(vat: VatId, start: () => Promise<VatWorker>): Promise<VatWorker> {
    this.#making += 1;
    try {
      await this.#makeRoom();
      const worker = await start();
      this.#online.set(vat, worker);
      return worker;
    } finally {
      this.#making -= 1;
    }
  }

  async #startWorker(vat: VatId, { bundleId, label, computronsPerDelivery }: WorkerSpec): Promise<VatWorker> {
    await this.#ending.get(vat);
    return this.#options.workers.start({ name: `${vat}:${label}`, vatId: vat, computronsPerDelivery, bundle: await this.#bundleOf(vat, bundleId) });
  }

  async #bundleOf(vat: VatId, bundleId: string): Promise<Uint8Array> {
    const bundle = await this.#options.bundles.get(bundleId);
    assert(bundle, `bundle ${bundleId} of ${vat} is not in the store`);
    return bundle;
  }

  /** As the span says: from its heap snapshot, or from its bundle and the base snapshot that its engine had. */
  async #startForSpan(vat: VatId, { bundleId, engine, computronsPerDelivery, snapshot }: SpanStart): Promise<VatWorker> {
    const { snapshots, workers, rows } = this.#options;
    if (!canGoOn(engine, this.#options.engine)) throw new EngineMissing(vat, engine, this.#options.engine);
    const { base } = engineParts(engine);
    const spec = { label: knownVat(rows, vat).label, bundleId, computronsPerDelivery };
    const heap = snapshot ?? (engine === this.#options.engine ? undefined : base);
    if (heap === undefined) return this.#startWorker(vat, spec);
    await this.#ending.get(vat);
    const { source, close } = await snapshots.open(heap);
    try {
      const common = { name: `${vat}:${spec.label}`, vatId: vat, computronsPerDelivery };
      return await workers.start(snapshot === undefined ? { ...common, bundle: await this.#bundleOf(vat, bundleId), base: source } : { ...common, heap: source });
    } finally {
      close();
    }
  }

  /** Pages out the least recently used idle workers until those that are being made fit. */
  async #makeRoom(): Promise<void> {
    for (const [vat, worker] of [...this.#online]) {
      if (this.#online.size + this.#making <= this.#options.maxVatsOnline) return;
      if (this.#busy.has(vat) || this.#online.get(vat) !== worker) continue;
      await this.#end(vat, worker);
    }
  }
}

/** Delivers again what the transcript says and holds the worker to it. The first difference is reported. */
async function replay(worker: VatWorker, vat: VatId, index: number, entry: DeliveryEntry): Promise<void> {
  let position = 0;
  let mismatch: ReplayMismatch | undefined;
  const answer: SyscallAnswerer = (syscall): VatSyscallResult => {
    const recorded = entry.sc[position];
    if (!recorded || !sameJson(recorded.s, syscall)) mismatch ??= new ReplayMismatch(vat, index, position, recorded?.s, syscall);
    position += 1;
    return mismatch || !recorded ? ['error', 'this is not what the transcript says'] : recorded.r;
  };
  const outcome = await worker.deliver(entry.d, answer, { meterTimes: entry.n ?? 1 }).catch((error: unknown) => {
    throw mismatch ?? error; // a worker may die of being told that it does not replay
  });
  if (mismatch) throw mismatch;
  if (position < entry.sc.length) throw new ReplayMismatch(vat, index, position, entry.sc[position]?.s, undefined);
  const replayed = { status: outcome.verdict.kind, computrons: outcome.computrons };
  if (!sameJson(replayed, entry.r)) throw new ReplayMismatch(vat, index, undefined, entry.r, replayed);
}

/** Equal as canonical JSON: the order of an object's keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || canonical(a) === canonical(b); // mostly the order is the same too
}
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
