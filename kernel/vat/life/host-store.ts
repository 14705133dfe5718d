/** Where facts of this host are kept, and the one writer that puts them there in the order in which they happened. */
import type { HostRow } from './rows.js';

/** Rows of text. One process at a time has it open. */
export type HostStore = {
  /** 16 hexadecimal digits that no other home has: part of what worker processes are known by. */
  readonly home: string;
  /** What lies there under the prefix. */
  rows(prefix: string): Promise<readonly (readonly [string, string])[]>;
  /** All rows or none, in the order of the calls. `isSynced`: it outlives a power failure, else only the end of the process. */
  write(rows: readonly HostRow[], isSynced: boolean): Promise<void>;
  close(): Promise<void>;
};

/** For kernels without a home: nothing outlives the process, nor do its workers where the system ends them with it. */
export class MemoryHostStore implements HostStore {
  readonly home: string;
  readonly #rows: Map<string, string>;

  /** `rows` of an earlier one: what a host finds when it starts again. */
  constructor({ home = '0'.repeat(16), rows = [] }: { readonly home?: string; readonly rows?: Iterable<readonly [string, string]> } = {}) {
    this.home = home;
    this.#rows = new Map(rows);
  }

  get all(): ReadonlyMap<string, string> {
    return this.#rows;
  }

  rows(prefix: string): Promise<readonly (readonly [string, string])[]> {
    return Promise.resolve([...this.#rows].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  write(rows: readonly HostRow[]): Promise<void> {
    for (const { key, value } of rows) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Another executor took over: nothing that this one knows may be written any more. */
export class ExecutorSuperseded extends Error {
  constructor(ours: number, theirs: string | undefined) {
    super(`executor ${ours} of worker sagas was superseded by ${theirs ?? 'nobody'}`);
    this.name = 'ExecutorSuperseded';
  }
}

const executorKey = 'executor';

type Waiting = { readonly rows: readonly HostRow[]; readonly isSynced: boolean; readonly done: () => void; readonly failed: (error: unknown) => void };

/**
 * Appends on condition that this executor is still the one (reference: the saga log is conditional on the executor's
 * generation). What is asked for while a write is under way is written together, in order. A write that fails is the
 * last: everything after it fails with the same cause.
 */
export class HostJournal {
  readonly executor: number;
  readonly #store: HostStore;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #failure: { readonly cause: unknown } | undefined;

  /** Takes over from whoever was the executor before. */
  static async open(store: HostStore): Promise<HostJournal> {
    const executor = Number((await store.rows(executorKey))[0]?.[1] ?? '0') + 1;
    await store.write([{ key: executorKey, value: String(executor) }], true);
    return new HostJournal(store, executor);
  }

  private constructor(store: HostStore, executor: number) {
    this.#store = store;
    this.executor = executor;
  }

  /** Resolves when the rows are written. */
  append(rows: readonly HostRow[], isSynced = false): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ rows, isSynced, done, failed });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(batch);
        for (const { done } of batch) done();
      } catch (error) {
        this.#failure ??= { cause: error };
        for (const { failed } of batch) failed(error);
      }
    }
    this.#isWriting = false;
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    if (this.#failure) throw new Error('an earlier write of facts of the host has failed', this.#failure);
    const current = (await this.#store.rows(executorKey))[0]?.[1];
    if (current !== String(this.executor)) throw new ExecutorSuperseded(this.executor, current);
    await this.#store.write(batch.flatMap(({ rows }) => rows), batch.some(({ isSynced }) => isSynced));
  }
}
