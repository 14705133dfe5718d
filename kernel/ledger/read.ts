/** Reading a ledger: nothing here writes. */
import { limitAt, obstacleTo, usedBy } from './counters.js';
import { highKey, insideOf, pathOf, vectorOf, type Ledger } from './inside.js';
import { tokenText, type Amounts, type Collection, type Obstacle, type Row, type Token } from './types.js';

/** `limit` undefined: none. `isDefault`: it was never set for this collection. `aboveDefault`: how much of it comes on top of the default, if it does; else 0. */
export type Usage<D extends string> = { readonly dimension: D; readonly used: bigint; readonly limit: bigint | undefined; readonly isDefault: boolean; readonly aboveDefault: bigint; readonly note: string };

/** What a collection uses of each dimension, in the ledger's order; undefined when there is no such collection. */
export function usageOf<D extends string>(ledger: Ledger<D>, id: string): readonly Usage<D>[] | undefined {
  const inside = insideOf(ledger);
  const collection = inside.tables.collections.get(id);
  if (!collection) return undefined;
  const used = usedBy(inside, id);
  return inside.spec.dimensions.map((dimension, index) => ({
    dimension, used: used[index] as bigint, limit: limitAt(inside, { id, collection }, index), isDefault: collection.limits[index] === 'default', aboveDefault: aboveDefaultOf(collection.limits[index]), note: collection.notes[index] ?? '',
  }));
}

/** The counters of a collection, a place for each dimension; all 0 where there is none. */
export function countersOf<D extends string>(ledger: Ledger<D>, id: string): readonly bigint[] {
  return usedBy(insideOf(ledger), id);
}

const aboveDefaultOf = (limit: Collection['limits'][number] | undefined): bigint => (typeof limit === 'object' ? limit.aboveDefault : 0n);

export function collectionOf<D extends string>(ledger: Ledger<D>, id: string): Collection | undefined {
  return insideOf(ledger).tables.collections.get(id);
}

export function rowOf<D extends string>(ledger: Ledger<D>, token: Token): Row | undefined {
  return insideOf(ledger).tables.rows.get(tokenText(token));
}

/** The largest generation ever spent for a kind and subject; 0 before the first. */
export function highWater<D extends string>(ledger: Ledger<D>, token: Pick<Token, 'kind' | 'subject'>): number {
  return insideOf(ledger).tables.high.get(highKey({ ...token, gen: 0 })) ?? 0;
}

export function rowCount<D extends string>(ledger: Ledger<D>): number {
  return insideOf(ledger).tables.counts.get('rows') ?? 0;
}

export function collectionCount<D extends string>(ledger: Ledger<D>): number {
  return insideOf(ledger).tables.counts.get('collections') ?? 0;
}

/** Ids of the collections right below, by id. */
export function childrenOf<D extends string>(ledger: Ledger<D>, id: string): Iterable<string> {
  return insideOf(ledger).tables.children.of(id);
}

/** Rows that hang on the collection itself, with their tokens as text, by token. */
export function* rowsAt<D extends string>(ledger: Ledger<D>, id: string): Iterable<readonly [token: string, row: Row]> {
  const { tables } = insideOf(ledger);
  for (const token of tables.rowsOf.of(id)) {
    const row = tables.rows.get(token);
    if (row) yield [token, row];
  }
}

/** Every collection, in any order. */
export function allCollections<D extends string>(ledger: Ledger<D>): Iterable<readonly [id: string, collection: Collection]> {
  return insideOf(ledger).tables.collections.all();
}

/** What would keep a row with these amounts from being charged there now; undefined when it fits. */
export function obstacleAt<D extends string>(ledger: Ledger<D>, leaf: string, amounts: Amounts<D>): Obstacle<D> | undefined {
  const inside = insideOf(ledger);
  const path = pathOf(inside, leaf);
  return path.length === 0 ? { kind: 'closing', collection: leaf } : obstacleTo(inside, path, vectorOf(inside, amounts));
}

/** An amounts record of a row. */
export function amountsOf<D extends string>(ledger: Ledger<D>, { amounts }: Pick<Row, 'amounts'>): Readonly<Record<D, bigint>> {
  const { spec } = insideOf(ledger);
  return Object.fromEntries(spec.dimensions.map((dimension, index) => [dimension, amounts[index] ?? 0n])) as Record<D, bigint>;
}
