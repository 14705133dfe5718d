/** Pages of a prefix of a store, by the rules of cosmos.base.query.v1beta1. */
import { concatBytes, endOfPrefix } from '../bytes.js';
import { refuseQuery } from '../refusal.js';
import type { KVStore } from '../store/types.js';

export type PageRequest = { key: Uint8Array; offset: bigint; limit: bigint; countTotal: boolean; reverse: boolean };
export type PageResponse = { nextKey: Uint8Array; total: bigint };
export type Page = { readonly rows: readonly (readonly [key: Uint8Array, value: Uint8Array])[]; readonly response: PageResponse };

const limitDefault = 100n;
/** More rows than this are not given in one answer; next_key leads on. */
const limitMax = 10_000n;

/** So many rows are looked at for one answer: whoever asks keeps the node from its blocks for as long. */
const lookedAtMax = 50_000;

/**
 * One page of the rows under `prefix`; keys come without it. `next_key` is the first key of the next page, empty at the end.
 * `total` is counted only by offset and on demand (or when no page was asked for), as in the SDK. Refuses key together with offset.
 * Rows that are not `wanted` are passed over and not counted. After 50,000 rows the page ends where it is, with fewer rows than asked
 * for and a next_key; what was not asked for is not counted further (total is 0 then); an offset or a count beyond them is refused.
 */
export function paginate(store: Pick<KVStore, 'iterate'>, prefix: Uint8Array, request: PageRequest | undefined, wanted: (value: Uint8Array) => boolean = () => true): Page {
  const asked = request ?? { key: new Uint8Array(0), offset: 0n, limit: 0n, countTotal: false, reverse: false };
  if (asked.key.length > 0 && asked.offset > 0n) refuseQuery('InvalidArgument', 'invalid request, either offset or key is expected, got both');
  const limit = asked.limit === 0n ? limitDefault : asked.limit > limitMax ? limitMax : asked.limit;
  const byKey = asked.key.length > 0;
  const countTotal = !byKey && (asked.countTotal || asked.limit === 0n);
  const [start, end] = bounds(prefix, asked);
  const rows: [Uint8Array, Uint8Array][] = [];
  let nextKey = new Uint8Array(0);
  let seen = 0n;
  let [lookedAt, isCounted] = [0, countTotal];
  for (const [key, value] of store.iterate(start, end, { reverse: asked.reverse })) {
    if (lookedAt === lookedAtMax) {
      if ((countTotal && asked.countTotal) || seen < asked.offset) refuseQuery('InvalidArgument', `more than ${lookedAtMax} rows are neither counted nor passed over; ask for the next page by its key`);
      if (nextKey.length === 0) nextKey = key.slice(prefix.length);
      isCounted = false;
      break;
    }
    lookedAt += 1;
    if (!wanted(value)) continue;
    seen += 1n;
    if (seen <= asked.offset) continue;
    if (seen <= asked.offset + limit) rows.push([key.slice(prefix.length), value]);
    else if (seen === asked.offset + limit + 1n) nextKey = key.slice(prefix.length);
    if (nextKey.length > 0 && !countTotal) break;
  }
  return { rows, response: { nextKey, total: isCounted ? seen : 0n } };
}

function bounds(prefix: Uint8Array, { key, reverse }: PageRequest): [Uint8Array, Uint8Array | undefined] {
  const end = endOfPrefix(prefix);
  if (key.length === 0) return [prefix, end];
  const from = concatBytes(prefix, key);
  return reverse ? [prefix, concatBytes(from, Uint8Array.of(0))] : [from, end];
}
