/** A vat's own view of its store during one delivery: what is committed or settled before, plus its own writes. */
import SortedBTree from 'sorted-btree';
import type { VatId } from '../ids.js';
import { endOf, keys, vatStoreKeyText } from '../store/keys.js';
import { compareText, type KernelStorage } from '../store/storage.js';
import type { SyscallAnswerer, VatSyscall, VatSyscallResult } from './protocol.js';

const BTree = SortedBTree.default;
const ok: VatSyscallResult = ['ok', null];
/** Keys fetched at a time when the next one is looked for. */
const fetchSize = 4;

/**
 * Answers a vat's syscalls while it runs: reads their value, callNow an error (there are no devices), everything else
 * ok; whether it was legal is found when the crank settles. Nothing is written to the rows.
 */
export function makeSyscallAnswerer(rows: KernelStorage, vat: VatId): SyscallAnswerer {
  const view = new VatStoreView(rows, vat);
  return (syscall: VatSyscall) => {
    switch (syscall[0]) {
      case 'vatstoreGet': return ['ok', view.get(syscall[1]) ?? null];
      case 'vatstoreGetNextKey': return view.nextKey(syscall[1]).then(key => ['ok', key ?? null] as const);
      case 'vatstoreSet': view.write(syscall[1], syscall[2]); return ok;
      case 'vatstoreDelete': view.write(syscall[1], undefined); return ok;
      case 'callNow': return ['error', 'there are no devices'];
      default: return ok;
    }
  };
}

class VatStoreView {
  readonly #rows: KernelStorage;
  readonly #vat: VatId;
  /** By row key. */
  readonly #own = new BTree<string, string | undefined>(undefined, compareText);
  /** Those of its own rows that are not deleted. */
  readonly #ownAlive = new BTree<string, true>(undefined, compareText);
  /** Where the walks so far found stored rows of this delivery's own only: from the key to its value, which stays out. */
  readonly #walked = new BTree<string, string>(undefined, compareText);

  constructor(rows: KernelStorage, vat: VatId) {
    this.#rows = rows;
    this.#vat = vat;
  }

  get(key: string): string | undefined {
    const row = keys.vatStore(this.#vat, key);
    return this.#own.has(row) ? this.#own.get(row) : this.#rows.get(row);
  }

  write(key: string, value: string | undefined): void {
    const row = keys.vatStore(this.#vat, key);
    this.#own.set(row, value);
    if (value === undefined) this.#ownAlive.delete(row);
    else this.#ownAlive.set(row, true);
  }

  /** The first key strictly after `prior`, which need not exist, in WTF-8 byte order. */
  async nextKey(prior: string): Promise<string | undefined> {
    const end = endOf(keys.vatStoreOf(this.#vat));
    const from = `${keys.vatStore(this.#vat, prior)}\0`;
    const stored = await this.#nextStored(from, end);
    const own = this.#nextOwn(from, end);
    const next = stored === undefined || (own !== undefined && own < stored) ? own : stored;
    return next === undefined ? undefined : vatStoreKeyText(this.#vat, next);
  }

  /**
   * The next stored row that this delivery has not written. What it wrote is found by #nextOwn, and stays written: so nothing
   * is walked twice, else a vat that empties a collection from its front would walk over all that it deleted, each time.
   */
  async #nextStored(from: string, end: string): Promise<string | undefined> {
    let start = from;
    let cursor = from;
    for (;;) {
      const walked = this.#walked.getPairOrNextLower(cursor);
      if (walked !== undefined && walked[1] > cursor) [start, cursor] = [walked[0] < start ? walked[0] : start, walked[1]];
      const found = await this.#rows.keysOnDisk(cursor, end, fetchSize);
      const next = found.find(key => !this.#own.has(key));
      cursor = next ?? (found.length < fetchSize ? end : `${found[found.length - 1] as string}\0`);
      if (cursor > start) this.#walked.set(start, cursor);
      if (next !== undefined || cursor === end) return next;
    }
  }

  #nextOwn(from: string, end: string): string | undefined {
    const next = this.#ownAlive.getPairOrNextHigher(from)?.[0];
    return next !== undefined && next < end ? next : undefined;
  }
}
