/**
 * What a host needs to know of transcript spans: which heap each vat's current span starts from, and which entries are closed.
 * The kernel writes one local row a vat; from how it changed in a run, the host keeps heap files and frees what is closed.
 */
import type { VatId } from '../ids.js';
import type { KernelState } from '../state.js';
import { keys, vatAtEnd } from './keys.js';
import type { Change } from './storage.js';

/** `heap`: hash of the heap snapshot or base snapshot that the worker starts from, if it starts from one. */
export type SpanRow = { readonly start: number; readonly heap?: string | undefined } | { readonly end: number };

export function writeSpanRow(state: KernelState, vat: VatId, row: SpanRow): void {
  state.rows.set(keys.span(vat), JSON.stringify(row));
}

export type SpanChange = {
  readonly vat: VatId;
  /** The heap that was in use before the run, and that is now. */
  readonly heapBefore: string | undefined;
  readonly heapAfter: string | undefined;
  /** Entries [from, to) are closed: no page-in needs them. */
  readonly closed: { readonly from: number; readonly to: number };
  /** The vat ended; its span row goes with its entries. */
  readonly hasEnded: boolean;
};

/** How spans changed in a run. */
export function spanChanges(changes: readonly Change[]): SpanChange[] {
  return changes.filter(({ key }) => key.startsWith(keys.allSpans)).flatMap(({ key, before, after }) => {
    if (after === undefined) return [];
    const [old, now] = [before === undefined ? undefined : parse(before), parse(after)];
    const from = old && 'start' in old ? old.start : 0;
    const hasEnded = 'end' in now;
    return [{ vat: vatAtEnd(key), heapBefore: heapOf(old), heapAfter: heapOf(now), closed: { from, to: hasEnded ? now.end : now.start }, hasEnded }];
  });
}

/** Keys of rows that a run's closed spans leave: for hosts that undo nothing. */
export function closedRows(changes: readonly Change[]): string[] {
  return spanChanges(changes).flatMap(({ vat, closed: { from, to }, hasEnded }) => [
    ...Array.from({ length: to - from }, (_, index) => keys.transcriptEntry(vat, from + index)),
    ...(hasEnded ? [keys.span(vat)] : []),
  ]);
}

/** The heap that a span row names, if it names one. */
export const heapOfSpanRow = (text: string): string | undefined => heapOf(parse(text));

const parse = (text: string): SpanRow => JSON.parse(text) as SpanRow;
const heapOf = (row: SpanRow | undefined): string | undefined => (row && 'start' in row ? row.heap : undefined);
