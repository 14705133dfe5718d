/** The model of the saga (saga/): all histories within bounds keep the invariants, and each rule is needed for that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore } from './saga/explore.js';
import { ruleNames, rules } from './saga/rules.js';
import { removals, settings } from './saga/settings.js';

for (const { name, setting } of settings.filter(({ isLong }) => isLong !== true)) {
  test(`every history of ${name} keeps all invariants`, () => {
    const { states, atRest, violations } = explore(setting);
    assert.deepEqual(violations, []);
    assert.ok(states > 1000 && atRest > 0, `${states} states, ${atRest} at rest`);
  });
}

/** What is found first, and after how many steps: a model that changes its mind about a rule is seen here. */
const firstFaults: Readonly<Record<string, string>> = {
  attemptIsKey: 'live worker without row 21',
  oneGuard: 'counter ≠ rows 18',
  amountsFromRow: 'counter ≠ rows 9',
  releaseAfterDeath: 'live worker without row 14',
  unknownReleaseSpends: 'two rows for one slot 15',
  spentIsRefused: 'two rows for one slot 15',
  fenceRefuses: 'live worker without row 12',
  failExcludes: 'live worker without row 11',
  handlerReleases: 'two rows for one slot 17',
  unclaimCompares: 'two rows for one slot 22',
  handlerCompares: 'two rows for one slot 24',
  claimFirst: 'two rows for one slot 6',
};

test('each of the twelve rules has a removal', () => {
  assert.deepEqual(removals.map(({ rule }) => rule).sort(), [...ruleNames].sort());
});

for (const { rule, setting } of removals) {
  test(`without the rule "${rules[rule]}" an invariant breaks`, () => {
    const { violations: [first] } = explore(setting, { without: rule, faultsMax: 1 });
    assert.ok(first);
    assert.equal(`${first.fault} ${first.steps}`, firstFaults[rule], first.history.join('; '));
  });
}
