/** Which schema a kernel's table has, and which this release knows (design 5.7). */
import { keys } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';

/** The schema that this release runs, and that a fresh store has. */
export const schemaVersion = 4;

/** The schema of a table; undefined when it has no kernel. Throws an Error when the row says what no release has written. */
export function readSchema(rows: ReadableRows): number | undefined {
  const text = rows.get(keys.schema);
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`the storage says that its schema is ${JSON.stringify(text)}, which is no version`);
  return Number(text);
}

/** Why this release can neither run nor upgrade the table, in words for people; undefined when it can. */
export function schemaProblem(rows: ReadableRows): string | undefined {
  const found = readSchema(rows);
  if (found === undefined) return 'the storage has no kernel yet: initializeKernel makes one';
  if (found <= schemaVersion) return undefined;
  return `the storage has schema ${found}, and this release knows schema ${schemaVersion} at most: use the release that wrote it, or a later one`;
}

/** Throws an Error for people unless the table has exactly the schema that this release runs. */
export function requireCurrentSchema(rows: ReadableRows): void {
  const problem = schemaProblem(rows);
  if (problem !== undefined) throw new Error(problem);
  const found = readSchema(rows) as number;
  if (found !== schemaVersion) throw new Error(`the storage has schema ${found}, and this release runs schema ${schemaVersion}: upgradeKernel brings it there`);
}
