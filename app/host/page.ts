/** Pages of a list in memory, by the rules of cosmos.base.query.v1beta1; the key of a page is the first item's own. */
import { refuseQuery, utf8Bytes, utf8Text, type PageRequest, type PageResponse } from '../../chain/index.js';

const limitDefault = 100;
const limitMax = 1000;

/** `items` are in the order of their keys' listing. Refuses key together with offset. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest | undefined): { readonly items: T[]; readonly response: PageResponse } {
  const { key = new Uint8Array(0), offset = 0n, limit = 0n, countTotal = false, reverse = false } = request ?? {};
  if (key.length > 0 && offset > 0n) refuseQuery('InvalidArgument', 'invalid request, either offset or key is expected, got both');
  const ordered = reverse ? [...items].reverse() : items;
  const first = key.length > 0 ? ordered.findIndex(item => keyOf(item) === utf8Text(key)) : Number(offset);
  const from = first < 0 ? ordered.length : first;
  const size = limit === 0n ? limitDefault : Number(limit < BigInt(limitMax) ? limit : BigInt(limitMax));
  const next = ordered[from + size];
  return {
    items: ordered.slice(from, from + size),
    response: { nextKey: next === undefined ? new Uint8Array(0) : utf8Bytes(keyOf(next)), total: countTotal || (limit === 0n && key.length === 0) ? BigInt(items.length) : 0n },
  };
}
