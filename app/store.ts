/**
 * The node's one database and what its keys mean: c/ the chain's rows, k/ the kernel's, b/ rows of the block that are not
 * hashed, u/ what each block replaced. One batch per block is synced to disk; there is no other write.
 */
import { Level } from 'level';
import { endOf, isLocal, textOfWtf8, wtf8Bytes, type KernelBacking } from '../kernel/index.js';
import type { RowSource } from '../chain/store/index.js';

/** A row as it lies in the database; the key has its prefix. `value` undefined deletes. */
export type DatabaseRow = { readonly key: string; readonly value: Uint8Array | undefined };

type Db = Level<Buffer, Uint8Array>;

const bytesOf = (key: string): Buffer => Buffer.from(key, 'latin1');

export const chainPrefix = 'c/';
export const kernelPrefix = 'k/';
export const localPrefix = 'b/';
export const undoPrefix = 'u/';

/** Where a row of the kernel lies. */
export function databaseKeyOfKernelRow(key: string): string {
  return isLocal(key) ? `${localPrefix}${key}` : `${kernelPrefix}${key}`;
}

/** The database as it was at one moment, whatever is written meanwhile. Whoever takes one closes it. */
export type DatabaseSnapshot = {
  get(key: string): Uint8Array | undefined;
  /** Rows in [from, to), ascending, in portions of about 64 KiB; one row is never divided. */
  portions(from: string, to: string): AsyncIterable<readonly (readonly [key: string, value: Uint8Array])[]>;
  close(): Promise<void>;
};

/** The rows of several ranges, in this order. */
export async function* portionsIn(snapshot: DatabaseSnapshot, ranges: readonly (readonly [from: string, to: string])[]): ReturnType<DatabaseSnapshot['portions']> {
  for (const [from, to] of ranges) yield* snapshot.portions(from, to);
}

const portionRowsMax = 256;
const portionBytes = 64 * 1024;

export class NodeDatabase {
  readonly #db: Db;

  /** Opens or makes the database. Throws an Error for people when another process has it. */
  static async open(path: string): Promise<NodeDatabase> {
    const db: Db = new Level<Buffer, Uint8Array>(path, { keyEncoding: 'buffer', valueEncoding: 'view' });
    await openUnlessLocked(db, path);
    return new NodeDatabase(db);
  }

  private constructor(db: Db) {
    this.#db = db;
  }

  /** Any row by its full key; the bytes must not be changed. */
  get(key: string): Uint8Array | undefined {
    return this.#db.getSync(bytesOf(key));
  }

  /** One synced batch: all of it is there after a crash, or none. */
  async write(rows: readonly DatabaseRow[]): Promise<void> {
    await this.#db.batch(
      rows.map(({ key, value }) => (value === undefined ? { type: 'del' as const, key: bytesOf(key) } : { type: 'put' as const, key: bytesOf(key), value })),
      { sync: true },
    );
  }

  /** Full keys in [from, to), ascending, at most `limit`. */
  async keys(from: string, to: string, limit: number): Promise<string[]> {
    const found = await this.#db.keys({ gte: bytesOf(from), lt: bytesOf(to), limit }).all();
    return found.map(key => key.toString('latin1'));
  }

  snapshot(): DatabaseSnapshot {
    const db = this.#db;
    const snapshot = db.snapshot();
    return {
      get: key => db.getSync(bytesOf(key), { snapshot }),
      portions: async function* (from, to) {
        const rows = db.iterator({ gte: bytesOf(from), lt: bytesOf(to), snapshot, highWaterMarkBytes: portionBytes });
        try {
          for (let portion = await rows.nextv(portionRowsMax); portion.length > 0; portion = await rows.nextv(portionRowsMax)) {
            yield portion.map(([key, value]) => [key.toString('latin1'), value] as const);
          }
        } finally {
          await rows.close();
        }
      },
      close: () => snapshot.close(),
    };
  }

  /** Full keys that start with the prefix, ascending, at most `limit`. */
  keysBelow(prefix: string, limit: number): Promise<string[]> {
    return this.keys(prefix, endOf(prefix), limit);
  }

  async close(): Promise<void> {
    await this.#db.close();
  }

  /** The chain's rows, for its multi-store. */
  readonly chainRows: RowSource = { get: key => this.get(`${chainPrefix}${key}`) };

  /** The kernel's rows: k/ and b/. */
  readonly kernelBacking: KernelBacking = {
    getSync: key => textOf(this.get(databaseKeyOfKernelRow(key))),
    keys: async (from, to, limit) => {
      const prefix = isLocal(from) ? localPrefix : kernelPrefix;
      const found = await this.keys(`${prefix}${from}`, `${prefix}${to}`, limit);
      return found.map(key => key.slice(prefix.length));
    },
    memoryRows: () => this.#memoryRows(),
  };

  /** All of k/ but the vat stores, which stay on disk. */
  async *#memoryRows(): AsyncIterable<readonly [string, string]> {
    const onDisk = `${kernelPrefix}vs.`;
    yield* this.#rows(kernelPrefix, onDisk);
    yield* this.#rows(endOf(onDisk), endOf(kernelPrefix));
  }

  async *#rows(from: string, to: string): AsyncIterable<readonly [string, string]> {
    for await (const [key, value] of this.#db.iterator({ gte: bytesOf(from), lt: bytesOf(to) })) {
      yield [key.toString('latin1').slice(kernelPrefix.length), textOf(value) as string];
    }
  }
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && textOfWtf8(bytes);
}

export const rowValue = (text: string): Uint8Array => wtf8Bytes(text);
export const rowText = textOf;

/** A number as a local row holds it: decimal text. */
export const numberRow = (value: bigint): Uint8Array => rowValue(String(value));
export const numberOfRow = (bytes: Uint8Array | undefined): bigint | undefined => bytes && BigInt(Buffer.from(bytes).toString('ascii'));

/** Opens a database at `path`. Rejects with DatabaseLocked when another process has it. */
export async function openUnlessLocked(db: Pick<Level, 'open'>, path: string): Promise<void> {
  try {
    await db.open();
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause;
    if (cause?.code === 'LEVEL_LOCKED') throw new DatabaseLocked(path);
    throw error;
  }
}

/** Another process has the database. */
export class DatabaseLocked extends Error {
  constructor(readonly path: string) {
    super(`another process is using ${path}; a home serves one node at a time`);
    this.name = 'DatabaseLocked';
  }
}
