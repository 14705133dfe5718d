/** Which rows of the kernel two nodes wrote differently in the same crank. */

/** A row as a line `kv` has it: `["set",key,value]`, `["hash",key,sha256]` or `["delete",key]`; what follows is the value before. */
export type WrittenRow = { readonly op: 'set' | 'hash' | 'delete'; readonly key: string; readonly value: string | undefined };

export type RowDifference = {
  readonly key: string;
  /** Undefined: this side did not write the row. Of a long value `sha256:` and its hash. */
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
};

/** By key, where both sides recorded rows; empty when one has none. */
export function rowDifferences(ours: readonly unknown[] | undefined, theirs: readonly unknown[] | undefined): readonly RowDifference[] {
  if (!ours || !theirs) return [];
  const [a, b] = [byKey(ours), byKey(theirs)];
  const keys = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => (x < y ? -1 : 1));
  return keys.filter(key => a.get(key) !== b.get(key)).map(key => ({ key, ours: a.get(key), theirs: b.get(key) }));
}

/** The row in a member of `rows`, or undefined for what is none. */
export function writtenRow(given: unknown): WrittenRow | undefined {
  if (!Array.isArray(given)) return undefined;
  const [op, key, value] = given as readonly unknown[];
  if (typeof key !== 'string') return undefined;
  if (op === 'delete') return { op, key, value: undefined };
  return (op === 'set' || op === 'hash') && typeof value === 'string' ? { op, key, value } : undefined;
}

function byKey(rows: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(rows.map(writtenRow).filter(row => row !== undefined).map(({ op, key, value }) => [key, textOf(op, value)]));
}

function textOf(op: WrittenRow['op'], value: string | undefined): string {
  if (op === 'delete') return '(deleted)';
  return op === 'hash' ? `sha256:${value ?? ''}` : (value ?? '');
}
