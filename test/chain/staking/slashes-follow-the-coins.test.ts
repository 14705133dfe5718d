import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dec, decText, type Dec } from '../../../chain/decimal.js';
import { consensusOf, operatorOf, personOf, StakingWorld, unbondingSeconds } from '../../support/staking-world.js';

const wind = 1_000_000n;
const tenth = dec('0.1');

/** Validators 0 (10 wind) and 1 (10 wind) in the set; person 2 stands behind 0 with 10 wind. */
function world(): StakingWorld {
  const made = new StakingWorld();
  made.create(0, 10n * wind);
  made.create(1, 10n * wind);
  made.delegate(2, 0, 10n * wind);
  made.nextBlock();
  return made;
}

const slash = (on: StakingWorld, height: bigint, power: bigint, fraction: Dec = tenth): bigint => on.act(ctx => on.core.staking.slash(ctx, consensusOf(0), height, power, fraction)).value;
const unbondingOf = (on: StakingWorld, person: number, validator: number) => on.core.stakingParts.rows.unbonding(on.stores, personOf(person), operatorOf(validator))?.entries.map(({ balance, initialBalance }) => [balance, initialBalance]);

test('a slash burns of the validator’s tokens, and every share is worth less', () => {
  const on = world();
  const supply = on.core.bank.supply(on.stores, 'uwind');
  assert.equal(slash(on, on.height, 20n), 2n * wind);
  assert.equal(on.core.bank.supply(on.stores, 'uwind'), supply - 2n * wind);
  assert.deepEqual([on.validator(0).tokens, decText(on.validator(0).delegatorShares)], [18n * wind, '20000000.000000000000000000']);
  const { events } = on.delegate(3, 0, 9n);
  assert.match(events.at(-1) ?? '', /new_shares=10\.0{18}$/);
  on.nextBlock();
  assert.deepEqual(on.updateTexts(), ['0=18']);
});

test('tokens that do not divide are rounded down for who leaves; the last shares get what is left', () => {
  const on = world();
  on.delegate(3, 0, 1n);
  slash(on, on.height, 20n, dec('0.333333333333333333'));
  const { tokens } = on.validator(0);
  assert.equal(tokens, 20n * wind + 1n - 6_666_666n);
  assert.equal(on.undelegate(3, 0, 1n).code, 'sdk/18'); // one token is more than the share is worth
  assert.equal(on.undelegate(2, 0, 6_666_667n).code, undefined);
  const left = on.validator(0).tokens;
  assert.equal(left, tokens - 6_666_666n); // the shares of 6,666,667 were rounded down, and then their worth
  on.nextBlock();
});

test('what left after the fault pays its part, what left before does not, and what was paid there the validator need not pay', () => {
  const on = world();
  on.undelegate(2, 0, 4n * wind);
  on.nextBlock();
  const fault = on.height;
  on.nextBlock();
  on.undelegate(2, 0, 2n * wind);
  on.nextBlock();
  assert.equal(slash(on, fault, 16n), 1_400_000n); // of 1.6, 0.2 came from the unbonding
  assert.deepEqual(unbondingOf(on, 2, 0), [[4n * wind, 4n * wind], [1_800_000n, 2n * wind]]);
  on.nextBlock();
  on.nextBlock(unbondingSeconds);
  on.nextBlock();
  assert.equal(on.balance(2), 1000n * wind - 10n * wind + 5_800_000n);
});

test('coins that were redelegated after the fault pay at their new validator, first from what they unbond there', () => {
  const on = world();
  const fault = on.height;
  on.redelegate(2, 0, 1, 10n * wind);
  on.undelegate(2, 1, 400_000n);
  on.nextBlock();
  assert.equal(slash(on, fault, 20n), wind); // of 2, 1 came from the redelegation
  assert.deepEqual(unbondingOf(on, 2, 1), [[0n, 400_000n]]);
  assert.deepEqual([on.validator(1).tokens, on.validator(0).tokens], [10n * wind + 9n * wind, 9n * wind]);
  on.nextBlock();
});

test('a validator pays at most what it has; then its shares are worthless and take no coins', () => {
  const on = world();
  assert.equal(slash(on, on.height, 50n, dec('1')), 20n * wind);
  assert.equal(on.delegate(3, 0, 5n).code, 'staking/34');
  assert.equal(on.undelegate(2, 0, 5n).code, 'staking/22');
  on.nextBlock();
  assert.deepEqual(on.updateTexts(), ['0=0']);
  assert.equal(slash(on, on.height, 50n), 0n);
});

test('hooks are told of the fraction that is effectively taken, and of nothing when nothing is', () => {
  const on = world();
  const told: string[] = [];
  (on.core.stakingParts.hooks as unknown as object[]).push({ beforeValidatorSlashed: (_ctx: unknown, operator: string, fraction: Dec) => told.push(`${operator} ${decText(fraction)}`) });
  on.delegate(3, 0, 20n * wind);
  slash(on, on.height, 20n); // 2 of 40
  slash(on, on.height, 20n, dec('0'));
  assert.deepEqual(told, [`${operatorOf(0)} 0.050000000000000000`]);
});

test('jailed, a validator leaves the set and the index at the end of the block; released, it comes back', () => {
  const on = world();
  on.act(ctx => on.core.staking.jail(ctx, consensusOf(0)));
  assert.throws(() => on.act(ctx => on.core.staking.jail(ctx, consensusOf(0))), { name: 'AssertionError' });
  assert.deepEqual(on.core.staking.bondedByPower(on.stores).map(({ operatorAddress }) => operatorAddress), [operatorOf(1)]);
  on.nextBlock();
  assert.deepEqual([on.updateTexts(), on.validator(0).status, on.core.staking.totalBonded(on.stores)], [['0=0'], 2, 10n * wind]);
  on.act(ctx => on.core.staking.unjail(ctx, consensusOf(0)));
  on.nextBlock();
  assert.deepEqual([on.updateTexts(), on.validator(0).status], [['0=20'], 3]);
});
