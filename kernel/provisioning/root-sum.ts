/**
 * Whether the counters of the whole chain are what those of its accounts sum up to, without summing them all: each run
 * checks that both moved by the same, and a sum that is made account by account, as the slices of the audit go round, must be
 * what the chain has at the end of the round. What does not fit is only a suspicion: then all rows are counted.
 */
import { collectionOf, countersOf, heldBelow } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { accountOfCollection, ledgerOf, readLedger, wholeChain } from './consensus-ledger.js';

type Vector = readonly bigint[];

const plus = (a: Vector, b: Vector): Vector => b.map((value, index) => (a[index] ?? 0n) + value);
const minus = (a: Vector, b: Vector): Vector => b.map((value, index) => (a[index] ?? 0n) - value);
const isSame = (a: Vector, b: Vector): boolean => b.every((value, index) => (a[index] ?? 0n) === value);
const isAccount = (id: string): boolean => accountOfCollection(id) !== undefined;

export type RootCheck = {
  readonly isSuspect: boolean;
  /** The sum so far, as text to be kept for the next run; empty where a round ends. */
  readonly sum: string;
};

/** `touched` since the last commit; `after`: up to where the slices had come; `slice`: what comes now, with an empty id where the round ends. */
export function checkRoot(state: KernelState, touched: readonly string[], after: string, slice: readonly string[]): RootCheck {
  const ledger = ledgerOf(state);
  const committed = readLedger(state.rows.committedRows);
  const moved = (id: string): Vector => minus(countersOf(ledger, id), countersOf(committed, id));
  // A counter that is known to be wrong stays so until it is reconciled, and those above it may be right.
  const held = (id: string): Vector => (collectionOf(ledger, id)?.isFaulty === true ? heldBelow(ledger, id) : countersOf(ledger, id));
  const total = (ids: readonly string[], of: (id: string) => Vector): Vector => ids.reduce((sum, id) => plus(sum, of(id)), [] as Vector);
  const accounts = touched.filter(isAccount);
  const kept = (state.rows.get(keys.ledgerSum) ?? '').split(' ').filter(part => part !== '').map(BigInt);
  const seen = [kept, total(accounts.filter(id => id <= after), moved), total(slice.filter(isAccount), held)].reduce(plus, countersOf(ledger, wholeChain).map(() => 0n));
  const isEnd = slice[slice.length - 1] === '';
  const isSuspect = !isSame(total(accounts, moved), moved(wholeChain)) || (isEnd && !isSame(seen, countersOf(ledger, wholeChain)));
  return { isSuspect, sum: isEnd ? '' : seen.join(' ') };
}
