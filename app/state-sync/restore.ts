/**
 * Takes a snapshot's stream into an empty database. Nothing is believed: the rows of the chain must have the AppHash that the
 * light client vouches for, the kernel's rows the digest in it, entries the hashes in those rows, and each file its name. It
 * becomes a state to start from in one last batch; until then a row says that all of it is to be removed.
 */
import type { Logger } from '../../chain/index.js';
import { endOf, LiveSpans, SpanCheck, SpanMismatch, textOfWtf8, verifyBundle, wtf8Bytes, type HeapWriter } from '../../kernel/index.js';
import { BlobStore } from '../blobs.js';
import { confirmedKey, digestStateKey, heightRows } from '../commit.js';
import { DigestSum } from '../host/digest.js';
import { HeapFiles, type StoredHeap } from '../snapshots/heap-files.js';
import { restoredRefRows } from '../snapshots/rows.js';
import { chainPrefix, databaseKeyOfKernelRow, kernelPrefix, numberRow, rowText, type DatabaseRow, type NodeDatabase } from '../store.js';
import { checkChain, checkKernel, type CheckedChain } from './checks.js';
import { headerKey, headerValue, recordKinds, type RecordKind } from './format.js';
import { RecordReader, SnapshotRefused, type RecordEvent } from './record-reader.js';
import { RowBatch } from './row-batch.js';
import { beginMark, endMarks } from './unfinished.js';

export type RestoreOptions = {
  readonly database: NodeDatabase;
  readonly blobFolder: string;
  readonly height: bigint;
  /** As the light client knows it. */
  readonly appHash: Uint8Array;
  readonly log: Logger;
  /** Told before each durable step, by name; tests crash here. */
  readonly onStep?: (step: RestoreStep) => void;
};

export type RestoreStep = 'begin' | 'chain-checked' | 'kernel-checked' | 'entries-checked' | 'file-stored' | 'before-last-batch' | 'after-last-batch';

/** The engine's own bound is 2 GiB of memory; this only bounds what a stranger makes us write. */
const heapBytesMax = 4 * 1024 ** 3;

type File = { readonly kind: 'bundle' | 'heap'; readonly name: string; readonly heap: HeapWriter | undefined; readonly parts: Buffer[] };

export class Restore {
  readonly #options: RestoreOptions;
  readonly #reader = new RecordReader();
  readonly #batch: RowBatch;
  readonly #blobs: BlobStore;
  readonly #heaps: HeapFiles;
  readonly #digest = new DigestSum();
  readonly #stored = new Map<string, StoredHeap>();
  readonly #bundles = new Set<string>();
  readonly #wantedHeaps = new Set<string>();
  #kind: RecordKind | undefined;
  /** Of the last record; within a kind they ascend, and none comes twice. */
  #lastKey = '';
  #chainRows = 0;
  #chain: CheckedChain | undefined;
  #spans: SpanCheck | undefined;
  #file: File | undefined;
  #isComplete = false;

  /** The database must be empty. */
  static async begin(options: RestoreOptions): Promise<Restore> {
    await options.database.write([beginMark]);
    options.onStep?.('begin');
    return new Restore(options);
  }

  private constructor(options: RestoreOptions) {
    this.#options = options;
    this.#batch = new RowBatch(options.database);
    this.#blobs = new BlobStore(options.blobFolder);
    this.#heaps = new HeapFiles(options.blobFolder);
  }

  /** The bytes of the next chunk. Rejects with SnapshotRefused when they cannot be of S(H). */
  async take(bytes: Uint8Array): Promise<void> {
    try {
      for (const event of this.#reader.push(bytes)) await this.#happen(event);
    } catch (error) {
      throw error instanceof SpanMismatch ? new SnapshotRefused(error.message, { cause: error }) : error;
    }
  }

  /** After the last chunk: writes what makes it a state. Rejects with SnapshotRefused when something is missing. */
  async finish(): Promise<void> {
    if (!this.#isComplete || !this.#reader.isBetweenRecords) throw new SnapshotRefused('the snapshot ends too early');
    const { database, height, onStep } = this.#options;
    const { spanRow, bundles } = this.#chain as CheckedChain;
    const spans = (this.#spans as SpanCheck).finish();
    const lacking = [...bundles.keys()].find(name => !this.#bundles.has(name));
    if (lacking !== undefined) throw new SnapshotRefused(`bundle ${lacking} is missing`);
    const rows: DatabaseRow[] = [
      { key: `${chainPrefix}${spanRow.key}`, value: spanRow.value },
      { key: digestStateKey, value: this.#digest.state },
      ...heightRows(height),
      { key: confirmedKey, value: numberRow(height) },
      ...this.#refRows(spans),
      ...endMarks(height),
    ];
    for (const { key, row } of spans) await this.#batch.put(databaseKeyOfKernelRow(key), wtf8Bytes(row));
    await this.#batch.flush();
    onStep?.('before-last-batch');
    await database.write(rows);
    onStep?.('after-last-batch');
  }

  #refRows(spans: readonly { readonly vat: string; readonly heap: string | undefined }[]): DatabaseRow[] {
    const owners = new Map<string, string[]>();
    for (const { vat, heap } of spans) if (heap !== undefined) owners.set(heap, [...(owners.get(heap) ?? []), `vat:${vat}`]);
    const lacking = [...owners.keys()].find(hash => !this.#stored.has(hash));
    if (lacking !== undefined) throw new SnapshotRefused(`heap snapshot ${lacking} is missing`);
    return restoredRefRows(this.#options.height, owners, this.#stored);
  }

  /** Forgets a file that was being written. What is in the database stays marked. */
  async abandon(): Promise<void> {
    await this.#file?.heap?.abandon();
    await this.#heaps.settle();
  }

  #happen(event: RecordEvent): Promise<void> {
    switch (event.type) {
      case 'row': return this.#row(event.kind, event.key, event.value);
      case 'file': return this.#beginFile(event.kind, event.key, event.size);
      case 'piece': return this.#piece(event.bytes);
      case 'file-end': return this.#endFile();
    }
  }

  async #row(kind: RecordKind, key: string, value: Uint8Array): Promise<void> {
    await this.#enter(kind, key);
    switch (kind) {
      case 'header':
        if (key !== headerKey || !Buffer.from(headerValue(this.#options.height)).equals(value)) throw new SnapshotRefused('the snapshot is not of the height that it was offered for');
        return;
      case 'chain':
        this.#chainRows += 1;
        return this.#batch.put(`${chainPrefix}${key}`, value);
      case 'kernel': {
        const text = textOfWtf8(value);
        this.#digest.add(key, text);
        return this.#batch.put(`${kernelPrefix}${key}`, wtf8Bytes(text));
      }
      case 'entry': {
        const text = textOfWtf8(value);
        (this.#spans as SpanCheck).take(key, text);
        return this.#batch.put(databaseKeyOfKernelRow(key), wtf8Bytes(text));
      }
      case 'end':
        this.#isComplete = true;
        return;
      case 'bundle':
      case 'heap':
        throw new Error('files come in pieces');
    }
  }

  /** Holds the stream to its order, and checks what came before when a kind ends: heaps are many bytes, to be read last. */
  async #enter(kind: RecordKind, key: string): Promise<void> {
    const before = this.#kind === undefined ? -1 : recordKinds.indexOf(this.#kind);
    const now = recordKinds.indexOf(kind);
    if (this.#isComplete || now < before || (before < 0 && now !== 0)) throw new SnapshotRefused(`a record of kind ${kind} is out of its place`);
    if (now === before) {
      if (kind === 'header' || (kind !== 'chain' && key <= this.#lastKey)) throw new SnapshotRefused(`${kind} ${key} is out of its order`);
    } else {
      for (let ended = before + 1; ended <= now; ended += 1) await this.#ended(recordKinds[ended - 1]);
    }
    this.#kind = kind;
    this.#lastKey = key;
  }

  async #ended(kind: RecordKind | undefined): Promise<void> {
    const { database, height, appHash, log, onStep } = this.#options;
    if (kind === 'chain') {
      await this.#batch.flush();
      this.#chain = await checkChain({ database, height, appHash, rows: this.#chainRows });
      onStep?.('chain-checked');
    } else if (kind === 'kernel') {
      await this.#batch.flush();
      checkKernel(this.#chain as CheckedChain, database, this.#digest.state);
      this.#spans = new SpanCheck(await liveSpans(database));
      log.info({ height: String(height) }, 'the rows of the chain and of the kernel have the hashes that they should; files follow');
      onStep?.('kernel-checked');
    } else if (kind === 'entry') {
      for (const { heap } of (this.#spans as SpanCheck).finish()) if (heap !== undefined) this.#wantedHeaps.add(heap);
      await this.#batch.flush();
      onStep?.('entries-checked');
    }
  }

  async #beginFile(kind: 'bundle' | 'heap', name: string, size: number): Promise<void> {
    await this.#enter(kind, name);
    const isWanted = kind === 'bundle' ? (this.#chain as CheckedChain).bundles.get(name) === size : this.#wantedHeaps.has(name) && size <= heapBytesMax;
    if (!isWanted) throw new SnapshotRefused(`the state has no ${kind} ${name} of ${size} bytes`);
    this.#file = { kind, name, heap: kind === 'heap' ? this.#heaps.begin() : undefined, parts: [] };
  }

  async #piece(bytes: Uint8Array): Promise<void> {
    const { heap, parts } = this.#file as File;
    if (heap) await heap.write(Buffer.from(bytes));
    else parts.push(Buffer.from(bytes));
  }

  async #endFile(): Promise<void> {
    const { name, heap, parts } = this.#file as File;
    if (heap) await this.#keepHeap(name, heap);
    else await this.#keepBundle(name, Buffer.concat(parts));
    this.#file = undefined;
    this.#options.onStep?.('file-stored');
  }

  async #keepHeap(name: string, heap: HeapWriter): Promise<void> {
    const { hash } = await heap.finish();
    if (hash !== name) throw new SnapshotRefused(`heap snapshot ${name} has other bytes`);
    const stored = (await this.#heaps.persist([hash])).get(hash) as StoredHeap;
    this.#stored.set(hash, stored);
    await this.#heaps.settle();
  }

  async #keepBundle(name: string, zip: Uint8Array): Promise<void> {
    const verdict = verifyBundle(zip, name);
    if (!verdict.ok) throw new SnapshotRefused(`bundle ${name}: ${verdict.reason}`);
    this.#blobs.add(name, zip);
    await this.#blobs.sync();
    this.#bundles.add(name);
  }
}

async function liveSpans(database: NodeDatabase): Promise<ReturnType<LiveSpans['list']>> {
  const spans = new LiveSpans();
  const snapshot = database.snapshot();
  try {
    for (const prefix of LiveSpans.prefixes) {
      for await (const portion of snapshot.portions(`${kernelPrefix}${prefix}`, endOf(`${kernelPrefix}${prefix}`))) {
        for (const [key, value] of portion) spans.see(key.slice(kernelPrefix.length), rowText(value) as string);
      }
    }
  } finally {
    await snapshot.close();
  }
  return spans.list();
}
