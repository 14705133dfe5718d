/** The rows by which txs and blocks are found: by hash, by height, and by the events they emitted. */
import { sha256 } from './merkle.js';
import * as keys from './store-keys.js';
import type { Block } from './block-types.js';
import type { Event, ResponseFinalizeBlock } from '../../abci/types.js';

/** txHash marks a t/ row, which a later block with the same tx may own by now. */
export type IndexRow = { readonly key: string; readonly value: Uint8Array; readonly txHash?: Uint8Array };

/** All index rows of one block; a function of the block and its results, so that pruning finds them again. */
export function indexRows(block: Block, results: ResponseFinalizeBlock): IndexRow[] {
  const { height } = block.header;
  const rows = eventRows('block', { height, index: 0 }, results.events);
  for (const [index, tx] of block.data.txs.entries()) {
    const hash = sha256(tx);
    const place = { height, index };
    rows.push({ key: keys.txKey(hash), value: Buffer.from(keys.placeText('tx', place)), txHash: hash });
    rows.push({ key: keys.txPlaceKey(height, index), value: hash });
    rows.push(...eventRows('tx', place, results.txResults[index]?.events ?? []));
  }
  return rows;
}

function eventRows(kind: keys.Indexed, place: keys.Place, events: readonly Event[]): IndexRow[] {
  const rows: IndexRow[] = [];
  for (const [attribute, value] of attributesOf(events, true)) {
    if (reserved.has(attribute)) continue;
    rows.push({ key: keys.valuePrefix(kind, attribute, value) + keys.placeText(kind, place), value: Buffer.from(value, 'utf8') });
  }
  return rows;
}

/** Keys that the engine itself answers; an application's event of that name is not indexed. */
const reserved: ReadonlySet<string> = new Set(['tx.hash', 'tx.height', 'block.height']);

/** `type.key` and value of each attribute, in order; those with an empty type or key are skipped. */
export function* attributesOf(events: readonly Event[], indexedOnly: boolean): Iterable<readonly [attribute: string, value: string]> {
  for (const { type, attributes } of events) {
    if (type === '') continue;
    for (const { key, value, index } of attributes) {
      if (key !== '' && (index || !indexedOnly)) yield [`${type}.${key}`, value];
    }
  }
}
