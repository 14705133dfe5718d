/**
 * The invariants of the kernel's tables, each a function with a name that says it (kernel reference 3). An audit recounts
 * from the rows alone: it is for tests after every step, and for operators beside a running node.
 *
 * What the reference says of one step after another (who may resolve what, what an abort keeps, the order of deliveries) is
 * not to be seen in rows: golden conversations and the simulation hold the kernel to it.
 */
import { historyIsCounted, spanRowsAreExact, spansBeginWithTheirStart, spansHaveTheirHash, vatsHaveTheirBundle } from './audit/history.js';
import {
  noPromiseIsFulfilledToAPromise, nothingIsLeftOfForgottenVats, onlyPausedVatsHaveAQueueOfTheirOwn, reapsAreQueuedOnce, laterReapsAreQueuedOnce, settledPromisesHaveDataAndNothingElse,
  settledPromisesInClistsHaveANotify, subscribersHaveThePromise, terminatedVatsAreBeingRemoved, unresolvedPromisesHaveALiveDeciderOrNone, vatsHaveProgress,
} from './audit/lives.js';
import {
  drainsWaitForWhatWasNumbered, importNumbersAreFresh, notifiesAreOfSettledPromises, pausedQueuesHoldNoAloneItems, pinsAreOfNamedVats, promiseRowsHaveTheirPromise, queuedMessagesNameObjects,
  queueNumbersAreFresh, resultsInFlightHaveNoDecider, timersKnowTheirTokens,
} from './audit/queues.js';
import {
  clistsAreBijections, countsMatchHolders, entriesReferToWhatExists, gcActionsAreForLiveVats, importersIndexIsExact, numbersAreFresh, orphansAndServiceObjectsAreHeld,
  ownersHaveWhatTheyExport, promisesAreHeld, serviceDataIsOfServiceObjects,
} from './audit/references.js';
import { chargesAreOfWhatThereIs, countersAreWhatRowsSay, vatsAreChargedForAsTheyAre } from './audit/ledger.js';
import { readView, type View } from './audit/view.js';
import type { ReadableRows } from './store/storage.js';

type Invariant = (view: View, otherHolds: readonly string[]) => readonly string[];

/** The name under which an audit lists each. */
const invariants = {
  clistsAreBijections, entriesReferToWhatExists, ownersHaveWhatTheyExport, orphansAndServiceObjectsAreHeld, serviceDataIsOfServiceObjects, countsMatchHolders,
  importersIndexIsExact, gcActionsAreForLiveVats, numbersAreFresh, importNumbersAreFresh, queueNumbersAreFresh, drainsWaitForWhatWasNumbered,
  unresolvedPromisesHaveALiveDeciderOrNone, resultsInFlightHaveNoDecider, settledPromisesHaveDataAndNothingElse, noPromiseIsFulfilledToAPromise,
  settledPromisesInClistsHaveANotify, notifiesAreOfSettledPromises, subscribersHaveThePromise, promisesAreHeld, promiseRowsHaveTheirPromise,
  queuedMessagesNameObjects, onlyPausedVatsHaveAQueueOfTheirOwn, pausedQueuesHoldNoAloneItems, reapsAreQueuedOnce, laterReapsAreQueuedOnce, timersKnowTheirTokens, pinsAreOfNamedVats,
  terminatedVatsAreBeingRemoved, nothingIsLeftOfForgottenVats, vatsHaveProgress, vatsHaveTheirBundle, spansBeginWithTheirStart, spanRowsAreExact, historyIsCounted,
  countersAreWhatRowsSay, vatsAreChargedForAsTheyAre, chargesAreOfWhatThereIs,
} as const satisfies Readonly<Record<string, Invariant>>;

/** Reads every transcript: too much for after every step. */
const longInvariants = { spansHaveTheirHash } as const satisfies Readonly<Record<string, Invariant>>;

export type InvariantName = keyof typeof invariants | keyof typeof longInvariants;
/** `faults` has a sentence for each violation; none when all is well. */
export type InvariantReport = { readonly invariant: InvariantName; readonly faults: readonly string[] };

export type AuditOptions = {
  /** krefs that services of the host hold in rows of their own, each as often as it is held. */
  readonly otherHolds?: readonly string[];
  /** Also those that read every transcript. Default true. */
  readonly transcripts?: boolean;
};

/** Every invariant, in a fixed order. The rows must be those between two steps, transcripts included. */
export function auditReport(rows: ReadableRows, { otherHolds = [], transcripts = true }: AuditOptions = {}): readonly InvariantReport[] {
  const view = readView(rows);
  const checked = Object.entries<Invariant>(transcripts ? { ...invariants, ...longInvariants } : invariants);
  return checked.map(([name, invariant]) => ({ invariant: name as InvariantName, faults: invariant(view, otherHolds) }));
}

/** A sentence for every violation, beginning with the invariant's name; what reads every transcript is left out. */
export function audit(rows: ReadableRows, otherHolds: readonly string[] = []): string[] {
  return auditReport(rows, { otherHolds, transcripts: false }).flatMap(({ invariant, faults }) => faults.map(fault => `${invariant}: ${fault}`));
}
