import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uint64Bytes, uint64Of } from '../../../chain/bytes.js';
import { paginate, type PageRequest } from '../../../chain/modules/pagination.js';

const prefix = Uint8Array.of(1);
const rows = 60_000;
const most = 50_000;

/** Rows 0 to 59,999 under a prefix; counts how many were looked at. */
function makeStore() {
  const store = {
    lookedAt: 0,
    *iterate(start: Uint8Array = prefix): Iterable<readonly [Uint8Array, Uint8Array]> {
      for (let row = start.length > 1 ? Number(uint64Of(start.slice(1))) : 0; row < rows; row += 1) {
        store.lookedAt += 1;
        yield [Uint8Array.of(1, ...uint64Bytes(BigInt(row))), Uint8Array.of(row % 251)];
      }
    },
  };
  return store;
}

const request = (change: Partial<PageRequest>): PageRequest => ({ key: new Uint8Array(0), offset: 0n, limit: 0n, countTotal: false, reverse: false, ...change });
const tooMany = { codespace: 'sdk', code: 18, message: /more than 50000 rows are neither counted nor passed over; ask for the next page by its key/ };

test('without a page asked for, rows are counted as long as they are not too many', () => {
  const store = makeStore();
  const { rows: found, response } = paginate(store, prefix, undefined);
  assert.deepEqual([found.length, response.total, uint64Of(response.nextKey)], [100, 0n, 100n]);
  assert.equal(store.lookedAt, most + 1);
});

test('a count or an offset beyond what one answer looks at is refused, in its bound', () => {
  for (const change of [{ countTotal: true, limit: 5n }, { offset: 55_000n, limit: 5n }, { offset: 2n ** 63n, limit: 5n }]) {
    const store = makeStore();
    assert.throws(() => paginate(store, prefix, request(change)), tooMany);
    assert.equal(store.lookedAt, most + 1);
  }
});

test('a search that finds little goes on by its key, and misses nothing', () => {
  const store = makeStore();
  let looked = 0;
  const isWanted = (): boolean => {
    looked += 1;
    return looked === 3 || looked === most + 2;
  };
  const first = paginate(store, prefix, request({ limit: 5n }), isWanted);
  assert.deepEqual([first.rows.length, uint64Of(first.response.nextKey)], [1, BigInt(most)]);
  const second = paginate(store, prefix, request({ limit: 5n, key: first.response.nextKey }), isWanted);
  assert.deepEqual([second.rows.length, second.response.nextKey.length], [1, 0]);
});
