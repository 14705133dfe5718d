/**
 * Local rows that say which heap files are in use: what a block's batch changes in them. A file is in use while it has a
 * reference; nothing else decides. There are no counters, so that a batch given twice changes nothing.
 *
 *   b/snap/<hash>          JSON SnapRow: the file there is
 *   b/ref/<hash>/<owner>   `vat:v7`: its current span starts from it; `base:release`: what new vats start from. Further kinds
 *                          of owners (`pin:`, `lease:`) need only rows
 *   b/gc/<height>/<hash>   since the batch of that height nothing refers to it
 *   b/base                 the hash that has the reference base:release
 */
import type { SpanChange } from '../../kernel/index.js';
import { localPrefix, rowText, rowValue, type DatabaseRow, type NodeDatabase } from '../store.js';
import type { StoredHeap } from './heap-files.js';
import { heapCodec } from './packing.js';

export type SnapRow = StoredHeap & {
  readonly codec: string;
  /** The block that brought it. */
  readonly height: string;
  /** The block since which it has no reference. */
  readonly gc?: string;
};

export const heightText = (height: bigint): string => height.toString(16).padStart(16, '0');
export const snapPrefix = `${localPrefix}snap/`;
export const gcPrefix = `${localPrefix}gc/`;
export const refPrefix = (hash: string): string => `${localPrefix}ref/${hash}/`;
export const gcKey = (height: string, hash: string): string => `${gcPrefix}${height}/${hash}`;
export const snapKey = (hash: string): string => `${snapPrefix}${hash}`;
const baseKey = `${localPrefix}base`;
const releaseOwner = 'base:release';

export type RefChanges = { readonly added: ReadonlyMap<string, ReadonlySet<string>>; readonly removed: ReadonlyMap<string, ReadonlySet<string>>; readonly base: DatabaseRow | undefined };

/** Which references a block adds and removes, by hash. An equal hash changes nothing. */
export function refChanges(database: NodeDatabase, spans: readonly SpanChange[], base: string | undefined): RefChanges {
  const added = new Map<string, Set<string>>();
  const removed = new Map<string, Set<string>>();
  const move = (owner: string, before: string | undefined, after: string | undefined): void => {
    if (before === after) return;
    if (before !== undefined) of(removed, before).add(owner);
    if (after !== undefined) of(added, after).add(owner);
  };
  for (const { vat, heapBefore, heapAfter } of spans) move(`vat:${vat}`, heapBefore, heapAfter);
  const known = rowText(database.get(baseKey));
  if (base !== undefined) move(releaseOwner, known, base);
  return { added, removed, base: base === undefined || base === known ? undefined : { key: baseKey, value: rowValue(base) } };
}

function of(map: Map<string, Set<string>>, hash: string): Set<string> {
  const known = map.get(hash) ?? new Set();
  map.set(hash, known);
  return known;
}

/** Rows of the block at `height`; `stored` has every heap that was written for it. */
export async function refRows(database: NodeDatabase, height: bigint, { added, removed, base }: RefChanges, stored: ReadonlyMap<string, StoredHeap>): Promise<DatabaseRow[]> {
  const rows: DatabaseRow[] = base ? [base] : [];
  for (const [hash, owners] of removed) for (const owner of owners) rows.push({ key: `${refPrefix(hash)}${owner}`, value: undefined });
  for (const [hash, owners] of added) {
    for (const owner of owners) rows.push({ key: `${refPrefix(hash)}${owner}`, value: new Uint8Array(0) });
    rows.push(...rowsOfUsed(database, height, hash, stored.get(hash)));
  }
  for (const [hash, owners] of removed) {
    if (added.has(hash) || (await hasOtherRef(database, hash, owners))) continue;
    const row = readSnap(database, hash);
    if (!row) throw new Error(`heap snapshot ${hash} had references, but no row`);
    const gc = heightText(height);
    rows.push({ key: gcKey(gc, hash), value: new Uint8Array(0) }, snapRow(hash, { ...row, gc }));
  }
  return rows;
}

/** Of heaps that came with a restored state; owners by hash. */
export function restoredRefRows(height: bigint, owners: ReadonlyMap<string, readonly string[]>, stored: ReadonlyMap<string, StoredHeap>): DatabaseRow[] {
  return [...owners].flatMap(([hash, names]) => [
    snapRow(hash, { ...(stored.get(hash) as StoredHeap), codec: heapCodec, height: heightText(height) }),
    ...names.map(owner => ({ key: `${refPrefix(hash)}${owner}`, value: new Uint8Array(0) })),
  ]);
}

/** A heap that gets a reference: a new file, or one that was about to go. */
function rowsOfUsed(database: NodeDatabase, height: bigint, hash: string, stored: StoredHeap | undefined): DatabaseRow[] {
  const known = readSnap(database, hash);
  if (!known && !stored) throw new Error(`heap snapshot ${hash} is needed and was not saved`);
  const { gc, ...kept } = known ?? { ...(stored as StoredHeap), codec: heapCodec, height: heightText(height) };
  if (known && gc === undefined) return [];
  return [...(gc === undefined ? [] : [{ key: gcKey(gc, hash), value: undefined }]), snapRow(hash, { ...kept, ...stored })];
}

/** Its file is there, and stays: something refers to it. */
export function isKept(database: NodeDatabase, hash: string): boolean {
  const row = readSnap(database, hash);
  return row !== undefined && row.gc === undefined;
}

export function readSnap(database: Pick<NodeDatabase, 'get'>, hash: string): SnapRow | undefined {
  const text = rowText(database.get(snapKey(hash)));
  return text === undefined ? undefined : (JSON.parse(text) as SnapRow);
}

const snapRow = (hash: string, row: SnapRow): DatabaseRow => ({ key: snapKey(hash), value: rowValue(JSON.stringify(row)) });

async function hasOtherRef(database: NodeDatabase, hash: string, without: ReadonlySet<string>): Promise<boolean> {
  const prefix = refPrefix(hash);
  const found = await database.keysBelow(prefix, without.size + 1);
  return found.some(key => !without.has(key.slice(prefix.length)));
}
