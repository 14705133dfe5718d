/** The end of a collection, which nothing may stop: what its counters, or those above it, say wrong is answered as faults. */
import { differences, markFaults, structural } from './audit.js';
import { closeCollection } from './collections.js';
import { mutate } from './counters.js';
import { insideOf, pathOf, type Inside, type Ledger } from './inside.js';
import { LedgerBroken, tokenText, type LedgerFault, type Token } from './types.js';

/**
 * Releases every row that hangs on the collection, and takes it away. Collections above it that hold less than its rows are
 * marked faulty, and go on by the same differences. Throws LedgerBroken for one with collections below it.
 */
export function dissolve<D extends string>(ledger: Ledger<D>, id: string): readonly LedgerFault[] {
  const inside = insideOf(ledger);
  const { tables, spec } = inside;
  const rows = [...tables.rowsOf.of(id)].flatMap(key => {
    const row = tables.rows.get(key);
    return row ? [{ key, row }] : [];
  });
  const held = spec.dimensions.map((_, index) => rows.reduce((sum, { row }) => sum + (row.amounts[index] ?? 0n), 0n));
  const own = tables.collections.get(id)?.isFaulty === false ? differences(inside, id, held) : [];
  markFaults(ledger, own);
  const above = markShort(ledger, id, held);
  if (rows.length > 0) mutate(inside, rows, [], 'never-refused');
  const closed = closeCollection(ledger, id);
  if (closed.kind !== 'gone') throw new LedgerBroken(`${id} cannot go: ${closed.first.join(' ')} hangs on it`);
  return [...own, ...above];
}

/** Marks what lies above a row and holds less than the row, so that the row can shrink or go. Answers with what was marked. */
export function markShortOf<D extends string>(ledger: Ledger<D>, token: Token): readonly LedgerFault[] {
  const row = insideOf(ledger).tables.rows.get(tokenText(token));
  return row ? markShort(ledger, row.leaf, row.amounts) : [structural(token.subject, 0)];
}

function markShort<D extends string>(ledger: Ledger<D>, leaf: string, amounts: readonly bigint[]): readonly LedgerFault[] {
  const faults = shortOn(insideOf(ledger), leaf, amounts);
  markFaults(ledger, faults);
  return faults;
}

function shortOn<D extends string>(inside: Inside<D>, leaf: string, amounts: readonly bigint[]): LedgerFault[] {
  return pathOf(inside, leaf).flatMap(({ id, collection, used }) =>
    inside.spec.dimensions.flatMap((what, index) => {
      const [has, needs] = [used[index] ?? 0n, amounts[index] ?? 0n];
      return collection.isFaulty || has >= needs ? [] : [{ collection: id, what, used: has, counted: needs }];
    }));
}
