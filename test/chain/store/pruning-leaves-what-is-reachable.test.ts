import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVersion, exportVersion, openMultiStore, VersionPruned, type KVStore } from '../../../chain/store/index.js';
import { commit, commitTo, hex, MapRows, openMain, seeded, utf8 } from './support.js';

/** Every row that some kept version needs, found from the roots alone. */
function reachable(rows: MapRows, oldest: bigint, latest: bigint): Set<string> {
  const keys = new Set<string>();
  for (let version = oldest; version <= latest; version += 1n) {
    for (const { key } of exportVersion(rows, version)) keys.add(key);
  }
  return keys;
}

const orphanRecords = (rows: MapRows): string[] => [...rows.map.keys()].filter(key => key.startsWith('o/'));

for (const pruning of [0, 1, 7]) {
  test(`with ${pruning} old versions kept, the database holds exactly what they and the latest need`, () => {
    const random = seeded(pruning);
    const rows = new MapRows();
    let stores = openMain(rows, pruning, 5_000);
    for (let count = 1; count <= 60; count += 1) {
      commitTo(stores, rows, store => {
        for (let change = random.below(20); change > 0; change -= 1) {
          const key = random.bytes(1);
          if (random.below(3) === 0) store.delete(key);
          else store.set(key, random.bytes(4));
        }
      });
      if (random.below(5) === 0) stores = openMain(rows, pruning, 5_000);
      const oldest = BigInt(Math.max(1, count - pruning));
      const stored = [...rows.map.keys()].filter(key => !key.startsWith('o/'));
      assert.deepEqual(new Set(stored), reachable(rows, oldest, stores.version));
      assert.equal(orphanRecords(rows).length, Number(stores.version - oldest));
    }
  });
}

test('the first version may have any height, and pruning starts there', () => {
  const rows = new MapRows();
  const stores = openMain(rows, 2);
  const first = stores.branch();
  first.store('main').set(utf8('k'), utf8('0'));
  commit(stores, rows, first, 1_000_000n);
  for (let count = 0; count < 5; count += 1) commitTo(stores, rows, store => store.set(utf8('k'), utf8(`${count}`)));
  assert.equal(stores.version, 1_000_005n);
  assert.equal(stores.at(1_000_002n), undefined);
  assert(stores.at(1_000_003n));
  assert.deepEqual([...rows.map.keys()].filter(key => key.startsWith('n/')).length, 3);
});

test('a lowered setting frees old versions a few at a time, an infinite one frees none', () => {
  const rows = new MapRows();
  let stores = openMain(rows, Number.POSITIVE_INFINITY);
  for (let count = 0; count < 40; count += 1) commitTo(stores, rows, store => store.set(utf8('k'), utf8(`${count}`)));
  assert.deepEqual(stores.at(1n)?.store('main').get(utf8('k')), utf8('0'));
  stores = openMain(rows, 2);
  for (const oldest of [11n, 21n, 31n, 41n, 43n]) {
    commitTo(stores, rows, store => store.set(utf8('k'), utf8('x')));
    assert.equal(stores.at(oldest - 1n), undefined);
    assert(stores.at(oldest));
  }
  assert.deepEqual(new Set([...rows.map.keys()].filter(key => !key.startsWith('o/'))), reachable(rows, 43n, 45n));
});

test('a reader of a version that is pruned under it is told so', () => {
  const rows = new MapRows();
  const stores = openMain(rows, 1, 0);
  const setAll = (store: KVStore): void => {
    for (let count = 0; count < 3; count += 1) store.set(utf8(`k${count}`), utf8('v'));
  };
  for (let count = 0; count < 3; count += 1) commitTo(stores, rows, setAll);
  const old = stores.at(2n);
  assert(old);
  const iteration = old.store('main').iterate()[Symbol.iterator]();
  assert.equal(iteration.next().done, false);
  const branch = stores.branch();
  setAll(branch.store('main'));
  const prepared = stores.prepare(branch, 4n);
  rows.apply(prepared.rows); // durable, not accepted yet
  assert.throws(() => old.store('main').get(utf8('k0')), VersionPruned);
  assert.throws(() => iteration.next(), VersionPruned);
  assert.equal(stores.at(2n)?.store('other').get(utf8('k0')), undefined);
  stores.accept(prepared);
  assert.equal(stores.at(2n), undefined);
});

test('a block that replaces a very large tree is pruned in one batch', () => {
  const rows = new MapRows();
  const stores = openMain(rows, 0);
  for (const value of ['old', 'new']) {
    commitTo(stores, rows, store => {
      for (let index = 0; index < 70_000; index += 1) store.set(utf8(`key${index}`), utf8(value));
    });
  }
  assert.equal(rows.map.size, 70_000 + 69_999 + 2); // leaves, inner nodes, roots, span
  assert.equal(checkVersion(rows, 2n), 139_999);
});

test('what is exported opens elsewhere, and goes on with the same hashes', () => {
  const rows = new MapRows();
  const stores = openMain(rows, 3);
  for (let count = 0; count < 20; count += 1) commitTo(stores, rows, store => store.set(utf8(`k${count % 13}`), utf8(`${count}`)));
  const joined = new MapRows();
  joined.apply([...exportVersion(rows, 19n)]);
  const other = openMultiStore({ names: ['main', 'other'], rows: joined, pruning: 0 });
  assert.equal(other.version, 19n);
  assert.equal(checkVersion(joined, 19n), 25); // 13 leaves and 12 inner nodes
  commitTo(other, joined, store => store.set(utf8('k6'), utf8('19')));
  assert.equal(hex(other.appHash), hex(stores.appHash));
  assert.deepEqual(new Set([...joined.map.keys()]), reachable(joined, 20n, 20n));
});
