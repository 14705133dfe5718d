/** Whether the counters are what the rows say, and the tree is one; and what to do when they are not. */
import { setToRows, usedBy } from './counters.js';
import { insideOf, type Inside, type Ledger } from './inside.js';
import type { Collection, LedgerFault, Row } from './types.js';

/** Everything: each counter is counted again, each row and collection looked at. Its cost follows the rows. */
export function auditLedger<D extends string>(ledger: Ledger<D>): LedgerFault[] {
  const inside = insideOf(ledger);
  const collections = new Map(inside.tables.collections.all());
  const counted = new Map<string, bigint[]>([...collections.keys()].map(id => [id, inside.spec.dimensions.map(() => 0n)]));
  const faults: LedgerFault[] = [];
  let rows = 0;
  for (const [key, row] of inside.tables.rows.all()) {
    rows += 1;
    const sums = counted.get(row.leaf);
    if (sums) addTo(sums, row.amounts);
    if (!sums || !isSoundRow(inside, key, row)) faults.push(structural(row.leaf, rows));
  }
  if ((inside.tables.counts.get('rows') ?? 0) !== rows || (inside.tables.counts.get('collections') ?? 0) !== collections.size) faults.push(structural('', rows));
  rollUp(inside, collections, counted, faults);
  for (const [id, sums] of counted) faults.push(...differences(inside, id, sums));
  return faults;
}

function addTo(sums: bigint[], amounts: readonly bigint[]): void {
  for (let index = 0; index < amounts.length; index += 1) {
    const amount = amounts[index] as bigint;
    if (amount !== 0n) sums[index] = (sums[index] as bigint) + amount;
  }
}

/** The tree, or a row of it, is not where it should be. */
export const structural = (collection: string, counted: number): LedgerFault => ({ collection, what: 'structure', used: 0n, counted: BigInt(counted) });

/** Its generation is not above the mark, it holds nothing negative, and the index knows it. */
function isSoundRow<D extends string>({ tables }: Inside<D>, key: string, { leaf, amounts }: Row): boolean {
  const dot = key.lastIndexOf('.');
  return Number(key.slice(dot + 1)) <= (tables.high.get(key.slice(0, dot)) ?? 0) && amounts.every(amount => amount >= 0n) && tables.rowsOf.has(leaf, key);
}

/** Adds what lies in each collection to its parent, deepest level first; a collection that is not where its level says is a fault. */
function rollUp<D extends string>({ spec, tables }: Inside<D>, collections: ReadonlyMap<string, Collection>, counted: ReadonlyMap<string, bigint[]>, faults: LedgerFault[]): void {
  let roots = 0;
  for (let level = spec.levels.length - 1; level >= 0; level -= 1) {
    for (const [id, { kind, parent }] of collections) {
      if (kind !== spec.levels[level]) continue;
      if (level === 0 && parent === '') roots += 1;
      else if (level > 0 && collections.get(parent)?.kind === spec.levels[level - 1] && tables.children.has(parent, id)) addTo(counted.get(parent) as bigint[], counted.get(id) as bigint[]);
      else faults.push(structural(id, level));
    }
  }
  if (roots !== (collections.size === 0 ? 0 : 1)) faults.push(structural('', roots));
}

/** Dimensions of which the collection's counter is not what was counted. */
export function differences<D extends string>(inside: Inside<D>, id: string, counted: readonly bigint[]): LedgerFault[] {
  const used = usedBy(inside, id);
  const found: LedgerFault[] = [];
  for (const [index, what] of inside.spec.dimensions.entries()) {
    if (used[index] !== counted[index]) found.push({ collection: id, what, used: used[index] ?? 0n, counted: counted[index] ?? 0n });
  }
  return found;
}

/**
 * Only these collections: each against its own rows and the counters of its children. When all collections are sound in
 * this way, all counters are what the rows say; so a large ledger can be looked through in parts.
 */
export function auditCollections<D extends string>(ledger: Ledger<D>, ids: Iterable<string>): LedgerFault[] {
  const inside = insideOf(ledger);
  return [...ids].flatMap(id => {
    const collection = inside.tables.collections.get(id);
    if (!collection) return [];
    const isPlaced = collection.parent === '' || inside.tables.collections.get(collection.parent) !== undefined;
    return [...(isPlaced ? [] : [structural(id, 0)]), ...differences(inside, id, sumsIn(inside, id))];
  });
}

function sumsIn<D extends string>(inside: Inside<D>, id: string): bigint[] {
  const { tables, spec } = inside;
  const sums = spec.dimensions.map(() => 0n);
  for (const key of tables.rowsOf.of(id)) addTo(sums, tables.rows.get(key)?.amounts ?? []);
  for (const child of tables.children.of(id)) addTo(sums, usedBy(inside, child));
  return sums;
}

/** Nothing below these grows from now on; everything else goes on. */
export function markFaults<D extends string>(ledger: Ledger<D>, faults: readonly LedgerFault[]): void {
  const { tables } = insideOf(ledger);
  for (const id of new Set(faults.map(({ collection }) => collection))) {
    const collection = tables.collections.get(id);
    if (collection && !collection.isFaulty) tables.collections.set(id, { ...collection, isFaulty: true });
  }
}

/** Sets the counters of a collection to what its rows say, and lets it grow again. Answers what was different; undefined when there is no such collection. */
export function reconcile<D extends string>(ledger: Ledger<D>, id: string): readonly LedgerFault[] | undefined {
  const inside = insideOf(ledger);
  const collection = inside.tables.collections.get(id);
  if (!collection) return undefined;
  const counted = rowsBelow(inside, id);
  const found = differences(inside, id, counted);
  setToRows(inside, id, counted);
  if (collection.isFaulty) inside.tables.collections.set(id, { ...collection, isFaulty: false });
  return found;
}

/** What the rows of a collection, and of those below it, hold: a place for each dimension, whatever the counters say. */
export function heldBelow<D extends string>(ledger: Ledger<D>, id: string): readonly bigint[] {
  return rowsBelow(insideOf(ledger), id);
}

function rowsBelow<D extends string>(inside: Inside<D>, id: string): bigint[] {
  const { tables, spec } = inside;
  const sums = spec.dimensions.map(() => 0n);
  for (const key of tables.rowsOf.of(id)) addTo(sums, tables.rows.get(key)?.amounts ?? []);
  for (const child of tables.children.of(id)) addTo(sums, rowsBelow(inside, child));
  return sums;
}
