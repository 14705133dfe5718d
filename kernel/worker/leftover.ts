/**
 * References that may be dead and that a bringOutYourDead has not come to. They wait in the heap and, for the next
 * incarnation, in rows of the vat's store. Both always hold the same: an import that the kernel was told to be dropped is
 * in neither, and so is never dropped twice.
 */
import { isCounted, type References, type Store } from './sweep-step.js';

const prefix = 'sweep.left.';
/** References in a row. */
const perRow = 500;

type Row = { readonly key: string; readonly vrefs: readonly string[] };

export class Leftover {
  readonly #store: Store;
  readonly #references: References;
  readonly #rows: Row[] = [];
  readonly #held = new Set<string>();
  #next = 1;
  #isLoaded = false;

  constructor(store: Store, references: References) {
    this.#store = store;
    this.#references = references;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  has(vref: string): boolean {
    return this.#held.has(vref);
  }

  /** Before all else of a bringOutYourDead: takes over what the incarnation before left. The first makes no syscall. */
  load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    if (!this.#references.isOld('exportID', '1')) return;
    for (let key = this.#after(prefix); key !== undefined; key = this.#after(key)) {
      const vrefs = JSON.parse(this.#store.vatstoreGet(key) as string) as readonly string[];
      this.#hold({ key, vrefs: vrefs.filter(isCounted) }); // the rest ended with its heap, or is swept
      this.#next = Math.max(this.#next, Number(key.slice(prefix.length)) + 1);
    }
  }

  /** Hands over the references of one row, to be looked at now; false if there is none. */
  takeInto(set: Set<string>): boolean {
    const row = this.#rows.shift();
    if (row === undefined) return false;
    this.#store.vatstoreDelete(row.key);
    for (const vref of row.vrefs) {
      this.#held.delete(vref);
      set.add(vref);
    }
    return true;
  }

  /** Keeps what is in the set, for another bringOutYourDead, and empties it. */
  keep(set: Set<string>): void {
    const vrefs = [...set].filter(vref => !this.#held.has(vref)).sort();
    set.clear();
    for (let at = 0; at < vrefs.length; at += perRow) {
      const row = { key: `${prefix}${this.#next}`, vrefs: vrefs.slice(at, at + perRow) };
      this.#next += 1;
      this.#store.vatstoreSet(row.key, JSON.stringify(row.vrefs));
      this.#hold(row);
    }
  }

  #hold(row: Row): void {
    this.#rows.push(row);
    for (const vref of row.vrefs) this.#held.add(vref);
  }

  #after(key: string): string | undefined {
    const next = this.#store.vatstoreGetNextKey(key) as string | undefined;
    return next?.startsWith(prefix) ? next : undefined;
  }
}
