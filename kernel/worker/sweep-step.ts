/** One step of the sweep: how it reads and removes rows of the vat's store, as long as its part of the portion lasts. */
import { areCallsHalfSpent, isHalfSpent } from './portion.js';

/** Of the vat's syscalls, those that the sweep makes. */
export type Store = {
  vatstoreGet(key: string): string | undefined;
  vatstoreSet(key: string, value: string): void;
  vatstoreDelete(key: string): void;
  vatstoreGetNextKey(prior: string): unknown;
};

/** What liveslots knows of references, by its own names but for `isOld`, a patch. */
export type References = {
  /** Whether the counter gave the number out before this incarnation. */
  isOld(counter: 'exportID' | 'collectionID', id: string): boolean;
  isPresenceReachable(baseRef: string): boolean;
  removeReachableVref(vref: string): boolean;
  removeRecognizableVref(vref: string, collectionID: string, isVirtual: true): void;
};

export class Step {
  constructor(readonly store: Store, readonly references: References) {}

  get isSpent(): boolean {
    return isHalfSpent();
  }

  /** The first row after `prior`, if its key starts with `prefix`. */
  next(prior: string, prefix: string): string | undefined {
    const key = this.store.vatstoreGetNextKey(prior) as string | undefined;
    return key?.startsWith(prefix) ? key : undefined;
  }

  get(key: string): string {
    const text = this.store.vatstoreGet(key);
    if (text === undefined) throw Error(`the sweep finds no row ${key}`);
    return text;
  }

  set(key: string, value: string): void {
    this.store.vatstoreSet(key, value);
  }

  remove(key: string): void {
    this.store.vatstoreDelete(key);
  }

  /** Removes the rows whose keys start with `prefix`, each as `removeRow` does it; false if some are left. */
  removeBelow(prefix: string, removeRow: (key: string) => void = key => { this.remove(key); }): boolean {
    for (let key: string | undefined = prefix; !this.isSpent; removeRow(key)) {
      key = this.next(key, prefix);
      if (key === undefined) return true;
    }
    return false;
  }

  /**
   * Lets go of references that removed data held, and gives those that must wait for another step, which a long row cannot
   * make all of them. Of old data, what only the heap before counted is passed over.
   */
  release(slots: readonly string[], isOld: boolean): readonly string[] {
    const counted = isOld ? slots.filter(isCounted) : slots;
    let at = 0;
    for (; at < counted.length && !areCallsHalfSpent(); at += 1) this.#releaseOne(counted[at]!);
    return counted.slice(at);
  }

  #releaseOne(vref: string): void {
    // A count that liveslots has lost is no reason to end the vat. Of what only the heap holds, the heap counts.
    if (!hasRow(vref) || this.references.isPresenceReachable(vref.split(':')[0]!)) this.references.removeReachableVref(vref);
  }
}

/** Imports and durable objects: the rest was counted in the old heap, or is swept itself. */
export function isCounted(vref: string): boolean {
  return vref.startsWith('o-') || vref.startsWith('o+d');
}

function hasRow(vref: string): boolean {
  return isCounted(vref) || vref.startsWith('o+v');
}
