/** The ledger in small: a row an attempt, one counter, and the rules by which they move together. */
import type { Rule } from './rules.js';
import { at, attemptAt, counterOffset, ofAttempt, ofVat, vatAt, type Setting, type State } from './state.js';

export type Ledger = {
  /** `refused` and `stale` spend the token, and change nothing else. */
  charge(state: State, index: number): 'charged' | 'already' | 'stale' | 'refused';
  release(state: State, index: number): void;
};

const value = (state: State, place: number): number => state[place] as number;

function move(state: State, difference: number): void {
  state[at.counter] = value(state, at.counter) + difference;
}

export function makeLedger(setting: Setting, without: Rule | undefined): Ledger {
  const rowOf = (index: number): number => attemptAt(setting, index) + ofAttempt.row;
  const spentOf = (index: number): number => attemptAt(setting, index) + ofAttempt.spent;
  const vatOf = (index: number): number => (setting.attempts[index] as { vat: number }).vat;
  const rowsOfVat = (state: State, vat: number): number[] => setting.attempts.flatMap((attempt, index) => (attempt.vat === vat && value(state, rowOf(index)) > 0 ? [index] : []));
  /** Whose row the token names. */
  const held = (state: State, index: number): number | undefined => {
    if (without === 'attemptIsKey') return rowsOfVat(state, vatOf(index))[0];
    return value(state, rowOf(index)) > 0 ? index : undefined;
  };
  return {
    charge(state, index) {
      if (held(state, index) !== undefined) return 'already';
      if (value(state, spentOf(index)) === 1 && without !== 'spentIsRefused') return 'stale';
      const size = value(state, vatAt(vatOf(index)) + ofVat.size);
      if (setting.limit !== undefined && value(state, at.counter) - counterOffset + size > setting.limit) {
        state[spentOf(index)] = 1;
        return 'refused';
      }
      state[rowOf(index)] = size;
      move(state, size);
      return 'charged';
    },
    release(state, index) {
      const row = held(state, index);
      if (row !== undefined) {
        move(state, without === 'amountsFromRow' ? -value(state, vatAt(vatOf(index)) + ofVat.size) : -value(state, rowOf(row)));
        state[rowOf(row)] = 0;
        state[spentOf(index)] = 1;
        return;
      }
      const another = without === 'oneGuard' ? rowsOfVat(state, vatOf(index))[0] : undefined;
      if (another !== undefined) move(state, -value(state, rowOf(another)));
      if (without !== 'unknownReleaseSpends') state[spentOf(index)] = 1;
    },
  };
}
