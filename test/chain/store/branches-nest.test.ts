import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KVStore } from '../../../chain/store/index.js';
import { commitTo, MapRows, openMain, utf8 } from './support.js';

type Readable = Pick<KVStore, 'iterate'>;
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();
const list = (store: Readable, start?: string, end?: string, reverse = false): string =>
  [...store.iterate(start === undefined ? undefined : utf8(start), end === undefined ? undefined : utf8(end), { reverse })].map(([key, value]) => `${text(key)}=${text(value)}`).join(' ');

function committed(...keys: string[]): ReturnType<typeof openMain> {
  const rows = new MapRows();
  const stores = openMain(rows);
  commitTo(stores, rows, store => {
    for (const key of keys) store.set(utf8(key), utf8('0'));
  });
  return stores;
}

test('a branch reads its own writes, and its parent sees them only when they are written', () => {
  const root = committed('a', 'b').branch();
  const middle = root.branch();
  const top = middle.branch();
  top.store('main').set(utf8('a'), utf8('1'));
  top.store('main').delete(utf8('b'));
  top.store('main').set(utf8('c'), utf8('1'));
  assert.equal(list(top.store('main')), 'a=1 c=1');
  assert.equal(list(middle.store('main')), 'a=0 b=0');
  top.write();
  assert.equal(list(middle.store('main')), 'a=1 c=1');
  assert.equal(list(root.store('main')), 'a=0 b=0');
  assert.equal(root.store('main').has(utf8('b')), true);
  middle.write();
  assert.equal(list(root.store('main')), 'a=1 c=1');
  assert.equal(root.store('main').has(utf8('b')), false);
});

test('a branch goes on after its writes were moved, and does not move them twice', () => {
  const root = committed().branch();
  const top = root.branch();
  top.store('main').set(utf8('a'), utf8('1'));
  top.write();
  root.store('main').set(utf8('a'), utf8('2'));
  top.store('main').set(utf8('b'), utf8('1'));
  assert.equal(list(top.store('main')), 'a=2 b=1');
  top.write();
  assert.equal(list(root.store('main')), 'a=2 b=1');
});

test('writes of a branch that is never written are lost', () => {
  const root = committed('a').branch();
  root.branch().store('main').delete(utf8('a'));
  root.branch().branch().store('main').set(utf8('b'), utf8('1'));
  assert.equal(list(root.store('main')), 'a=0');
});

test('iteration merges all layers in both directions, within [start, end)', () => {
  const root = committed('b', 'd', 'f', 'h').branch();
  root.store('main').set(utf8('c'), utf8('1'));
  root.store('main').delete(utf8('d'));
  const top = root.branch();
  top.store('main').set(utf8('d'), utf8('2'));
  top.store('main').set(utf8('f'), utf8('2'));
  top.store('main').delete(utf8('c'));
  top.store('main').set(utf8('a'), utf8('2'));
  const store = top.store('main');
  assert.equal(list(store), 'a=2 b=0 d=2 f=2 h=0');
  assert.equal(list(store, undefined, undefined, true), 'h=0 f=2 d=2 b=0 a=2');
  assert.equal(list(store, 'b', 'f'), 'b=0 d=2');
  assert.equal(list(store, 'b', 'f', true), 'd=2 b=0');
  assert.equal(list(store, 'c', 'g', true), 'f=2 d=2');
  assert.equal(list(store, 'x'), '');
  assert.equal(list(store, 'f', 'b'), '');
  assert.equal(list(root.store('main')), 'b=0 c=1 f=0 h=0');
});

test('an iteration sees the store as it was when it began, though keys are written, deleted and moved meanwhile', () => {
  const root = committed('a', 'b', 'c', 'd').branch();
  const top = root.branch();
  const store = top.store('main');
  store.set(utf8('e'), utf8('1'));
  const entries = store.iterate();
  const seen: string[] = [];
  for (const [key, value] of entries) {
    seen.push(`${text(key)}=${text(value)}`);
    store.delete(key);
    store.set(utf8('z'), utf8('9'));
    store.delete(utf8('d'));
    root.store('main').set(utf8('c'), utf8('9'));
    top.write();
  }
  assert.deepEqual(seen, ['a=0', 'b=0', 'c=0', 'd=0', 'e=1']);
  assert.deepEqual([...entries].length, 5); // gone through again: the same
  assert.equal(list(store), 'c=9 z=9'); // set below after it was deleted above
  for (const [key] of root.store('main').iterate()) root.store('main').delete(key);
  assert.equal(list(root.store('main')), '');
});

test('nobody outside can change what is kept', () => {
  const stores = committed('a');
  const branch = stores.branch();
  const value = utf8('1');
  const key = utf8('k');
  branch.store('main').set(key, value);
  value.fill(0);
  key.fill(0);
  assert.equal(list(branch.store('main')), 'a=0 k=1');
  branch.store('main').get(utf8('k'))?.fill(0);
  branch.store('main').get(utf8('a'))?.fill(0);
  for (const [someKey, someValue] of branch.store('main').iterate()) {
    someKey.fill(0);
    someValue.fill(0);
  }
  assert.equal(list(branch.store('main')), 'a=0 k=1');
  assert.equal(list(stores.branch().store('main')), 'a=0');
});

test('stores are apart, keys are not empty, values may be', () => {
  const branch = committed().branch();
  branch.store('other').set(utf8('a'), new Uint8Array(0));
  assert.equal(branch.store('main').has(utf8('a')), false);
  assert.equal(branch.store('other').has(utf8('a')), true);
  assert.equal(branch.store('other').get(utf8('a'))?.length, 0);
  assert.throws(() => branch.store('main').set(new Uint8Array(0), utf8('v')), /not empty/);
  assert.throws(() => branch.store('main').delete(new Uint8Array(0)), /not empty/);
  assert.equal(branch.store('main').get(new Uint8Array(0)), undefined);
});

test('a thousand nested writes are found again through all layers', () => {
  const root = committed().branch();
  for (let index = 0; index < 1000; index += 1) {
    const tx = root.branch();
    const message = tx.branch();
    message.store('main').set(utf8(`k${index % 300}`), utf8(String(index)));
    assert.equal([...message.store('main').iterate(utf8('k'), utf8('l'))].length, Math.min(index + 1, 300));
    message.write();
    tx.write();
  }
  assert.equal(text(root.store('main').get(utf8('k99'))), '999');
});
