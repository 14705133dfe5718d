/** One step of the sweep: what it may still do, and how it reads and removes rows of the vat's store. */

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
};

/** Syscalls of a step, with those that liveslots makes for what it lets go; one more row may be begun with the last. */
const callsPerStep = 600;
/** UTF-16 units read after which a step ends: a row may be as large as a delivery may record (design 5.8). */
const charactersPerStep = 65_536;
/** A count is read and written, and once it is zero, liveslots looks at what else holds the reference. */
const callsPerRelease = 4;

export class Step {
  #calls = callsPerStep;
  #characters = charactersPerStep;

  constructor(readonly store: Store, readonly references: References) {}

  get isSpent(): boolean {
    return this.#calls <= 0 || this.#characters <= 0;
  }

  /** The first row after `prior`, if its key starts with `prefix`. */
  next(prior: string, prefix: string): string | undefined {
    this.#calls -= 1;
    const key = this.store.vatstoreGetNextKey(prior) as string | undefined;
    return key?.startsWith(prefix) ? key : undefined;
  }

  get(key: string): string {
    this.#calls -= 1;
    const text = this.store.vatstoreGet(key);
    if (text === undefined) throw Error(`the sweep finds no row ${key}`);
    this.#characters -= text.length;
    return text;
  }

  set(key: string, value: string): void {
    this.#calls -= 1;
    this.store.vatstoreSet(key, value);
  }

  remove(key: string): void {
    this.#calls -= 1;
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

  /** Lets go of references that swept data held, and gives those that must wait for another step. */
  release(slots: readonly string[]): readonly string[] {
    const counted = slots.filter(isCounted);
    let at = 0;
    for (; at < counted.length && this.#calls > 0; at += 1) this.#releaseOne(counted[at]!);
    return counted.slice(at);
  }

  #releaseOne(vref: string): void {
    this.#calls -= callsPerRelease;
    // A count that liveslots has lost is no reason to end the vat.
    if (this.references.isPresenceReachable(vref.split(':')[0]!)) this.references.removeReachableVref(vref);
  }
}

/** Imports and durable objects: the rest was counted in the old heap, or is swept itself. */
function isCounted(vref: string): boolean {
  return vref.startsWith('o-') || vref.startsWith('o+d');
}
