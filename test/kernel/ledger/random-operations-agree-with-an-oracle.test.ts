/** Random operations: the ledger's results and counters are those of a brute-force model, and applying each twice is applying it once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreeOnRandomOperations } from '../../support/ledger-oracle.js';
import { makeRandom } from '../../support/kernel-random.js';

test('I1, I3, I10, I13, I16: 6,000 random operations are what the rows say, once and twice', () => {
  const seen = new Set<string>();
  for (const seed of ['one', 'two', 'three', 'four', 'five', 'six']) {
    for (const result of agreeOnRandomOperations(makeRandom(seed), 1000).keys()) seen.add(result);
  }
  for (const result of [
    'charge charged', 'charge refused', 'charge stale', 'charge already', 'charge conflict', 'charge closing', 'release released', 'release already-released', 'release cancelled',
    'resize resized', 'resize stale', 'resize refused', 'settle resized', 'replace replaced', 'replace stale', 'retire retired', 'retire stale', 'limit set', 'limit set-over', 'transfer moved', 'transfer not-accepted',
    'transfer stale', 'transfer refused', 'close gone', 'close outstanding', 'reconcile reconciled', 'open opened', 'open already',
  ]) assert(seen.has(result), `no operation ended so: ${result}; only ${[...seen].sort().join(', ')}`);
});
