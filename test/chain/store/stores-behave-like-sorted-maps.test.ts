import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkVersion, type KVStore, type MultiStore, type StoreBranch } from '../../../chain/store/index.js';
import { commit, hex, MapRows, openMain, seeded, type Random, unhex } from './support.js';

type Model = Map<string, string>;
type Iterable2 = Iterable<readonly [Uint8Array, Uint8Array]>;

const versionsInAll = 70;
const operationsPerVersion = 60;
const pruning = 15;

for (const [seed, cacheBytes] of [[1, 0], [2, 20_000], [3, 10_000_000], [4, 10_000_000]] as const) {
  test(`reads, iterations, restarts and old versions agree with a model: seed ${seed}, ${cacheBytes} bytes of cache`, () => simulate(seed, cacheBytes));
}

function simulate(seed: number, cacheBytes: number): void {
  const random = seeded(seed);
  const rows = new MapRows();
  let stores = openMain(rows, pruning, cacheBytes);
  let model: Model = new Map();
  const history = new Map<bigint, { model: Model; appHash: string }>();
  for (let count = 0; count < versionsInAll; count += 1) {
    const branch = stores.branch();
    // Phases of growth and of shrinking, so that trees also become small and empty again.
    model = changeInBranches(random, branch, model, count % 35 < 20 ? 25 : 75);
    agree(random, branch.store('main'), model);
    const appHash = hex(commit(stores, rows, branch));
    history.set(stores.version, { model, appHash });
    checkVersion(rows, stores.version);
    if (random.below(6) === 0) stores = openMain(rows, pruning, cacheBytes);
    assert.equal(hex(stores.appHash), appHash);
    agreeWithHistory(random, stores, history);
  }
}

/** Writes through branches up to three deep, of which some are dropped. Returns the model after it. */
function changeInBranches(random: Random, branch: StoreBranch, before: Model, removals: number, depth = 0): Model {
  let model = new Map(before);
  const store = branch.store('main');
  for (let count = 0; count < operationsPerVersion >> depth; count += 1) {
    const key = randomKey(random);
    const choice = random.below(100);
    if (choice < 8 && depth < 3) {
      const nested = branch.branch();
      const changed = changeInBranches(random, nested, model, removals, depth + 1);
      agree(random, nested.store('main'), changed);
      if (random.below(3) > 0) {
        nested.write();
        model = changed;
      }
    } else if (random.below(100) < removals) {
      store.delete(unhex(key));
      model.delete(key);
    } else {
      const value = hex(random.bytes(random.below(40)));
      store.set(unhex(key), unhex(value));
      model.set(key, value);
    }
  }
  return model;
}

function agreeWithHistory(random: Random, stores: MultiStore, history: ReadonlyMap<bigint, { model: Model }>): void {
  const version = 1n + BigInt(random.below(Number(stores.version)));
  const old = stores.at(version);
  if (version < stores.version - BigInt(pruning)) {
    assert.equal(old, undefined);
    assert.equal(stores.prove(version, 'main', Uint8Array.of(1)), undefined);
    return;
  }
  assert(old);
  agree(random, old.store('main'), history.get(version)?.model ?? new Map());
}

function agree(random: Random, store: Pick<KVStore, 'get' | 'has' | 'iterate'>, model: Model): void {
  for (let count = 0; count < 5; count += 1) {
    const key = randomKey(random);
    const value = store.get(unhex(key));
    assert.equal(value && hex(value), model.get(key));
    assert.equal(store.has(unhex(key)), model.has(key));
  }
  const start = random.below(2) ? randomKey(random) : undefined;
  const end = random.below(2) ? randomKey(random) : undefined;
  const expected = [...model].filter(([key]) => (start === undefined || key >= start) && (end === undefined || key < end)).sort(([a], [b]) => (a < b ? -1 : 1));
  const bounds = [start === undefined ? undefined : unhex(start), end === undefined ? undefined : unhex(end)] as const;
  assert.deepEqual(listed(store.iterate(...bounds)), expected);
  assert.deepEqual(listed(store.iterate(...bounds, { reverse: true })), expected.reverse());
}

const listed = (entries: Iterable2): [string, string][] => [...entries].map(([key, value]) => [hex(key), hex(value)]);

/** One to three bytes from few values, so that keys meet, and are each other's prefixes. */
function randomKey(random: Random): string {
  const letters = [0x00, 0x01, 0x61, 0x7f, 0x80, 0xff];
  return hex(Uint8Array.from({ length: 1 + random.below(3) }, () => letters[random.below(letters.length)] as number));
}
