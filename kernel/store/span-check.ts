/**
 * Current spans as the hashed rows tell of them: which transcript entries a store needs to go on, and whether entries that
 * came from elsewhere are those. Span rows are not taken over: they follow from the entries.
 */
import type { VatId } from '../ids.js';
import type { VatProgress, VatRecord } from '../vat/records.js';
import { keys, vatAtEnd } from './keys.js';
import type { SpanRow } from './spans.js';
import { chained, firstSpanHash, heapOfStart, type StartEntry } from './transcript.js';

/** Entries [from, to) with the hash chain over them. */
export type LiveSpan = { readonly vat: VatId; readonly from: number; readonly to: number; readonly hash: string };

/** Gathers the current spans of all vats that live, from the kernel's rows as they are gone through, in any order. */
export class LiveSpans {
  readonly #dead = new Set<VatId>();
  readonly #spans: LiveSpan[] = [];

  /** Where the rows lie that have anything to say of them. */
  static readonly prefixes: readonly string[] = [keys.allVats, keys.allProgress];

  see(key: string, text: string): void {
    if (key.startsWith(keys.allVats)) {
      if ((JSON.parse(text) as VatRecord).life === 'terminated') this.#dead.add(vatAtEnd(key));
    } else if (key.startsWith(keys.allProgress)) {
      const { spanStart: from, position: to, spanHash: hash } = JSON.parse(text) as VatProgress;
      if (hash !== '') this.#spans.push({ vat: vatAtEnd(key), from, to, hash });
    }
  }

  /** In the order of their entries' keys. */
  list(): LiveSpan[] {
    const at = ({ vat }: LiveSpan): string => keys.transcriptOf(vat);
    return this.#spans.filter(({ vat }) => !this.#dead.has(vat)).sort((a, b) => (at(a) < at(b) ? -1 : 1));
  }
}

/** An entry is not the one that the rows call for. */
export class SpanMismatch extends Error {
  override readonly name = 'SpanMismatch';
}

export type CheckedSpan = { readonly key: string; readonly row: string; readonly vat: VatId; readonly heap: string | undefined };

/** Takes the entries of all spans, in the order of their keys, and leaves nothing out. */
export class SpanCheck {
  readonly #spans: readonly LiveSpan[];
  readonly #checked: CheckedSpan[] = [];
  #at = 0;
  #hash = firstSpanHash;
  /** The span's first entry; it is read once the hash has told that it is what it should be. */
  #first = '';

  constructor(spans: readonly LiveSpan[]) {
    this.#spans = spans;
  }

  /** Throws SpanMismatch. */
  take(key: string, text: string): void {
    const span = this.#spans[this.#checked.length];
    if (!span) throw new SpanMismatch(`no current span has an entry ${key}`);
    if (key !== keys.transcriptEntry(span.vat, span.from + this.#at)) throw new SpanMismatch(`${key} is not the next entry of ${span.vat}`);
    if (this.#at === 0) this.#first = text;
    this.#hash = chained(this.#hash, text);
    this.#at += 1;
    if (span.from + this.#at === span.to) this.#close(span);
  }

  #close({ vat, from, hash }: LiveSpan): void {
    if (this.#hash !== hash) throw new SpanMismatch(`the entries of ${vat} do not have the hash that is in its progress`);
    const { start } = JSON.parse(this.#first) as StartEntry;
    const heap = heapOfStart(start);
    const row: SpanRow = { start: from, heap };
    this.#checked.push({ key: keys.span(vat), row: JSON.stringify(row), vat, heap });
    this.#at = 0;
    this.#hash = firstSpanHash;
  }

  /** The span rows. Throws SpanMismatch when entries are missing. */
  finish(): readonly CheckedSpan[] {
    const next = this.#spans[this.#checked.length];
    if (next) throw new SpanMismatch(`entries of ${next.vat} are missing`);
    return this.#checked;
  }
}
