/** A vat may delete thousands of its keys and ask for the next one after each: it must not occupy the node for minutes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelStorage, keys, MemoryBacking, type VatId } from '../../kernel/index.js';
import { makeSyscallAnswerer } from '../../kernel/vat/store-view.js';
import { makeRandom } from '../support/kernel-random.js';

const vat = 'v1' as VatId;
const name = (at: number): string => `k${String(at).padStart(5, '0')}`;

async function storeOf(names: readonly string[]): Promise<{ rows: KernelStorage; fetched: () => number }> {
  const backing = new MemoryBacking();
  backing.commit(names.map(key => ({ key: keys.vatStore(vat, key), before: undefined, after: '1' })));
  let count = 0;
  const fetch = backing.keys.bind(backing);
  backing.keys = (from, to, limit) => {
    count += 1;
    return fetch(from, to, limit);
  };
  return { rows: await KernelStorage.open(backing), fetched: () => count };
}

test('emptying a collection from its front reads each key about once', async () => {
  const names = Array.from({ length: 2000 }, (_, at) => name(at));
  const { rows, fetched } = await storeOf(names);
  const answer = makeSyscallAnswerer(rows, vat);
  for (const expected of names) {
    assert.deepEqual(await answer(['vatstoreGetNextKey', 'k']), ['ok', expected]);
    await answer(['vatstoreDelete', expected]);
  }
  assert.deepEqual(await answer(['vatstoreGetNextKey', 'k']), ['ok', null]);
  assert.ok(fetched() < 3 * names.length, `${fetched()} reads`);
});

test('whatever is written, deleted and asked for, the next key is the next one', async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = makeRandom(`walk ${seed}`);
    const alive = new Set(Array.from({ length: 60 }, () => name(random.below(100))));
    const { rows } = await storeOf([...alive]);
    const answer = makeSyscallAnswerer(rows, vat);
    for (let turn = 0; turn < 300; turn += 1) {
      const key = name(random.below(100));
      switch (random.below(4)) {
        case 0:
          await answer(['vatstoreSet', key, '2']);
          alive.add(key);
          break;
        case 1:
          await answer(['vatstoreDelete', key]);
          alive.delete(key);
          break;
        default:
          assert.deepEqual(await answer(['vatstoreGetNextKey', key]), ['ok', [...alive].sort().find(other => other > key) ?? null], `seed ${seed}, turn ${turn}`);
      }
    }
  }
});
