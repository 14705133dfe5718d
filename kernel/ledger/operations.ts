/**
 * Operations on rows. Results are values: what changed nothing says why. Each may be given twice, early or late; whether it
 * changes anything is decided once, by the whole token.
 */
import { mutate } from './counters.js';
import { highKey, insideOf, vectorOf, type Inside, type Ledger } from './inside.js';
import { LedgerBroken, stale, tokenText, type Amounts, type ChargeResult, type ReleaseResult, type ReplaceResult, type ResizeResult, type RetireResult, type Row, type Token } from './types.js';

/**
 * A row for a token that was never used. `cause` is for people: one line, why and when. Any refusal spends the token: the same
 * message, delivered again when there is room, must not succeed behind the back of who gave up.
 */
export function charge<D extends string>(ledger: Ledger<D>, token: Token, leaf: string, amounts: Amounts<D>, cause: string): ChargeResult<D> {
  const inside = insideOf(ledger);
  const { rows } = inside.tables;
  const key = tokenText(token);
  const asked = vectorOf(inside, amounts);
  const known = rows.get(key);
  if (known) return { kind: isSameAsk(known, leaf, asked) ? 'already' : 'conflict' };
  if (token.gen <= highOf(inside, token)) return stale;
  spend(inside, token);
  return mutate(inside, [], [{ key, row: { leaf, amounts: asked, asked, version: 0, cause } }]) ?? charged;
}
const charged: ChargeResult<never> = { kind: 'charged' };

function isSameAsk(known: Row, leaf: string, asked: readonly bigint[]): boolean {
  return known.leaf === leaf && known.asked.every((amount, index) => amount === asked[index]);
}

const highOf = <D extends string>({ tables }: Inside<D>, token: Token): number => tables.high.get(highKey(token)) ?? 0;

function spend<D extends string>({ tables }: Inside<D>, token: Token): void {
  tables.high.set(highKey(token), token.gen);
}

/** The row goes, whatever it holds. Of a token that was never charged: it never can be. */
export function release<D extends string>(ledger: Ledger<D>, token: Token): ReleaseResult {
  const inside = insideOf(ledger);
  const key = tokenText(token);
  const row = inside.tables.rows.get(key);
  if (row) {
    mutate(inside, [{ key, row }], []);
    return { kind: 'released', amounts: row.amounts };
  }
  if (token.gen <= highOf(inside, token)) return { kind: 'already-released' };
  spend(inside, token);
  return { kind: 'cancelled' };
}

/** The row holds other amounts from now on. Stale if it changed since `version`, or is gone. */
export function resize<D extends string>(ledger: Ledger<D>, token: Token, version: number, amounts: Amounts<D>): ResizeResult<D> {
  const inside = insideOf(ledger);
  const key = tokenText(token);
  const row = inside.tables.rows.get(key);
  return row?.version === version ? resizeRow(inside, key, row, vectorOf(inside, amounts)) : stale;
}

function resizeRow<D extends string>(inside: Inside<D>, key: string, row: Row, amounts: readonly bigint[]): ResizeResult<D> {
  const { leaf, asked, cause } = row;
  const version = row.version + 1;
  return mutate(inside, [{ key, row }], [{ key, row: { leaf, amounts, asked, version, cause } }]) ?? { kind: 'resized', version };
}

/** The row holds what its owner has counted: for who knows the state as it is, and needs no version. Nothing is written for equal amounts. */
export function settle<D extends string>(ledger: Ledger<D>, token: Token, amounts: Amounts<D>): ResizeResult<D> {
  const inside = insideOf(ledger);
  const key = tokenText(token);
  const row = inside.tables.rows.get(key);
  if (!row) return stale;
  const vector = vectorOf(inside, amounts);
  return row.amounts.every((amount, index) => amount === vector[index]) ? { kind: 'resized', version: row.version } : resizeRow(inside, key, row, vector);
}

/** A row of a later generation in the place of this one: no double charge, and no gap. A refusal leaves the old row, and spends the new generation. */
export function replace<D extends string>(ledger: Ledger<D>, token: Token, gen: number, amounts: Amounts<D>, cause: string): ReplaceResult<D> {
  const inside = insideOf(ledger);
  const key = tokenText(token);
  const row = inside.tables.rows.get(key);
  const next: Token = { ...token, gen };
  if (!row || gen <= highOf(inside, token)) return stale;
  const asked = vectorOf(inside, amounts);
  spend(inside, next);
  const after: Row = { leaf: row.leaf, amounts: asked, asked, version: 0, cause };
  return mutate(inside, [{ key, row }], [{ key: tokenText(next), row: after }]) ?? { kind: 'replaced' };
}

/**
 * Ends what `token` stands for, which is never refused: its row becomes one of `into`, with its own amounts, and the rows of
 * `others` are released. Once; what comes later is stale.
 */
export function retire<D extends string>(ledger: Ledger<D>, token: Token, into: { readonly token: Token; readonly amounts: Amounts<D>; readonly cause: string }, others: readonly Token[]): RetireResult {
  const inside = insideOf(ledger);
  const key = tokenText(token);
  const row = inside.tables.rows.get(key);
  if (!row || into.token.gen <= highOf(inside, into.token)) return stale;
  const rest = others.flatMap(other => {
    const known = inside.tables.rows.get(tokenText(other));
    return known ? [{ key: tokenText(other), row: known }] : [];
  });
  const asked = vectorOf(inside, into.amounts);
  spend(inside, into.token);
  const after: Row = { leaf: row.leaf, amounts: asked, asked, version: 0, cause: into.cause };
  mutate(inside, [{ key, row }, ...rest], [{ key: tokenText(into.token), row: after }], 'never-refused');
  return { kind: 'retired' };
}

/** Forgets the mark of a subject that is dead for ever and has no row: whoever gives out subjects never gives this one again. */
export function forgetSubject<D extends string>(ledger: Ledger<D>, token: Pick<Token, 'kind' | 'subject'>): void {
  const { tables } = insideOf(ledger);
  const key = highKey({ ...token, gen: 0 });
  const gen = tables.high.get(key);
  if (gen !== undefined && tables.rows.get(tokenText({ ...token, gen }))) throw new LedgerBroken(`${key} is to be forgotten, and holds something`);
  tables.high.delete(key);
}
