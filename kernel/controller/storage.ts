/**
 * The store of a kernel that runs without a chain: its rows, and the bundles that its vats run, in one database or in memory
 * only. Nothing is durable until the host says `commit()`.
 */
import assert from 'node:assert/strict';
import { Level } from 'level';
import { endOf, isOnDiskOnly, keys } from '../store/keys.js';
import { closedRows, heapOfSpanRow, spanChanges } from '../store/spans.js';
import { isLocal, KernelStorage, MemoryBacking, type Change, type KernelBacking } from '../store/storage.js';
import { textOfWtf8, wtf8Bytes } from '../store/wtf8.js';
import type { BundleSource } from '../vat/worker-maker.js';
import { ControllerHeaps } from './heaps.js';

/** Committed rows and bundles. `commit` makes all of it durable, or nothing. */
interface Backing extends KernelBacking {
  bundle(bundleId: string): Promise<Uint8Array | undefined>;
  heap(hash: string): Promise<Uint8Array | undefined>;
  commit(writes: Writes): Promise<void>;
  close(): Promise<void>;
}

type Writes = {
  readonly changes: readonly Change[];
  readonly bundles: ReadonlyMap<string, Uint8Array>;
  readonly heaps: ReadonlyMap<string, Uint8Array>;
  /** Hashes of heaps that nothing starts from any more. */
  readonly unused: readonly string[];
};

export class ControllerStorage {
  readonly rows: KernelStorage;
  readonly #backing: Backing;
  readonly #newBundles = new Map<string, Uint8Array>();
  /** For workers; also what was saved and is not committed. */
  readonly heaps: ControllerHeaps;
  #user: (() => string | undefined) | undefined;

  constructor(rows: KernelStorage, backing: Backing) {
    this.rows = rows;
    this.#backing = backing;
    this.heaps = new ControllerHeaps(hash => backing.heap(hash));
  }

  /** For workers; also what was added and is not committed. */
  readonly bundles: BundleSource = {
    get: bundleId => {
      const added = this.#newBundles.get(bundleId);
      return added ? Promise.resolve(added) : this.#backing.bundle(bundleId);
    },
  };

  /** Keeps the bytes of a bundle that was verified, until the next commit writes them. */
  addBundle(bundleId: string, zip: Uint8Array): void {
    this.#newBundles.set(bundleId, zip);
  }

  /** A controller tells here why nothing may be committed at the moment; one controller at a time. */
  takeBy(whyNot: () => string | undefined): void {
    assert(!this.#user, 'another controller uses this storage; shut it down first');
    this.#user = whyNot;
  }

  /** The controller is shut down: what it had not committed is forgotten. */
  letGo(): void {
    this.#user = undefined;
    if (this.rows.isInStep) this.rows.dropStep(); // of a kernel that panicked
    this.rows.dropRun();
    this.#newBundles.clear();
    this.heaps.settled();
  }

  /** Makes everything since the last commit durable, in one synced write. Throws while a run is under way, and after the kernel has panicked. */
  async commit(): Promise<void> {
    const reason = this.#user?.();
    if (reason !== undefined) throw new Error(`nothing can be committed: ${reason}`);
    const bundles = new Map(this.#newBundles);
    const changes = this.rows.runChanges();
    await this.#backing.commit({ changes, bundles, ...(await this.#heapWrites(changes)) });
    this.rows.committed();
    this.heaps.settled();
    for (const bundleId of bundles.keys()) this.#newBundles.delete(bundleId);
  }

  async #heapWrites(changes: readonly Change[]): Promise<Pick<Writes, 'heaps' | 'unused'>> {
    const spans = spanChanges(changes);
    const dropped = new Set(spans.flatMap(({ heapBefore, heapAfter }) => (heapBefore === undefined || heapBefore === heapAfter ? [] : [heapBefore])));
    const inUse = new Set<string>();
    for (const key of spans.length === 0 ? [] : await this.rows.keysOnDisk(keys.allSpans, endOf(keys.allSpans), Infinity)) {
      const heap = heapOfSpanRow(this.rows.get(key) as string);
      if (heap !== undefined) inUse.add(heap);
    }
    const heaps = await this.heaps.toStore(new Set(spans.flatMap(({ heapAfter }) => heapAfter ?? [])));
    return { heaps, unused: [...dropped].filter(hash => !inUse.has(hash)) };
  }

  /** Closes the database; what was not committed is lost. */
  async close(): Promise<void> {
    await this.#backing.close();
  }
}

/**
 * Opens the store in the folder `path`, which is made if there is none, or a new one in memory (`:memory:`). Rejects with an
 * Error for people when another process has the folder open.
 */
export async function openKernelStorage(path: string): Promise<ControllerStorage> {
  const backing = path === ':memory:' ? new MemoryStore() : await LevelStore.open(path);
  return new ControllerStorage(await KernelStorage.open(backing), backing);
}

class MemoryStore implements Backing {
  readonly #rows = new MemoryBacking();
  readonly #bundles = new Map<string, Uint8Array>();
  readonly #heaps = new Map<string, Uint8Array>();

  getSync(key: string): string | undefined {
    return this.#rows.getSync(key);
  }
  keys(from: string, to: string, limit: number): Promise<string[]> {
    return this.#rows.keys(from, to, limit);
  }
  memoryRows(): AsyncIterable<readonly [string, string]> {
    return this.#rows.memoryRows();
  }
  bundle(bundleId: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#bundles.get(bundleId));
  }
  heap(hash: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#heaps.get(hash));
  }
  commit({ changes, bundles, heaps, unused }: Writes): Promise<void> {
    this.#rows.commit(changes);
    for (const [bundleId, zip] of bundles) this.#bundles.set(bundleId, zip);
    for (const [hash, bytes] of heaps) this.#heaps.set(hash, bytes);
    for (const hash of unused) this.#heaps.delete(hash);
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

type Db = Level<Buffer, Uint8Array>;

const rowPrefix = 'k/';
const bundlePrefix = 'bundle/';
const heapPrefix = 'heap/';
const bytesOf = (key: string): Buffer => Buffer.from(key, 'latin1');

/** Rows below k/, bundles below bundle/, heap snapshots below heap/. */
class LevelStore implements Backing {
  readonly #db: Db;

  static async open(path: string): Promise<LevelStore> {
    const db: Db = new Level<Buffer, Uint8Array>(path, { keyEncoding: 'buffer', valueEncoding: 'view' });
    try {
      await db.open();
    } catch (error) {
      const cause = (error as { readonly cause?: { readonly code?: string } }).cause;
      if (cause?.code === 'LEVEL_LOCKED') throw new Error(`another process is using the kernel's store ${path}`, { cause: error });
      throw error;
    }
    return new LevelStore(db);
  }

  private constructor(db: Db) {
    this.#db = db;
  }

  getSync(key: string): string | undefined {
    const value = this.#db.getSync(bytesOf(`${rowPrefix}${key}`));
    return value && textOfWtf8(value);
  }
  async keys(from: string, to: string, limit: number): Promise<string[]> {
    const found = await this.#db.keys({ gte: bytesOf(`${rowPrefix}${from}`), lt: bytesOf(`${rowPrefix}${to}`), limit }).all();
    return found.map(key => key.toString('latin1').slice(rowPrefix.length));
  }
  async *memoryRows(): AsyncIterable<readonly [string, string]> {
    for await (const [bytes, value] of this.#db.iterator({ gte: bytesOf(rowPrefix), lt: bytesOf('k0') })) {
      const key = bytes.toString('latin1').slice(rowPrefix.length);
      if (!isLocal(key) && !isOnDiskOnly(key)) yield [key, textOfWtf8(value)];
    }
  }
  bundle(bundleId: string): Promise<Uint8Array | undefined> {
    return this.#db.get(bytesOf(`${bundlePrefix}${bundleId}`));
  }
  heap(hash: string): Promise<Uint8Array | undefined> {
    return this.#db.get(bytesOf(`${heapPrefix}${hash}`));
  }
  async commit({ changes, bundles, heaps, unused }: Writes): Promise<void> {
    const rows = changes.map(({ key, after }) => {
      const place = bytesOf(`${rowPrefix}${key}`);
      return after === undefined ? { type: 'del' as const, key: place } : { type: 'put' as const, key: place, value: wtf8Bytes(after) };
    });
    const files = [...bundles].map(([bundleId, zip]) => ({ type: 'put' as const, key: bytesOf(`${bundlePrefix}${bundleId}`), value: zip }));
    const saved = [...heaps].map(([hash, bytes]) => ({ type: 'put' as const, key: bytesOf(`${heapPrefix}${hash}`), value: bytes }));
    const gone = [...closedRows(changes).map(key => `${rowPrefix}${key}`), ...unused.map(hash => `${heapPrefix}${hash}`)];
    await this.#db.batch([...files, ...saved, ...rows, ...gone.map(key => ({ type: 'del' as const, key: bytesOf(key) }))], { sync: true });
  }
  async close(): Promise<void> {
    await this.#db.close();
  }
}
