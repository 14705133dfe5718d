import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';
import { checkVersion, openMultiStore, type MultiStore } from '../../../chain/store/index.js';
import { commit, hex, MapRows, unhex } from './support.js';

type Vectors = { scenarios: Scenario[] };
type Scenario = { name: string; stores: string[]; versions: Version[] };
type Version = { version: number; appHash: string; ops: [string, string, string | null][]; proofs: Proof[] };
type Proof = { store: string; key: string; value: string; ops: string[] };

const vectors = JSON.parse(readFileSync(join(packageRoot, 'test', 'golden', 'iavl-vectors.json'), 'utf8')) as Vectors;

for (const { name, stores: names, versions } of vectors.scenarios) {
  for (const cacheBytes of [undefined, 2000]) {
    test(`the AppHash and proofs of every version are those of the Cosmos SDK: ${name}${cacheBytes === undefined ? '' : ', nodes read again and again'}`, () => {
      const rows = new MapRows();
      const stores = openMultiStore({ names, rows, pruning: 2, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
      for (const version of versions) {
        assert.equal(hex(commitOps(stores, rows, version)), version.appHash, `version ${version.version}`);
        checkVersion(rows, BigInt(version.version));
        for (const proof of version.proofs) assert.deepEqual(proofOf(stores, version, proof), proof);
      }
      assert(versions.some(({ proofs }) => proofs.length > 0), 'the vectors have proofs');
    });
  }
}

function commitOps(stores: MultiStore, rows: MapRows, { version, ops }: Version): Uint8Array {
  const branch = stores.branch();
  for (const [store, key, value] of ops) {
    if (value === null) branch.store(store).delete(unhex(key));
    else branch.store(store).set(unhex(key), unhex(value));
  }
  return commit(stores, rows, branch, BigInt(version));
}

function proofOf(stores: MultiStore, { version }: Version, { store, key }: Proof): Proof {
  const proof = stores.prove(BigInt(version), store, unhex(key));
  assert(proof);
  const ops = proof.ops.map(op => `${op.type} ${hex(op.key)} ${hex(op.data)}`);
  return { store, key, value: hex(proof.value ?? new Uint8Array(0)), ops };
}
