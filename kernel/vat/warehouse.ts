/**
 * Workers of vats: at most so many at once, brought back by replaying the vat's transcript span. Which workers are online
 * is a fact of this host alone and decides nothing.
 */
import assert from 'node:assert/strict';
import type { VatId } from '../ids.js';
import { readSpan, type DeliveryEntry } from '../store/transcript.js';
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

/** The vat's incarnation runs on an engine that this release does not have: on another, its transcript does not replay. */
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
  deliver(vat: VatId, delivery: VatDelivery, options?: DeliverOptions): Promise<DeliveryOutcome> {
    return this.#inTurn(vat, () => this.#workerOf(vat), delivery, options);
  }

  /** A new incarnation: a fresh worker takes the place of whatever was online, and gets its first delivery. */
  startFresh(vat: VatId, spec: WorkerSpec, delivery: VatDelivery): Promise<DeliveryOutcome> {
    return this.#inTurn(vat, () => this.#workerOfNewIncarnation(vat, spec), delivery);
  }

  async #inTurn(vat: VatId, provideWorker: () => Promise<VatWorker>, delivery: VatDelivery, options?: DeliverOptions): Promise<DeliveryOutcome> {
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

  async #tryDelivery(vat: VatId, provideWorker: () => Promise<VatWorker>, delivery: VatDelivery, options?: DeliverOptions): Promise<DeliveryOutcome> {
    for (let tries = 1; ; tries += 1) {
      try {
        const worker = await provideWorker();
        return await worker.deliver(delivery, makeSyscallAnswerer(this.#options.rows, vat), options);
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
      const { start, deliveries } = readSpan(this.#options.rows, vat);
      if (start.start.engine !== this.#options.engine) throw new EngineMissing(vat, start.start.engine, this.#options.engine);
      this.#options.onReplay?.(vat, 0, deliveries.length);
      const worker = await this.#startWorker(vat, { ...start.start, label: knownVat(this.#options.rows, vat).label });
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
    });
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
    const bundle = await this.#options.bundles.get(bundleId);
    assert(bundle, `bundle ${bundleId} of ${vat} is not in the store`);
    return this.#options.workers.start({ name: `${vat}:${label}`, vatId: vat, bundle, computronsPerDelivery });
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
