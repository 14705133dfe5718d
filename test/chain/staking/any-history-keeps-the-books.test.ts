import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dec } from '../../../chain/decimal.js';
import { bondStatus } from '../../../chain/index.js';
import { makeRandom, type Random } from '../../support/chain-random.js';
import { consensusOf, day, operatorOf, personOf, StakingWorld, unbondingSeconds, uwind } from '../../support/staking-world.js';

const people = 8;
const steps = 400;

function amount(random: Random): bigint {
  return BigInt(random.below(3) === 0 ? random.below(9) + 1 : random.below(8_000_000) + 1);
}

/** Something that may happen; what is refused is fine, what breaks an invariant throws. */
function happen(on: StakingWorld, random: Random): void {
  const [person, one, two] = [random.below(people), random.below(people), random.below(people)];
  switch (random.below(11)) {
    case 0: on.create(one, amount(random)); return;
    case 1: case 2: case 3: on.delegate(person, one, amount(random)); return;
    case 4: case 5: on.undelegate(person, one, amount(random)); return;
    case 6: case 7: on.redelegate(person, one, two, amount(random)); return;
    case 8: {
      const entry = on.core.stakingParts.rows.unbonding(on.stores, personOf(person), operatorOf(one))?.entries[0];
      if (entry) on.run('MsgCancelUnbondingDelegation', { delegatorAddress: personOf(person), validatorAddress: operatorOf(one), amount: uwind(entry.balance > 1n ? entry.balance / 2n : 1n), creationHeight: entry.creationHeight });
      return;
    }
    case 9: punish(on, random, one); return;
    default: {
      const validator = on.core.staking.validatorByConsensus(on.stores, consensusOf(one));
      if (validator?.jailed) on.act(ctx => on.core.staking.unjail(ctx, consensusOf(one)));
    }
  }
}

function punish(on: StakingWorld, random: Random, one: number): void {
  const validator = on.core.staking.validatorByConsensus(on.stores, consensusOf(one));
  if (!validator || validator.status === bondStatus.unbonded) return;
  const since = on.height > 20n ? on.height - BigInt(random.below(20)) : on.height;
  on.act(ctx => on.core.staking.slash(ctx, consensusOf(one), since, validator.tokens / 1_000_000n, dec(['0.01', '0.05', '0.333333333333333333', '1'][random.below(4)] ?? '1')));
  if (!validator.jailed && random.below(2) === 0) on.act(ctx => on.core.staking.jail(ctx, consensusOf(one)));
}

for (const seed of [1, 2, 3, 4]) {
  test(`pools, shares, indexes and the set agree after every block, whatever happens: seed ${seed}`, () => {
    const random = makeRandom(seed);
    const on = new StakingWorld({ people, params: { max_validators: 3, max_entries: 3 }, balance: 50_000_000n });
    for (let step = 0; step < steps; step += 1) {
      happen(on, random);
      if (random.below(3) === 0) on.nextBlock(random.below(4) === 0 ? BigInt(random.below(12)) * day : 5n);
    }
    on.nextBlock(unbondingSeconds);
    on.nextBlock(); // what was on its way has arrived
    assert.deepEqual(on.core.stakingParts.rows.unbondings(on.stores), []);
    assert.deepEqual(on.core.stakingParts.rows.redelegations(on.stores), []);
    const held = Array.from({ length: people }, (_, n) => on.balance(n)).reduce((sum, one) => sum + one, 0n);
    assert.equal(held + on.pool('bonded_tokens_pool') + on.pool('not_bonded_tokens_pool'), on.core.bank.supply(on.stores, 'uwind'));
  });
}
