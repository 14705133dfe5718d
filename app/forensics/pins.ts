/** What a bundle keeps of the node's state beside the records: rows before the block, and what its vats' workers were loaded from. */
import { join } from 'node:path';
import { heapOfSpanRow, keys, type VatId, asVatId } from '../../kernel/index.js';
import type { App } from '../app.js';
import { heapPath } from '../snapshots/heap-files.js';
import { databaseKeyOfKernelRow, rowText, type DatabaseSnapshot } from '../store.js';
import { decodeUndo, undoKey } from '../undo.js';
import type { Pins } from './dump.js';

/** Entries of one open span, at most. */
const entriesMax = 100_000;

export function pinsOf(home: string, app: App, height: bigint, vats: readonly string[]): Pins {
  const snapshot = app.readSnapshot();
  try {
    const undo = snapshot.get(undoKey(height));
    const ids = vats.map(asVatId).filter(vat => vat !== undefined);
    const before = new Map(undo ? decodeUndo(undo).map(({ key, value }) => [key, value]) : []);
    const spanRows = ids.flatMap(vat => [rowText(snapshot.get(spanKey(vat))), rowText(before.get(spanKey(vat)))]).filter(text => text !== undefined);
    const heaps = [...new Set(spanRows.map(heapOfSpanRow).filter(hash => hash !== undefined))];
    return {
      undo,
      heaps: new Map(heaps.map(hash => [hash, heapPath(join(home, 'data', 'blobs'), hash)])),
      spans: new Map(ids.map(vat => [vat, entriesOf(snapshot, vat)])),
    };
  } finally {
    void snapshot.close();
  }
}

const spanKey = (vat: VatId): string => databaseKeyOfKernelRow(keys.span(vat));

function entriesOf(snapshot: DatabaseSnapshot, vat: VatId): string {
  const row = rowText(snapshot.get(spanKey(vat)));
  const { start } = row === undefined ? {} : (JSON.parse(row) as { readonly start?: number });
  const entries: string[] = [];
  for (let position = start ?? 0; start !== undefined && entries.length < entriesMax; position += 1) {
    const entry = rowText(snapshot.get(databaseKeyOfKernelRow(keys.transcriptEntry(vat, position))));
    if (entry === undefined) break;
    entries.push(`${entry}\n`);
  }
  return entries.join('');
}
