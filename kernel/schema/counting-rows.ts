/** Counts what a search reads. */
import type { ReadableRows } from '../store/storage.js';

/** Reads other rows and counts each that a get or a walk returned. */
export class CountingRows implements ReadableRows {
  readonly #rows: ReadableRows;
  #reads = 0;

  constructor(rows: ReadableRows) {
    this.#rows = rows;
  }

  get reads(): number {
    return this.#reads;
  }

  get(key: string): string | undefined {
    const value = this.#rows.get(key);
    if (value !== undefined) this.#reads += 1;
    return value;
  }

  *below(prefix: string): Iterable<readonly [string, string]> {
    for (const row of this.#rows.below(prefix)) {
      this.#reads += 1;
      yield row;
    }
  }
}
