/**
 * Workers of vats: at most so many at once, brought back by replaying the vat's transcript span. Which workers are online
 * is a fact of this host alone and decides nothing.
 */
import assert from 'node:assert/strict';
import type { VatId } from '../ids.js';
import type { RecordHook } from '../record.js';
import { NoRoomForWorker, WorkerLost, type DeliverOptions, type DeliveryOutcome, type VatDelivery, type VatWorker } from './protocol.js';
import { readProgress, readVat } from './records.js';
import type { SavedHeap } from '../snapshot/store.js';
import { makeSyscallAnswerer } from './store-view.js';
import { HostRoom } from './warehouse-room.js';
import { WorkerMaker, type WorkerMakerOptions, type WorkerSpec } from './worker-maker.js';

export type WarehouseOptions = WorkerMakerOptions & { readonly maxVatsOnline: number; readonly record?: RecordHook };

/** How often a delivery is tried on fresh workers before the node gives up. */
const triesMax = 3;

export type WarehouseDelivery = DeliverOptions & {
  /** A delivery that ends well is followed by a heap snapshot, and the worker must be replaced: see `reload`. */
  readonly savesHeap?: boolean;
};

export class Warehouse {
  readonly #options: WarehouseOptions;
  readonly #maker: WorkerMaker;
  /** Online workers, least recently used first. */
  readonly #online = new Map<VatId, VatWorker>();
  readonly #starting = new Map<VatId, Promise<VatWorker>>();
  /** Workers that are made from a heap that another one writes, until its crank is settled. */
  readonly #successors = new Map<VatId, Promise<VatWorker>>();
  /** How far each worker is in its vat's transcript: the position of its next delivery. */
  readonly #positions = new WeakMap<VatWorker, number>();
  /** Workers that were told to end and may not be gone yet. */
  readonly #ending = new Map<VatId, Promise<void>>();
  readonly #busy = new Set<VatId>();
  /** Deliveries that wait until one of the busy workers is done. */
  readonly #waves: (() => void)[] = [];
  #delivering = 0;
  readonly #room = new HostRoom();
  /** Workers that are being made and not online yet. */
  #making = 0;

  constructor(options: WarehouseOptions) {
    this.#options = options;
    this.#maker = new WorkerMaker(options);
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
      this.#room.changed();
      const next = this.#waves.shift();
      if (next) next(); // the place goes from one to the next
      else this.#delivering -= 1;
    }
  }

  async #tryDelivery(vat: VatId, provideWorker: () => Promise<VatWorker>, delivery: VatDelivery, options: WarehouseDelivery = {}): Promise<DeliveryOutcome> {
    for (let tries = 1; ; ) {
      try {
        const worker = await this.#upToDate(vat, provideWorker);
        const outcome = await worker.deliver(delivery, makeSyscallAnswerer(this.#options.rows, vat), options);
        this.#positions.set(worker, this.#positionOf(vat) + 1);
        this.#options.record?.({ type: 'returned', vat });
        return options.savesHeap && outcome.verdict.kind === 'ok' ? { ...outcome, saved: await this.#save(vat, worker) } : outcome;
      } catch (error) {
        await this.discard(vat);
        if (!(error instanceof WorkerLost) || tries >= triesMax) throw error;
        if (!(error instanceof NoRoomForWorker)) tries += 1; // of a preload, which makes no room; here it is made
      }
    }
  }

  /** Its successor is made at the same time, if it can be: see `reload`. */
  async #save(vat: VatId, worker: VatWorker): Promise<SavedHeap> {
    const handOver = this.#maker.handOver(vat, worker);
    if (!handOver) return this.#maker.save(vat, worker);
    this.#successors.set(vat, handOver.successor);
    return handOver.saved;
  }

  /** A worker may have been paged out after its last delivery and brought back before that was settled: then it lacks it, and is made again. */
  async #upToDate(vat: VatId, provideWorker: () => Promise<VatWorker>): Promise<VatWorker> {
    const worker = await provideWorker();
    if (this.#positions.get(worker) === this.#positionOf(vat)) return worker;
    await this.discard(vat);
    return provideWorker();
  }

  #positionOf(vat: VatId): number {
    return readProgress(this.#options.rows, vat).position;
  }

  async #workerOfNewIncarnation(vat: VatId, spec: WorkerSpec): Promise<VatWorker> {
    await this.discard(vat);
    return this.#make(vat, () => this.#maker.startNew(vat, spec));
  }

  /** Ends the vat's worker, also one that is being brought back: its heap is ahead of the store, or the vat is gone. */
  async discard(vat: VatId): Promise<void> {
    await this.#starting.get(vat)?.catch(() => undefined); // whoever asked for it is told
    const successor = this.#successors.get(vat);
    this.#successors.delete(vat);
    await successor?.then(worker => worker.close(), () => undefined); // it took nobody's place
    const worker = this.#online.get(vat);
    if (worker) await this.#end(vat, worker);
  }

  /** From now on nobody is given this worker: a delivery for its vat may get its turn while it is being ended, and then waits for that. */
  async #end(vat: VatId, worker: VatWorker): Promise<void> {
    this.#online.delete(vat);
    await this.#endFormer(vat, worker);
  }

  /** Of a worker that nobody is given any more; another may be online. */
  async #endFormer(vat: VatId, worker: VatWorker): Promise<void> {
    const ended = worker.close();
    this.#ending.set(vat, ended);
    this.#options.record?.({ type: 'worker-end', vat });
    await ended;
    if (this.#ending.get(vat) === ended) this.#ending.delete(vat);
    this.#room.changed();
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#online.keys(), ...this.#starting.keys(), ...this.#successors.keys()].map(vat => this.discard(vat)));
  }

  /** Ends every worker that no delivery is at work on. */
  async pageOutIdle(): Promise<void> {
    await Promise.all([...this.#online].filter(([vat]) => !this.#busy.has(vat)).map(([vat, worker]) => this.#end(vat, worker)));
  }

  /** Brings one vat back, whatever its life, by replaying its span. Rejects with ReplayMismatch when it does not replay. */
  async bringBack(vat: VatId): Promise<void> {
    await this.#workerOf(vat);
  }

  /**
   * The vat's heap was saved and its new span is open: the worker ends, and one that is loaded from the snapshot takes its
   * place. It is made while others work; if that fails, whoever needs the vat tries again and is told.
   */
  async reload(vat: VatId): Promise<void> {
    const successor = this.#successors.get(vat);
    this.#successors.delete(vat);
    if (successor) return this.#takeOver(vat, successor);
    await this.discard(vat);
    this.#workerOf(vat).catch(() => undefined);
  }

  /** The successor was made while the heap was still packed and the crank settled. One that failed is made again as any other. */
  #takeOver(vat: VatId, successor: Promise<VatWorker>): void {
    const position = this.#positionOf(vat);
    const before = this.#online.get(vat);
    this.#online.delete(vat);
    this.#making += 1;
    const starting = successor.then(worker => {
      this.#positions.set(worker, position);
      this.#online.set(vat, worker);
      this.#recordStart(vat, position);
      if (before) void this.#endFormer(vat, before);
      return worker;
    }).catch(async () => {
      if (before) await this.#endFormer(vat, before);
      return this.#make(vat, () => this.#maker.bringBack(vat));
    }).finally(() => {
      this.#making -= 1;
      this.#starting.delete(vat);
      this.#room.changed();
    });
    this.#starting.set(vat, starting);
    starting.catch(() => undefined); // whoever needs the vat tries again and is told
  }

  /**
   * Brings vats back before they are asked for, in the order given, `width` side by side, until as many are online as may be.
   * It pages out nobody, ends early where the host has no room for more, and leaves alone what a delivery is at work on. When some cannot be brought back, the others still
   * are; then rejects, with something worse than WorkerLost if there was such.
   */
  async preload(vats: readonly VatId[], width = vats.length): Promise<void> {
    const waiting = vats[Symbol.iterator]();
    let hasRoom = true;
    const isFull = (): boolean => !hasRoom || this.#online.size + this.#making >= this.#options.maxVatsOnline;
    const failures: unknown[] = [];
    const failed = (error: unknown): void => {
      if (error instanceof NoRoomForWorker) hasRoom = false;
      else failures.push(error);
    };
    const bringBackMore = async (): Promise<void> => {
      for (const vat of waiting) {
        if (isFull()) return;
        if (!this.#busy.has(vat) && readVat(this.#options.rows, vat)?.life === 'running') await this.#workerOf(vat, false).catch(failed);
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, vats.length) }, bringBackMore));
    if (failures.length > 0) throw failures.find(error => !(error instanceof WorkerLost)) ?? failures[0];
  }

  async #workerOf(vat: VatId, makesRoom = true): Promise<VatWorker> {
    const online = this.#online.get(vat);
    if (online) {
      this.#online.delete(vat); // to the end: most recently used
      this.#online.set(vat, online);
      return online;
    }
    const starting = this.#starting.get(vat);
    if (starting) return starting;
    const start = this.#make(vat, () => this.#maker.bringBack(vat), makesRoom).finally(() => this.#starting.delete(vat));
    this.#starting.set(vat, start);
    return start;
  }

  /** `WorkerMaker.checkClosedSpan` of a vat that is not online. */
  async checkClosedSpan(vat: VatId, from: number, nextStart: number): Promise<void> {
    assert(!this.#online.has(vat) && !this.#starting.has(vat), `${vat} is online`);
    await this.#ending.get(vat);
    await this.#maker.checkClosedSpan(vat, from, nextStart);
  }

  async #make(vat: VatId, start: () => Promise<VatWorker>, makesRoom = true): Promise<VatWorker> {
    this.#making += 1;
    try {
      await this.#makeRoom();
      await this.#ending.get(vat);
      const begin = async (): Promise<{ worker: VatWorker; position: number }> => {
        const position = this.#positionOf(vat); // of what `start` replays
        return { position, worker: await start() };
      };
      const { worker, position } = makesRoom ? await this.#withRoom(begin) : await begin();
      this.#positions.set(worker, position);
      this.#online.set(vat, worker);
      this.#recordStart(vat, position);
      return worker;
    } finally {
      this.#making -= 1;
      this.#room.changed();
    }
  }

  /** Where the host has no room for a worker that is needed, idle ones make it, least recently used first, then those that a hand-over makes, and others as soon as they are idle. */
  #withRoom<T>(start: () => Promise<T>): Promise<T> {
    return this.#room.take(start, {
      makeRoom: () => this.#pageOutOne(),
      mayChange: waiting => this.#ending.size > 0 || this.#making > waiting || [...this.#busy].some(vat => this.#online.has(vat)),
    });
  }

  async #pageOutOne(): Promise<boolean> {
    const [idle] = [...this.#online].filter(([vat]) => !this.#busy.has(vat));
    if (idle) await this.#end(...idle);
    return idle !== undefined || this.#giveUpSuccessor();
  }

  /** One that no crank has settled for yet: its vat is brought back from the heap that was saved. False when there is none. */
  async #giveUpSuccessor(): Promise<boolean> {
    const [first] = this.#successors;
    if (!first) return false;
    const [vat, successor] = first;
    this.#successors.delete(vat);
    const closed = successor.then(worker => worker.close(), () => undefined); // one that failed took nothing
    const ended = Promise.all([this.#ending.get(vat), closed]).then(() => undefined);
    this.#ending.set(vat, ended);
    await ended;
    if (this.#ending.get(vat) === ended) this.#ending.delete(vat);
    this.#room.changed();
    return true;
  }

  #recordStart(vat: VatId, position: number): void {
    const { record, rows } = this.#options;
    if (!record || !readVat(rows, vat)) return; // it may have ended while its worker came
    const { spanStart, snapshot } = readProgress(rows, vat);
    record({ type: 'worker-start', vat, heap: snapshot === '' ? undefined : snapshot, replayed: Math.max(0, position - spanStart - 1), position });
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
