/**
 * The invariants of the kernel's tables, each a function with a name that says it (kernel reference 3). An audit recounts
 * from the rows alone: it is for tests after every step, and for operators beside a running node.
 */
import { clistsAreBijections, countsMatchHolders, entriesReferToWhatExists, gcActionsAreForLiveVats, importersIndexIsExact, numbersAreFresh, orphansAndServiceObjectsAreHeld, ownersHaveWhatTheyExport } from './audit/references.js';
import { nothingIsLeftOfForgottenVats, onlyPausedVatsHaveAQueueOfTheirOwn, reapsAreQueuedOnce, settledPromisesHaveDataAndNothingElse, settledPromisesInClistsHaveANotify, subscribersHaveThePromise, terminatedVatsAreBeingRemoved, unresolvedPromisesHaveALiveDeciderOrNone, vatsHaveProgress } from './audit/lives.js';
import { readView, type View } from './audit/view.js';
import type { ReadableRows } from './store/storage.js';

type Invariant = (view: View, otherHolds: readonly string[]) => readonly string[];

const invariants: readonly Invariant[] = [
  clistsAreBijections, entriesReferToWhatExists, ownersHaveWhatTheyExport, orphansAndServiceObjectsAreHeld, countsMatchHolders,
  importersIndexIsExact, gcActionsAreForLiveVats, numbersAreFresh, unresolvedPromisesHaveALiveDeciderOrNone,
  settledPromisesHaveDataAndNothingElse, settledPromisesInClistsHaveANotify, subscribersHaveThePromise,
  onlyPausedVatsHaveAQueueOfTheirOwn, terminatedVatsAreBeingRemoved, nothingIsLeftOfForgottenVats, reapsAreQueuedOnce,
  vatsHaveProgress,
];

/**
 * A sentence for every violation, beginning with the invariant's name; none when all is well. The rows must be those
 * between two steps. `otherHolds` are krefs that services of the host hold in rows of their own, each as often as it is held.
 */
export function audit(rows: ReadableRows, otherHolds: readonly string[] = []): string[] {
  const view = readView(rows);
  return invariants.flatMap(invariant => invariant(view, otherHolds).map(violation => `${invariant.name}: ${violation}`));
}
