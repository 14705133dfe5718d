/**
 * Transcript entries of closed spans: freed when the block that closed them is agreed and cannot be undone any more, outside
 * the undo records, some in each block. `b/span/<height>/<vat>` says what that block closed: JSON ClosedSpan.
 */
import { asVatId, keys, type SpanChange, type VatId } from '../../kernel/index.js';
import { databaseKeyOfKernelRow, localPrefix, rowText, rowValue, type DatabaseRow, type NodeDatabase } from '../store.js';
import { heightText } from './rows.js';

/** Entries [from, to); `ended`: the vat has ended and its span row goes with the last of them. */
type ClosedSpan = { readonly from: number; readonly to: number; readonly ended: boolean };

const prefix = `${localPrefix}span/`;

/** Entries freed in one block, at least, if there are so many: an old backlog does not stall a commit. */
const freedMin = 2000;

/** Rows that note what a run closed. */
export function closedSpanRows(height: bigint, spans: readonly SpanChange[]): DatabaseRow[] {
  return spans
    .filter(({ closed, hasEnded }) => closed.to > closed.from || hasEnded)
    .map(({ vat, closed, hasEnded }) => ({ key: `${prefix}${heightText(height)}/${vat}`, value: textRow({ ...closed, ended: hasEnded }) }));
}

const textRow = (span: ClosedSpan): Uint8Array => rowValue(JSON.stringify(span));

/**
 * Deletions of entries that blocks up to `limit` closed. `written`: how many rows this block writes; freeing keeps up with
 * that, and works off a backlog.
 */
export async function freedSpanRows(database: NodeDatabase, limit: bigint, written: number): Promise<DatabaseRow[]> {
  if (limit < 0n) return [];
  const rows: DatabaseRow[] = [];
  const most = freedMin + written;
  for (const key of await database.keys(prefix, `${prefix}${heightText(limit + 1n)}`, most)) {
    if (rows.length >= most) break;
    const text = rowText(database.get(key));
    if (text === undefined) throw new Error(`${key} is gone`);
    rows.push(...freed(key, JSON.parse(text) as ClosedSpan, most - rows.length));
  }
  return rows;
}

function freed(key: string, span: ClosedSpan, most: number): DatabaseRow[] {
  const vat = asVatId(key.slice(key.lastIndexOf('/') + 1)) as VatId;
  const to = Math.min(span.to, span.from + most);
  const rows: DatabaseRow[] = [];
  for (let at = span.from; at < to; at += 1) rows.push({ key: databaseKeyOfKernelRow(keys.transcriptEntry(vat, at)), value: undefined });
  if (to < span.to) return [...rows, { key, value: textRow({ ...span, from: to }) }];
  if (span.ended) rows.push({ key: databaseKeyOfKernelRow(keys.span(vat)), value: undefined });
  return [...rows, { key, value: undefined }];
}
