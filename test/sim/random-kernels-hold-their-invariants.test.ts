import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../chain/codec/roots.js';
import { compareModes } from './modes.js';
import { simulate } from './world.js';

const numbered = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, index) => `s${from + index}`);
const recorded = readFileSync(join(packageRoot, 'test', 'sim', 'seeds.txt'), 'utf8').split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(' ')[0] as string);

const howTo = (seed: string): string => `to repeat: npm run sim -- ${seed}`;

test('kernels with random vats and accounts hold every invariant after every step', { timeout: 240_000 }, async () => {
  let joinedInAll = 0;
  for (const seed of new Set([...recorded, ...numbered(1, 60)])) {
    const { violations, joined } = await simulate(seed);
    assert.deepEqual(violations, [], howTo(seed));
    joinedInAll += joined;
  }
  assert.ok(joinedInAll > 50, `notifies joined in ${joinedInAll} deliveries only`);
});

test('stores that leaked promises are upgraded in the middle of their history, and hold every invariant from then on', { timeout: 240_000 }, async () => {
  let leakedInAll = 0;
  for (const seed of numbered(1, 8)) {
    const { violations, leaked } = await simulate(seed, { leaks: true });
    assert.deepEqual(violations, [], `${howTo(seed)} (leaking)`);
    leakedInAll += leaked;
  }
  assert.ok(leakedInAll > 3, `${leakedInAll} entries had leaked only`);
});

test('paging, restarts, slow and lost workers, and runs given twice change nothing of the history', { timeout: 240_000 }, async () => {
  for (const seed of [...recorded, 's200']) {
    const { faults } = await compareModes(seed);
    assert.deepEqual(faults, [], howTo(seed));
  }
});

test('another seed has another history', async () => {
  const [one, other] = [await simulate('one'), await simulate('other')];
  assert.notEqual(one.activity, other.activity);
});
