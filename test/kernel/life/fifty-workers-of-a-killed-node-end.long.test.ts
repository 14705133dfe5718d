import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recovery } from '../../../scripts/bench/host-rows.js';

test('F11: fifty workers of a node that is killed are ended by the next one, and nothing stays charged, also where half of them were killed with it', { timeout: 10 * 60_000 }, async () => {
  for (const alsoKilled of [0, 25]) assert.ok((await recovery(50, alsoKilled)) > 0);
});
