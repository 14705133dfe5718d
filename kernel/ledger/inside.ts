/** What a ledger is inside its folder. From outside it is only something to hand to its operations. */
import type { LedgerTables } from './tables.js';
import type { Amounts, Collection, LedgerSpec, Token } from './types.js';
import { amountMax, LedgerBroken } from './types.js';

declare const isLedger: unique symbol;
/** One ledger: what it counts, and where it lies. */
export type Ledger<D extends string> = { readonly [isLedger]: D };

export type Inside<D extends string> = { readonly tables: LedgerTables; readonly spec: LedgerSpec<D> };

/** A ledger over tables; the same tables have the same spec for ever, but for its defaults. */
export function makeLedger<D extends string>(tables: LedgerTables, spec: LedgerSpec<D>): Ledger<D> {
  const inside: Inside<D> = { tables, spec };
  return inside as unknown as Ledger<D>;
}

export function insideOf<D extends string>(ledger: Ledger<D>): Inside<D> {
  return ledger as unknown as Inside<D>;
}

/** Amounts as a place for each dimension. Throws LedgerBroken for what is no amount. */
export function vectorOf<D extends string>({ spec }: Inside<D>, amounts: Amounts<D>): readonly bigint[] {
  return spec.dimensions.map(dimension => {
    const amount = amounts[dimension] ?? 0n;
    if (amount < 0n || amount > amountMax) throw new LedgerBroken(`${amount} is no amount of a ledger`);
    return amount;
  });
}

export const highKey = ({ kind, subject }: Token): string => `${kind}.${subject}`;

/** The collection and those above it, from the leaf up; empty when there is no such collection. */
export function pathOf<D extends string>({ tables, spec }: Inside<D>, leaf: string): readonly PathEntry[] {
  const path: PathEntry[] = [];
  for (let id = leaf; id !== ''; ) {
    const collection = tables.collections.get(id);
    if (!collection) {
      if (path.length === 0) return path;
      throw new LedgerBroken(`the collection ${id} above ${leaf} is missing`);
    }
    path.push({ id, collection, used: tables.used.get(id) ?? [] });
    if (path.length > spec.levels.length) throw new LedgerBroken(`${leaf} lies deeper than the ledger`);
    id = collection.parent;
  }
  return path;
}
/** With its counters as they are before the operation; none at all are all 0. */
export type PathEntry = { readonly id: string; readonly collection: Collection; readonly used: readonly bigint[] };
