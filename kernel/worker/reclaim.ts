/**
 * What liveslots asks while it brings out its dead: whether it has done enough, what is left of the last time, and that
 * the sweep goes on. Who has work left after a bringOutYourDead says so by a row.
 */
import { Leftover } from './leftover.js';
import { countHeapCollection, isSpent } from './portion.js';
import { makeSweep } from './sweep.js';
import type { References, Store } from './sweep-step.js';

const moreKey = 'sweep.more';

export type Reclaim = {
  /** At the beginning. What was left before comes before the sweep goes on, so that it cannot grow. */
  begin(): void;
  /** A full collection of the heap was made. */
  noteHeapCollection(): void;
  isSpent(): boolean;
  /** Whether the reference waits already, and need not be looked at. */
  waits(vref: string): boolean;
  /** Hands over some of what was left; false if nothing was. */
  takeLeft(into: Set<string>): boolean;
  /** At the end, with what was not looked at, and whether there is more to do that only the heap knows. */
  end(left: Set<string>, isMore: boolean): void;
};

export function makeReclaim(store: Store, references: References): Reclaim {
  const leftover = new Leftover(store, references);
  const sweep = makeSweep(store, references);
  let isSwept = false;
  let isMarked: boolean | undefined;

  /** The kernel sees it and gives such a vat another bringOutYourDead. Said anew each time: nothing else is a sign. */
  const mark = (isMore: boolean): void => {
    isMarked ??= references.isOld('exportID', '1') && store.vatstoreGet(moreKey) !== undefined;
    if (isMore) store.vatstoreSet(moreKey, '1');
    else if (isMarked) store.vatstoreDelete(moreKey);
    isMarked = isMore;
  };

  return harden({
    begin: () => {
      leftover.load();
      isSwept = leftover.isEmpty && sweep.step();
    },
    noteHeapCollection: countHeapCollection,
    isSpent,
    waits: vref => leftover.has(vref),
    takeLeft: into => leftover.takeInto(into),
    end: (left, isMore) => {
      leftover.keep(left);
      mark(isMore || !leftover.isEmpty || !isSwept || sweep.hasDying());
    },
  });
}
