import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openMultiStore, type MultiStore } from '../../../chain/store/index.js';
import { commit, commitTo, hex, MapRows, openMain, utf8 } from './support.js';

const keyOf = (index: number): Uint8Array => utf8(`key${String(index).padStart(3, '0')}`);

/** A hundred keys in `main`, at version 1. */
function opened(rows = new MapRows(), cacheBytes?: number): { stores: MultiStore; rows: MapRows } {
  const stores = openMain(rows, 4, cacheBytes);
  commitTo(stores, rows, store => {
    for (let index = 0; index < 100; index += 1) store.set(keyOf(index), utf8('old'));
  });
  return { stores, rows };
}

function changed(stores: MultiStore): ReturnType<MultiStore['branch']> {
  const branch = stores.branch();
  for (let index = 0; index < 100; index += 3) branch.store('main').set(keyOf(index), utf8('new'));
  for (let index = 1; index < 100; index += 3) branch.store('main').delete(keyOf(index));
  return branch;
}

for (const cacheBytes of [0, undefined]) {
  test(`readers see the version before until accept, whatever was prepared${cacheBytes === 0 ? ', nodes read again each time' : ''}`, () => {
    const { stores, rows } = opened(new MapRows(), cacheBytes);
    const reader = stores.branch();
    const appHash = hex(stores.appHash);
    const prepared = stores.prepare(changed(stores), 2n);
    for (const readable of [reader.store('main'), stores.branch().store('main'), stores.at(1n)?.store('main')]) {
      assert.equal([...(readable?.iterate() ?? [])].length, 100);
      assert.deepEqual(readable?.get(keyOf(3)), utf8('old'));
    }
    assert.equal(stores.version, 1n);
    assert.equal(hex(stores.appHash), appHash);
    assert.equal(stores.at(2n), undefined);
    rows.apply(prepared.rows);
    stores.accept(prepared);
    assert.equal(stores.version, 2n);
    assert.deepEqual(stores.appHash, prepared.appHash);
    assert.deepEqual(stores.branch().store('main').get(keyOf(3)), utf8('new'));
    assert.equal(stores.branch().store('main').has(keyOf(1)), false);
    assert.deepEqual(stores.at(1n)?.store('main').get(keyOf(3)), utf8('old'));
  });
}

test('the same writes prepared again give the same rows, and the first result may be dropped', () => {
  const { stores, rows } = opened();
  const branch = changed(stores);
  const first = stores.prepare(branch, 2n);
  const other = stores.branch();
  other.store('other').set(utf8('x'), utf8('y'));
  assert.notDeepEqual(stores.prepare(other, 2n).appHash, first.appHash);
  const again = stores.prepare(changed(stores), 2n);
  assert.deepEqual(again, first);
  assert.deepEqual(stores.prepare(branch, 2n), first);
  rows.apply(again.rows);
  stores.accept(again);
  commitTo(stores, rows, store => store.set(keyOf(3), utf8('newest')));
  assert.deepEqual(openMain(rows, 4).appHash, stores.appHash);
});

test('a crash before the batch loses nothing, and the block comes out the same; one after it is a commit', () => {
  const { stores, rows } = opened();
  const lost = stores.prepare(changed(stores), 2n);
  const restarted = openMain(rows, 4);
  assert.equal(restarted.version, 1n);
  const again = restarted.prepare(changed(restarted), 2n);
  assert.deepEqual(again, lost);
  rows.apply(again.rows); // and down before accept
  const after = openMain(rows, 4);
  assert.equal(after.version, 2n);
  assert.deepEqual(after.appHash, lost.appHash);
  assert.deepEqual(after.branch().store('main').get(keyOf(3)), utf8('new'));
  assert.deepEqual(after.at(1n)?.store('main').get(keyOf(3)), utf8('old'));
});

test('rows taken back to an earlier version open at that version, and go on with the same hashes', () => {
  const { stores, rows } = opened();
  const undo = rows.copy();
  const appHash = commit(stores, rows, changed(stores));
  commitTo(stores, rows, store => store.set(utf8('later'), utf8('v')));
  const back = openMain(undo, 4);
  assert.equal(back.version, 1n);
  assert.deepEqual(commit(back, undo, changed(back)), appHash);
});

test('the order of writes does not matter, only what they come to', () => {
  const { stores } = opened();
  const forwards = stores.branch();
  const backwards = stores.branch();
  for (let index = 0; index < 50; index += 1) {
    forwards.store('main').set(utf8(`n${index}`), utf8('v'));
    forwards.store('main').set(utf8('never'), utf8('v'));
    const nested = backwards.branch();
    nested.store('main').set(utf8(`n${49 - index}`), utf8('first'));
    nested.store('main').set(utf8(`n${49 - index}`), utf8('v'));
    nested.write();
  }
  forwards.store('main').delete(utf8('never'));
  assert.deepEqual(stores.prepare(forwards, 2n), stores.prepare(backwards, 2n));
});

test('a key set and deleted that never was there is no operation; one set to its own value is', () => {
  const { stores } = opened();
  const nothing = stores.prepare(stores.branch(), 2n);
  const branch = stores.branch();
  branch.store('main').set(utf8('brief'), utf8('v'));
  branch.store('main').delete(utf8('brief'));
  branch.store('main').delete(utf8('unknown'));
  assert.deepEqual(stores.prepare(branch, 2n), nothing);
  assert.deepEqual(nothing.appHash, stores.appHash);
  const same = stores.branch();
  same.store('main').set(keyOf(5), utf8('old'));
  assert.notDeepEqual(stores.prepare(same, 2n).appHash, stores.appHash); // the leaf is of version 2 now, as in IAVL
});

test('what does not follow is refused: versions, stale branches, nested branches, results given twice', () => {
  const { stores, rows } = opened();
  const stale = stores.branch();
  assert.throws(() => stores.prepare(stores.branch(), 3n), /version 3 does not follow 1/);
  assert.throws(() => stores.prepare(stores.branch(), 1n), /does not follow/);
  assert.throws(() => stores.prepare(stores.branch().branch(), 2n), /root branch/);
  assert.throws(() => stores.branch().write(), /no parent/);
  assert.throws(() => openMain(new MapRows()).prepare(stores.branch(), 2n), /over the latest version/);
  const prepared = stores.prepare(stores.branch(), 2n);
  rows.apply(prepared.rows);
  stores.accept(prepared);
  assert.throws(() => stores.accept(prepared), /accepted once/);
  assert.throws(() => stores.accept({ ...prepared }), /only what prepare returned/);
  assert.throws(() => stores.prepare(stale, 3n), /over the latest version/);
  assert.throws(() => stores.branch().store('nowhere'), /no store nowhere/);
  assert.throws(() => openMain(new MapRows()).prepare(openMain(new MapRows()).branch(), 0n));
});

test('a store that is new in a release starts empty, and has no proofs of before', () => {
  const { rows } = opened();
  const stores = openMultiStore({ names: ['main', 'other', 'added'], rows, pruning: 4 });
  const before = hex(stores.appHash);
  assert.equal(before, hex(openMain(rows, 4).appHash));
  const branch = stores.branch();
  assert.equal(branch.store('added').get(utf8('k')), undefined);
  branch.store('added').set(utf8('k'), utf8('v'));
  commit(stores, rows, branch);
  assert.equal(stores.at(1n)?.store('added').has(utf8('k')), false);
  assert.equal(stores.prove(1n, 'added', utf8('k')), undefined);
  assert.deepEqual(stores.prove(2n, 'added', utf8('k'))?.value, utf8('v'));
  assert.throws(() => openMain(rows, 4), /holds a store added that this program does not know/);
});
