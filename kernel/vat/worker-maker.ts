/** How a vat's worker is made: new on its bundle, or as its span says and then brought to the span's end by replay. */
import assert from 'node:assert/strict';
import type { VatId } from '../ids.js';
import type { HeapSource, HeapWriter, SavedHeap, SnapshotStore } from '../snapshot/store.js';
import type { KernelStorage } from '../store/storage.js';
import { readSpan, readSpanBefore, startAt, type SpanEntries, type SpanStart } from '../store/transcript.js';
import { canGoOn, engineParts } from './engine-id.js';
import { WorkerLost, type VatWorker, type WorkerFactory, type WorkerStart } from './protocol.js';
import { knownVat, readProgress } from './records.js';
import { replay, ReplayMismatch } from './replay.js';

export type BundleSource = { get(bundleId: string): Promise<Uint8Array | undefined> };

export type WorkerMakerOptions = {
  readonly rows: KernelStorage;
  readonly workers: WorkerFactory;
  /** What `workers` start, as incarnations record it. */
  readonly engine: string;
  readonly bundles: BundleSource;
  readonly snapshots: SnapshotStore;
  /** Called as a vat is brought back: how many of its deliveries are replayed, from 0 to all. It observes; it must not throw. */
  readonly onReplay?: (vat: VatId, done: number, total: number) => void;
};

export type WorkerSpec = { readonly bundleId: string; readonly label: string; readonly computronsPerDelivery: number };

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

/** One vat's worker at a time; whoever asks keeps them, and sees to it that an earlier one has ended. */
export class WorkerMaker {
  readonly #options: WorkerMakerOptions;

  constructor(options: WorkerMakerOptions) {
    this.#options = options;
  }

  /** A worker of a new incarnation, which has not been delivered to. */
  async startNew(vat: VatId, { bundleId, label, computronsPerDelivery }: WorkerSpec): Promise<VatWorker> {
    return this.#options.workers.start({ name: `${vat}:${label}`, vatId: vat, computronsPerDelivery, ...this.#needsOf(vat), bundle: await this.#bundleOf(vat, bundleId) });
  }

  /** A worker that has done again what the vat's span says. */
  async bringBack(vat: VatId): Promise<VatWorker> {
    const span = readSpan(this.#options.rows, vat);
    this.#options.onReplay?.(vat, 0, span.deliveries.length);
    return this.#replaySpan(vat, span);
  }

  /** Writes the worker's heap to the store. Whatever goes wrong here is local: the delivery is done again by another worker. */
  async save(vat: VatId, worker: VatWorker): Promise<SavedHeap> {
    const writer = this.#options.snapshots.begin();
    try {
      await worker.writeHeap(chunk => writer.write(chunk));
    } catch (error) {
      return await this.#abandoned(vat, writer, error);
    }
    return this.#finished(vat, writer);
  }

  async #finished(vat: VatId, writer: HeapWriter): Promise<SavedHeap> {
    try {
      return await writer.finish();
    } catch (error) {
      return await this.#abandoned(vat, writer, error);
    }
  }

  async #abandoned(vat: VatId, writer: HeapWriter, error: unknown): Promise<never> {
    await writer.abandon();
    throw error instanceof WorkerLost ? error : new WorkerLost(`the heap of ${vat} cannot be saved: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }

  /**
   * As `save`, with the worker that goes on from the saved heap made beside: it starts as soon as the heap is written, while
   * that is still hashed and packed. Undefined where the heap cannot be written so; then nothing was done. The successor has
   * done what `worker` did, and may fail for itself: then `bringBack` is the way.
   */
  handOver(vat: VatId, worker: VatWorker): { readonly saved: Promise<SavedHeap>; readonly successor: Promise<VatWorker> } | undefined {
    const { snapshots } = this.#options;
    if (!snapshots.takesFiles || !worker.writeHeapFile) return undefined;
    const writer = snapshots.begin();
    const { file } = writer;
    assert(file, 'a store that takes files has one for each heap');
    const written = worker.writeHeapFile(file.path).then(() => file.open());
    const successor = this.#startSuccessor(vat, written);
    successor.catch(() => undefined); // told to whoever takes it
    return { saved: written.then(() => this.#finished(vat, writer), (error: unknown) => this.#abandoned(vat, writer, error)), successor };
  }

  async #startSuccessor(vat: VatId, written: Promise<{ readonly source: HeapSource; close(): void }>): Promise<VatWorker> {
    const { rows, workers } = this.#options;
    const { computronsPerDelivery } = startAt(rows, vat, readProgress(rows, vat).spanStart).start;
    const heapToCome = written.then(({ source }) => source);
    heapToCome.catch(() => undefined); // a start that is refused before does not take it
    try {
      return await workers.start({ name: `${vat}:${knownVat(rows, vat).label}`, vatId: vat, computronsPerDelivery, ...this.#needsOf(vat), heapToCome });
    } finally {
      await written.then(({ close }) => { close(); }, () => undefined); // what failed is told by who saves
    }
  }

  /**
   * Replays a closed span [from, nextStart) whose entries are still there, on a worker of its own, and holds the heap at its
   * end to the snapshot that the next span starts from. Rejects with ReplayMismatch.
   */
  async checkClosedSpan(vat: VatId, from: number, nextStart: number): Promise<void> {
    const { rows } = this.#options;
    const span = readSpanBefore(rows, vat, from, nextStart);
    const worker = await this.#replaySpan(vat, span);
    try {
      const recorded = startAt(rows, vat, nextStart).start.snapshot;
      if (recorded === undefined) return; // an upgrade or the vat's end closed it
      const { hash } = await this.save(vat, worker);
      if (hash !== recorded) throw new ReplayMismatch(vat, nextStart - 1, undefined, { snapshot: recorded }, { snapshot: hash });
    } finally {
      await worker.close();
    }
  }

  async #replaySpan(vat: VatId, { start: { start }, from, deliveries }: SpanEntries): Promise<VatWorker> {
    const worker = await this.#startForSpan(vat, start);
    try {
      for (const [index, entry] of deliveries.entries()) {
        await replay(worker, vat, from + index, entry);
        this.#options.onReplay?.(vat, index + 1, deliveries.length);
      }
    } catch (error) {
      await worker.close();
      throw error;
    }
    return worker;
  }

  /** For the host's ledger. */
  #needsOf(vat: VatId): Pick<WorkerStart, 'account' | 'memoryBytes'> {
    const { owner, settings: { memoryLimitBytes } } = knownVat(this.#options.rows, vat);
    return { account: owner, memoryBytes: memoryLimitBytes === null ? undefined : BigInt(memoryLimitBytes) };
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
    if (heap === undefined) return this.startNew(vat, spec);
    const { source, close } = await snapshots.open(heap);
    try {
      const common = { name: `${vat}:${spec.label}`, vatId: vat, computronsPerDelivery, ...this.#needsOf(vat) };
      return await workers.start(snapshot === undefined ? { ...common, bundle: await this.#bundleOf(vat, bundleId), base: source } : { ...common, heap: source });
    } finally {
      close();
    }
  }
}
