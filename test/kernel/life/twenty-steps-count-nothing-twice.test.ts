/** The interleaving of support/twenty-steps.ts against the ledger of a host, and against ledgers that lack a rule: those must not pass. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutantLedger, realLedger, releaseBeforeKill } from '../../support/mutant-ledgers.js';
import { twentySteps, variants } from '../../support/twenty-steps.js';

for (const notice of variants) {
  test(`the twenty steps move each counter with its row, the notice arriving ${notice}`, { timeout: 60_000 }, async () => {
    const real = await realLedger({ account: { workers: 4n } });
    await twentySteps(real, notice);
    assert.deepEqual(real.ledger.audit(), []);
  });
}

test('they pass with a vat that is resized at the deadline', { timeout: 60_000 }, async () => {
  const simple = mutantLedger();
  await twentySteps(simple, 'after the second start', () => { simple.ledger.resize('v7', 96n); });
});

test('they pass with a ledger in its simplest form, too: what fails below fails for the rule that is missing', { timeout: 60_000 }, async () => {
  for (const notice of variants) await twentySteps(mutantLedger(), notice);
});

const schedules = {
  'a counter that has a weaker guard than its row': () => twentySteps(mutantLedger('one guard')),
  'rows that are known by their vat': () => twentySteps(mutantLedger('attempt as key')),
  'amounts that the caller names, of a vat that was resized meanwhile': () => {
    const mutant = mutantLedger('amounts from the row');
    return twentySteps(mutant, 'after the second start', () => { mutant.ledger.resize('v7', 96n); });
  },
  'a release before the process is gone': async () => twentySteps(await releaseBeforeKill()),
};

for (const [mutant, schedule] of Object.entries(schedules)) {
  test(`they fail with ${mutant}`, { timeout: 60_000 }, async () => {
    await assert.rejects(schedule(), (error: unknown) => error instanceof assert.AssertionError);
  });
}
