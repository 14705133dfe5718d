import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ics23, iavlSpec, tendermintSpec, verifyMembership, verifyNonMembership } from '@confio/ics23';
import { openMultiStore, type MultiStore, type StoreProof } from '../../../chain/store/index.js';
import { commit, MapRows, seeded, utf8 } from './support.js';

const names = ['acc', 'bank', 'consensus', 'gov', 'kernel', 'storage', 'upgrade'];

/** What a light client does with a proof: the tree's root from the second op, then the key under that root. */
function verifies(proof: StoreProof, appHash: Uint8Array, store: string, key: Uint8Array, value: Uint8Array | undefined): boolean {
  try {
    const [tree, simple] = proof.ops;
    assert(tree && simple && tree.type === 'ics23:iavl' && simple.type === 'ics23:simple');
    const treeProof = ics23.CommitmentProof.decode(tree.data);
    const simpleProof = ics23.CommitmentProof.decode(simple.data);
    const root = simpleProof.exist?.value;
    assert(root);
    if (!verifyMembership(simpleProof, tendermintSpec, appHash, utf8(store), root)) return false;
    return value === undefined ? verifyNonMembership(treeProof, iavlSpec, root, key) : verifyMembership(treeProof, iavlSpec, root, key, value);
  } catch {
    return false; // bytes that do not decode prove nothing either
  }
}

function filled(seed: number, keys: number): { stores: MultiStore; present: Map<string, Uint8Array> } {
  const random = seeded(seed);
  const rows = new MapRows();
  const stores = openMultiStore({ names, rows, pruning: 5 });
  const present = new Map<string, Uint8Array>();
  for (let version = 0; version < 5; version += 1) {
    const branch = stores.branch();
    for (let count = 0; count < keys / 5; count += 1) {
      const key = random.bytes(2 + random.below(20));
      const value = random.bytes(1 + random.below(60));
      for (const name of ['bank', 'kernel']) branch.store(name).set(key, value);
      present.set(Buffer.from(key).toString('latin1'), value);
    }
    commit(stores, rows, branch);
  }
  return { stores, present };
}

test('the value of every key is proven under the AppHash', () => {
  const { stores, present } = filled(1, 400);
  for (const [text, value] of present) {
    const key = Buffer.from(text, 'latin1');
    const proof = stores.prove(stores.version, 'bank', key);
    assert(proof);
    assert.deepEqual(proof.value, value);
    assert(verifies(proof, stores.appHash, 'bank', key, value));
  }
});

test('absence is proven between neighbours, left of all keys and right of all', () => {
  const { stores, present } = filled(2, 200);
  const random = seeded(3);
  const absent = [Uint8Array.of(0), new Uint8Array(30).fill(255), ...Array.from({ length: 300 }, () => random.bytes(1 + random.below(10)))];
  for (const text of present.keys()) absent.push(Buffer.from(`${text}\0`, 'latin1'), Buffer.from(text.slice(0, -1), 'latin1'));
  for (const key of absent) {
    if (present.has(Buffer.from(key).toString('latin1')) || key.length === 0) continue;
    const proof = stores.prove(stores.version, 'kernel', key);
    assert(proof);
    assert.equal(proof.value, undefined);
    assert(verifies(proof, stores.appHash, 'kernel', key, undefined), `absence of ${Buffer.from(key).toString('hex')}`);
  }
});

test('keys of strangers are answered: empty, very long, in stores that are not there', () => {
  const { stores } = filled(8, 50);
  for (const key of [new Uint8Array(0), new Uint8Array(100_000).fill(0x80)]) {
    const proof = stores.prove(stores.version, 'bank', key);
    assert(proof && verifies(proof, stores.appHash, 'bank', key, undefined));
  }
  assert.equal(stores.prove(stores.version, 'nowhere', utf8('k')), undefined);
  assert.equal(stores.prove(0n, 'bank', utf8('k')), undefined);
  assert.equal(stores.prove(-1n, 'bank', utf8('k')), undefined);
  assert.equal(stores.prove(stores.version + 1n, 'bank', utf8('k')), undefined);
  assert.equal(stores.prove(2n ** 64n, 'bank', utf8('k')), undefined);
});

test('a tree of one key proves it, and absence on either side', () => {
  const rows = new MapRows();
  const stores = openMultiStore({ names, rows, pruning: 0 });
  const branch = stores.branch();
  branch.store('gov').set(utf8('m'), utf8('1'));
  commit(stores, rows, branch);
  for (const [text, value] of [['m', utf8('1')], ['a', undefined], ['z', undefined]] as const) {
    const proof = stores.prove(1n, 'gov', utf8(text));
    assert(proof && verifies(proof, stores.appHash, 'gov', utf8(text), value), text);
  }
});

test('an empty store is proven by its root, SHA-256 of nothing', () => {
  const { stores } = filled(4, 20);
  const proof = stores.prove(stores.version, 'gov', utf8('any'));
  assert(proof);
  assert.equal(proof.value, undefined);
  const simple = ics23.CommitmentProof.decode((proof.ops[1] as { data: Uint8Array }).data);
  const root = simple.exist?.value;
  assert.equal(Buffer.from(root ?? []).toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert(verifyMembership(simple, tendermintSpec, stores.appHash, utf8('gov'), root as Uint8Array));
});

test('old versions that are kept are proven under their own AppHash', () => {
  const rows = new MapRows();
  const stores = openMultiStore({ names, rows, pruning: 3 });
  const appHashes: Uint8Array[] = [];
  for (let version = 1; version <= 8; version += 1) {
    const branch = stores.branch();
    branch.store('acc').set(utf8('height'), utf8(String(version)));
    branch.store('acc').set(utf8(`at${version}`), utf8('x'));
    appHashes[version] = commit(stores, rows, branch);
  }
  assert.equal(stores.prove(4n, 'acc', utf8('height')), undefined);
  for (let version = 5; version <= 8; version += 1) {
    const proof = stores.prove(BigInt(version), 'acc', utf8('height'));
    assert(proof && verifies(proof, appHashes[version] as Uint8Array, 'acc', utf8('height'), utf8(String(version))));
  }
});

test('no byte of a proof, a key, a value or the AppHash can be changed', () => {
  const { stores, present } = filled(5, 60);
  const random = seeded(6);
  const keys = [...present].slice(0, 4).map(([text, value]) => [new Uint8Array(Buffer.from(text, 'latin1')), value] as const);
  const cases: (readonly [Uint8Array, Uint8Array | undefined])[] = [...keys, [Uint8Array.of(0), undefined], [random.bytes(6), undefined]];
  for (const [key, value] of cases) {
    const proof = stores.prove(stores.version, 'bank', key) as StoreProof;
    const { appHash } = stores;
    assert(verifies(proof, appHash, 'bank', key, value));
    for (let index = 0; index < appHash.length; index += 1) assert(!verifies(proof, flipped(appHash, index, random.below(8)), 'bank', key, value));
    for (let index = 0; index < (value?.length ?? 0); index += 1) assert(!verifies(proof, appHash, 'bank', key, flipped(value as Uint8Array, index, random.below(8))));
    if (value) for (let index = 0; index < key.length; index += 1) assert(!verifies(proof, appHash, 'bank', flipped(key, index, random.below(8)), value));
    assert(!verifies(proof, appHash, 'kernel', key, value));
    proof.ops.forEach((op, which) => {
      for (let index = 0; index < op.data.length; index += 1) {
        const changed = flipped(op.data, index, random.below(8));
        if (sameMeaning(changed, op.data)) continue;
        const ops = proof.ops.map((other, at) => (at === which ? { ...op, data: changed } : other));
        assert(!verifies({ value, ops }, appHash, 'bank', key, value), `op ${which}, byte ${index}`);
      }
    });
  }
});

function flipped(bytes: Uint8Array, index: number, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[index] = (copy[index] as number) ^ (1 << bit);
  return copy;
}

/**
 * Protobuf can write one message in more ways than one, such as an enum's 0 spelled out; then nothing was changed. And
 * nothing rests on the key in a proof of absence: what counts is the caller's key between the neighbours.
 */
function sameMeaning(a: Uint8Array, b: Uint8Array): boolean {
  try {
    return canonical(a).equals(canonical(b));
  } catch {
    return false;
  }
}

function canonical(bytes: Uint8Array): Buffer {
  const proof = ics23.CommitmentProof.decode(bytes);
  if (proof.nonexist) proof.nonexist.key = new Uint8Array(0);
  return Buffer.from(ics23.CommitmentProof.encode(proof).finish());
}
