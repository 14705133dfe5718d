import type { DatabaseRow, NodeDatabase } from '../store.js';

const bytesMax = 4 * 1024 * 1024;
const rowsMax = 10_000;

/** Rows on their way to the database, in batches of a bounded size. */
export class RowBatch {
  readonly #database: NodeDatabase;
  #rows: DatabaseRow[] = [];
  #bytes = 0;

  constructor(database: NodeDatabase) {
    this.#database = database;
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#rows.push({ key, value });
    this.#bytes += key.length + value.length;
    if (this.#bytes >= bytesMax || this.#rows.length >= rowsMax) await this.flush();
  }

  async flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    if (rows.length > 0) await this.#database.write(rows);
  }
}
