/** Schema 1 → 2: each import of an object has a row in the index of importers, so that its end need not be looked for in every c-list. */
import { objectsOf } from '../clist.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { allVats } from '../vat/records.js';

/** Writes the index from the c-lists of all vats that have a record; terminated ones have imports until they are cleaned up. */
export function indexImporters(state: KernelState): void {
  for (const vat of allVats(state.rows)) {
    for (const { kref, entry } of objectsOf(state.rows, vat)) {
      if (entry.vref.startsWith('o-')) state.rows.set(keys.importer(kref, vat), '');
    }
  }
}
