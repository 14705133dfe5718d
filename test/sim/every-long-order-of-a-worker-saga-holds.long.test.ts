import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore } from './saga/explore.js';
import { settings } from './saga/settings.js';

for (const { name, setting } of settings.filter(({ isLong }) => isLong === true)) {
  test(`every history of ${name} keeps all invariants`, { timeout: 10 * 60_000 }, () => {
    const { states, violations } = explore(setting);
    assert.deepEqual(violations, []);
    assert.ok(states > 50_000, `${states} states`);
  });
}
