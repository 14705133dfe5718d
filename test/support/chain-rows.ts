import type { Row, RowSource } from '../../chain/store/types.js';

/** A database of rows in memory: what a node's disk keeps across restarts. */
export type MemoryRows = RowSource & { apply(rows: readonly Row[]): void };

export function makeMemoryRows(): MemoryRows {
  const rows = new Map<string, Uint8Array>();
  return {
    get: key => rows.get(key),
    apply: batch => {
      for (const { key, value } of batch) {
        if (value) rows.set(key, value);
        else rows.delete(key);
      }
    },
  };
}
