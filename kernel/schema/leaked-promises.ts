/**
 * Finds settled promises that are left in a vat's c-list though no notify for that vat waits (kernel reference 3.2, 12): the
 * vat will never be told of them, and so keeps them, and what hangs on them, for ever.
 *
 * Each c-list's promises are read once, and each promise once, so that the work grows with the entries and not with vats
 * times promises.
 */
import { byNumber, type KernelPromiseId, type VatId } from '../ids.js';
import { parseItem } from '../items.js';
import { promisesOf } from '../clist.js';
import { knownPromise, type PromiseState } from '../promises.js';
import { keys, vatAtEnd } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import { allVats, knownVat } from '../vat/records.js';

export type LeakedPromise = {
  readonly vat: VatId;
  readonly promise: KernelPromiseId;
  readonly state: 'fulfilled' | 'rejected';
  /** The vat ended, and its cleanup would come to this entry too. */
  readonly isOfTerminated: boolean;
};

/** Where a notify may wait: in the run-queue, in a paused vat's own queue, or left by an upgrade. */
const placesOfNotifies = [keys.allRunQueue, 'qp.', keys.allUpgradeEvents] as const;

/** Prefixes of the rows that the search reads, beside the promises in the c-list of each vat. */
export const searchedPrefixes = [keys.allVats, 'p.', ...placesOfNotifies] as const;

/** The prefix of the promises in a vat's c-list, from the key of the vat's own row. */
export function promisesPrefixOf(vatRow: string): string {
  return keys.clistPromisesOf(vatAtEnd(vatRow));
}

/** Every such pair: vats by number, then promises by number. */
export function findLeakedPromises(rows: ReadableRows): LeakedPromise[] {
  const awaited = pendingNotifies(rows);
  const states = new Map<KernelPromiseId, PromiseState>();
  const stateOf = (kp: KernelPromiseId): PromiseState => {
    const known = states.get(kp) ?? knownPromise(rows, kp).state;
    states.set(kp, known);
    return known;
  };
  const found: LeakedPromise[] = [];
  for (const vat of allVats(rows)) {
    const leaked = promisesOf(rows, vat).filter(kp => stateOf(kp) !== 'unresolved' && !awaited.has(`${vat} ${kp}`));
    if (leaked.length === 0) continue;
    const isOfTerminated = knownVat(rows, vat).life === 'terminated';
    for (const promise of leaked) found.push({ vat, promise, state: stateOf(promise) as LeakedPromise['state'], isOfTerminated });
  }
  return found;
}

/** `<vat> <promise>` of every notify that waits somewhere. */
function pendingNotifies(rows: ReadableRows): ReadonlySet<string> {
  const pending = new Set<string>();
  for (const prefix of placesOfNotifies) {
    for (const [, text] of rows.below(prefix)) {
      const item = parseItem(text);
      if (item.type === 'notify') pending.add(`${item.vat} ${item.promise}`);
    }
  }
  return pending;
}

export type RepairWork = { readonly reads: number; readonly writes: number };

/**
 * How many rows the migration will read and write for these pairs, of which the search alone reads so many: an event for each
 * pair, the count of each promise, and the rows of the schema and the step. Each pair is then one item of a later run.
 */
export function repairWork(leaked: readonly LeakedPromise[], searchReads: number): RepairWork {
  const promises = new Set(leaked.map(({ promise }) => promise)).size;
  return { reads: searchReads + leaked.length + ownRows, writes: leaked.length + promises + ownRows };
}

/** Schema, number of the step, activity hash. */
const ownRows = 3;

/** How many pairs each vat has, by the vat's number. */
export function countByVat(leaked: readonly LeakedPromise[]): Readonly<Record<string, number>> {
  const counts = new Map<VatId, number>();
  for (const { vat } of leaked) counts.set(vat, (counts.get(vat) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => byNumber(a, b)));
}
