import { test } from 'node:test';
import { agreeOnRandomOperations } from '../../support/ledger-oracle.js';
import { makeRandom } from '../../support/kernel-random.js';

test('250,000 random operations are what the rows say, once and twice', () => {
  for (let seed = 0; seed < 125; seed += 1) agreeOnRandomOperations(makeRandom(`long ${seed}`), 2000);
});
