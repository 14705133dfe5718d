import assert, { AssertionError } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checkVersion, type MultiStore } from '../../../chain/store/index.js';
import { decodeNode, decodeOrphans, decodeRoots, decodeSpan } from '../../../chain/store/rows.js';
import { commitTo, hex, MapRows, openMain, seeded, utf8 } from './support.js';

function filled(): { rows: MapRows; stores: MultiStore } {
  const rows = new MapRows();
  const stores = openMain(rows, 2, 0);
  for (let version = 0; version < 4; version += 1) {
    commitTo(stores, rows, store => {
      for (let index = 0; index < 12; index += 1) store.set(utf8(`k${(index * 7 + version) % 20}`), utf8(`v${version}`));
    });
  }
  return { rows, stores };
}

test('every changed byte of a node or a root record is found when it is read', () => {
  const { rows, stores } = filled();
  const random = seeded(7);
  const before = hex(stores.appHash);
  for (const [key, value] of rows.map) {
    if (!key.startsWith('n/') && !key.startsWith('r/')) continue;
    for (let index = 0; index < value.length; index += 1) {
      const damaged = rows.copy();
      (damaged.map.get(key) as Uint8Array)[index] = (value[index] as number) ^ (1 << random.below(8));
      const found = outcome(() => {
        for (const version of [2n, 3n, 4n]) checkVersion(damaged, version);
        // A root record is the top of what is checked here; above it stands the AppHash that the network agreed on.
        assert.equal(hex(openMain(damaged, 2).appHash), before, 'another AppHash');
      });
      if (key.startsWith('n/') || key === [...rows.map.keys()].filter(row => row.startsWith('r/')).at(-1)) {
        assert(found instanceof AssertionError || found instanceof RangeError, `row ${hex(Buffer.from(key, 'latin1'))}, byte ${index}`);
      }
    }
  }
});

test('a missing row is named', () => {
  const { rows } = filled();
  for (const key of rows.map.keys()) {
    const damaged = rows.copy();
    damaged.map.delete(key);
    if (key === 'v') continue; // without it, the database is empty
    const found = outcome(() => {
      const stores = openMain(damaged, 0, 0);
      for (const version of [2n, 3n, 4n]) {
        if (stores.at(version)) for (const _entry of stores.at(version)?.store('main').iterate() ?? []);
      }
      stores.prepare(stores.branch(), 5n);
    });
    assert(found instanceof AssertionError, hex(Buffer.from(key, 'latin1')));
    assert.match(found.message, / missing from the database/);
  }
});

test('rows are written in format 1, byte for byte', () => {
  const { rows } = filled();
  const hash = createHash('sha256');
  for (const key of [...rows.map.keys()].sort()) hash.update(`${hex(Buffer.from(key, 'latin1'))} ${hex(rows.map.get(key) as Uint8Array)}\n`);
  // If this changes, databases of earlier releases no longer open: a new format needs a new number and a way to read the old one.
  assert.equal(hash.digest('hex'), '135ca124639c7e6fd2768711998a7884bb01b3c86d041601576a5f441bef9bc7');
});

test('rows of a format of the future are refused by name', () => {
  const { rows } = filled();
  rows.map.set('v', Uint8Array.of(2, 4, 2));
  assert.throws(() => openMain(rows), /a row of format 2 needs another release/);
});

test('decoders take any bytes and answer with a value or one of two errors', () => {
  const random = seeded(11);
  const { rows } = filled();
  const samples = [...rows.map.values()];
  for (let count = 0; count < 20_000; count += 1) {
    const bytes = count % 2 === 0 ? random.bytes(random.below(80)) : mutated(random, samples[random.below(samples.length)] as Uint8Array);
    if (bytes.length > 0 && random.below(2)) bytes[0] = 1;
    for (const decode of [decodeNode, decodeRoots, decodeOrphans, decodeSpan]) {
      const found = outcome(() => decode(bytes));
      assert(found === undefined || found instanceof AssertionError || found instanceof RangeError, String(found));
    }
  }
});

test('cached nodes stay within the bound, and the upper levels are read least', () => {
  const rows = new MapRows();
  const stores = openMain(rows, 0, 60_000);
  const keys = Array.from({ length: 2000 }, (_, index) => utf8(`key${index}`));
  commitTo(stores, rows, store => keys.forEach(key => store.set(key, utf8('v'))));
  const store = stores.branch().store('main');
  const random = seeded(3);
  rows.reads = 0;
  for (let count = 0; count < 5000; count += 1) assert(store.has(keys[random.below(keys.length)] as Uint8Array));
  // About 180 nodes fit of 4,000: the seven top levels. Each read goes down eleven or twelve, and would load them all if the sweep dropped at random.
  assert(rows.reads / 5000 < 7, `${rows.reads / 5000} rows a read`);
  assert(rows.reads > 5000, 'the bound is kept');
});

function mutated(random: ReturnType<typeof seeded>, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let changes = 1 + random.below(3); changes > 0; changes -= 1) copy[random.below(copy.length)] = random.below(256);
  return copy.subarray(0, random.below(4) === 0 ? random.below(copy.length) : copy.length);
}

function outcome(attempt: () => void): unknown {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}
