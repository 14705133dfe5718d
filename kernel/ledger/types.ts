/**
 * What a ledger is made of. Collections form a tree of fixed depth; rows hang on its leaves and say what is held; a counter
 * of a collection is the sum of the rows below it. Amounts are unsigned and within 64 bits.
 */

/** The whole key of a row. `gen` is given out before the effect, rises, and is never used twice for a kind and subject. */
export type Token = { readonly kind: string; readonly subject: string; readonly gen: number };

/** What is not named is 0. */
export type Amounts<D extends string> = { readonly [Dimension in D]?: bigint };

/** `amounts` and `asked` have a place for each dimension, in the ledger's order. */
export type Row = {
  readonly leaf: string;
  /** What it holds now. */
  readonly amounts: readonly bigint[];
  /** What was asked for when it was charged: the same token with another wish is a conflict. */
  readonly asked: readonly bigint[];
  /** Counts the changes of its amounts. */
  readonly version: number;
  /** For people: why it was charged, and when. */
  readonly cause: string;
};

/** `default`: what the ledger's defaults say for such a collection; or so much above that, and none where they say none. */
export type Limit = bigint | 'none' | 'default' | { readonly aboveDefault: bigint };

export type CollectionStatus = 'open' | 'closing';

export type Collection = {
  readonly kind: string;
  /** Empty at the root. */
  readonly parent: string;
  /** Counts the changes of its parent. */
  readonly epoch: number;
  readonly status: CollectionStatus;
  readonly limits: readonly Limit[];
  /** Counts the changes of its limits. */
  readonly limitGen: number;
  /** For people, by dimension: why its limit was last set, and when. */
  readonly notes: readonly string[];
  /** An audit found that its counters are not what its rows say: nothing below it grows until it is reconciled. */
  readonly isFaulty: boolean;
};

export type LedgerSpec<D extends string> = {
  readonly dimensions: readonly D[];
  /** Kinds of collections from the root down; rows hang on any of them. */
  readonly levels: readonly string[];
  /** The limit where none was set; undefined is none. */
  readonly defaultLimit: (collection: string, kind: string, dimension: D) => bigint | undefined;
  /** While the second is at its limit or over it, the first cannot grow. */
  readonly gates?: { readonly [Dimension in D]?: D };
};

/** One limit that is in the way. */
export type Shortfall<D extends string> = {
  readonly collection: string;
  readonly level: string;
  readonly dimension: D;
  /** By how much the operation would raise the counter. */
  readonly needs: bigint;
  readonly used: bigint;
  /** undefined: only the 64 bits of a counter are in the way. */
  readonly limit: bigint | undefined;
};

/** Why nothing may grow. */
export type Obstacle<D extends string> =
  /** Every limit that is in the way, from the leaf to the root. */
  | { readonly kind: 'refused'; readonly shortfalls: readonly Shortfall<D>[] }
  /** The collection is being closed, or is gone. */
  | { readonly kind: 'closing'; readonly collection: string }
  | { readonly kind: 'fault'; readonly collection: string };

export type Stale = { readonly kind: 'stale' };
const stale: Stale = { kind: 'stale' };
export { stale };

export type ChargeResult<D extends string> = { readonly kind: 'charged' | 'already' | 'conflict' } | Stale | Obstacle<D>;
export type ReleaseResult = { readonly kind: 'released'; readonly amounts: readonly bigint[] } | { readonly kind: 'already-released' | 'cancelled' };
export type ResizeResult<D extends string> = { readonly kind: 'resized'; readonly version: number } | Stale | Obstacle<D>;
export type ReplaceResult<D extends string> = { readonly kind: 'replaced' } | Stale | Obstacle<D>;
export type RetireResult = { readonly kind: 'retired' } | Stale;
export type OpenResult = { readonly kind: 'opened' | 'already' } | { readonly kind: 'closing'; readonly collection: string };
export type LimitResult =
  | { readonly kind: 'set'; readonly limitGen: number }
  /** More is in use than the new limit, by so much: nothing is taken away, and nothing grows until there is room. */
  | { readonly kind: 'set-over'; readonly by: bigint; readonly limitGen: number }
  /** The limits have changed since; `limitGen` is the number to name now. */
  | { readonly kind: 'stale'; readonly limitGen: number | undefined };
export type MoveResult<D extends string> = { readonly kind: 'moved'; readonly epoch: number } | { readonly kind: 'not-accepted' } | Stale | Obstacle<D>;
export type CloseResult =
  | { readonly kind: 'gone' }
  /** What must end first: the first rows and collections below it, by key, and how many there are. */
  | { readonly kind: 'outstanding'; readonly first: readonly string[]; readonly count: number };

/** A counter, or the shape of the tree, is not what the rows say. */
export type LedgerFault = {
  readonly collection: string;
  /** A dimension, or `structure`. */
  readonly what: string;
  readonly used: bigint;
  readonly counted: bigint;
};

/** An operation would leave the ledger in a state that cannot be: nothing was written. */
export class LedgerBroken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LedgerBroken';
  }
}

/** The row's key as text. */
export function tokenText({ kind, subject, gen }: Token): string {
  return `${kind}.${subject}.${gen}`;
}

/** Undoes tokenText; undefined for what is none. Kinds and subjects have no dots. */
export function tokenOf(text: string): Token | undefined {
  const [kind = '', subject = '', digits = '', ...more] = text.split('.');
  const gen = Number(digits);
  return kind !== '' && subject !== '' && more.length === 0 && String(gen) === digits && Number.isSafeInteger(gen) ? { kind, subject, gen } : undefined;
}

/** The largest amount, counter and limit. */
export const amountMax = (1n << 64n) - 1n;
