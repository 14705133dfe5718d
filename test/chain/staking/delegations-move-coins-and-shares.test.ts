import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decText } from '../../../chain/decimal.js';
import { testChainId, testCodecs } from '../../support/chain-app.js';
import { day, operatorOf, personOf, StakingWorld, unbondingSeconds, uwind } from '../../support/staking-world.js';

const wind = 1_000_000n;

function twoValidators(options: ConstructorParameters<typeof StakingWorld>[0] = {}): StakingWorld {
  const world = new StakingWorld(options);
  world.create(0, 10n * wind);
  world.create(1, 5n * wind);
  world.nextBlock();
  return world;
}

test('a validator is created with its own stake, and is told to CometBFT at the end of the block', () => {
  const world = new StakingWorld();
  const { events } = world.create(0, 10n * wind);
  assert.deepEqual(events.map(text => text.split(' ')[0]), ['coin_spent', 'coin_received', 'create_validator']);
  assert.equal(events[2], `create_validator validator=${operatorOf(0)} amount=10000000uwind`);
  assert.deepEqual([world.validator(0).status, world.pool('not_bonded_tokens_pool'), world.pool('bonded_tokens_pool')], [1, 10n * wind, 0n]);
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), ['0=10']);
  assert.deepEqual([world.validator(0).status, world.pool('not_bonded_tokens_pool'), world.pool('bonded_tokens_pool')], [3, 0n, 10n * wind]);
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), []);
});

test('a delegation adds shares and power; events and refusals are the SDK’s', () => {
  const world = twoValidators();
  const { events } = world.delegate(2, 0, 1_500_000n);
  assert.equal(events.at(-1), `delegate validator=${operatorOf(0)} delegator=${personOf(2)} amount=1500000uwind new_shares=1500000.000000000000000000`);
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), ['0=11']);
  assert.equal(world.balance(2), 998_500_000n);
  assert.deepEqual([world.delegate(2, 7, 1n).code, world.delegate(2, 0, 0n).refused, world.delegate(2, 0, 10n ** 12n).refused],
    ['staking/3', 'invalid delegation amount: invalid request', 'failed to delegate; 998500000uwind is smaller than 1000000000000uwind: insufficient funds']);
  const wrongDenom = world.run('MsgDelegate', { delegatorAddress: personOf(2), validatorAddress: operatorOf(0), amount: { denom: 'other', amount: '5' } });
  assert.equal(wrongDenom.refused, 'invalid coin denomination: got other, expected uwind: invalid request');
});

test('an unbonding is paid out in the block whose time reaches it, not before', () => {
  const world = twoValidators();
  world.delegate(2, 0, 4n * wind);
  world.nextBlock();
  const { answer, events } = world.undelegate(2, 0, wind);
  const completion = world.time.seconds + unbondingSeconds;
  assert.deepEqual(answer, { completionTime: { seconds: completion, nanos: 0 }, amount: uwind(wind) });
  assert.match(events.at(-1) ?? '', /^unbond validator=\S+ delegator=\S+ amount=1000000uwind completion_time=20\S+Z$/);
  assert.deepEqual([world.pool('bonded_tokens_pool'), world.pool('not_bonded_tokens_pool')], [18n * wind, wind]);
  world.nextBlock(unbondingSeconds - 1n);
  assert.deepEqual(world.nextBlock(1n), []); // this block was one second early
  assert.equal(world.balance(2), 996n * wind);
  assert.equal(world.nextBlock().at(-1), `complete_unbonding amount=1000000uwind validator=${operatorOf(0)} delegator=${personOf(2)}`);
  assert.equal(world.balance(2), 997n * wind);
});

test('seven unbondings at a time, those of one block being one', () => {
  const world = twoValidators();
  world.delegate(2, 0, 100n);
  for (let entry = 0; entry < 7; entry += 1) {
    assert.equal(world.undelegate(2, 0, 1n).code, undefined);
    if (entry < 6) {
      assert.equal(world.undelegate(2, 0, 1n).code, undefined);
      world.nextBlock();
    }
  }
  const entries = world.core.stakingParts.rows.unbonding(world.stores, personOf(2), operatorOf(0))?.entries.map(({ balance }) => balance);
  assert.deepEqual(entries, [2n, 2n, 2n, 2n, 2n, 2n, 1n]);
  assert.equal(world.undelegate(2, 0, 1n).code, 'staking/27');
  world.nextBlock(unbondingSeconds - 6n);
  world.nextBlock();
  assert.equal(world.undelegate(2, 0, 1n).code, undefined); // the first is paid out
});

test('who takes everything out leaves no row; who asks for more is refused', () => {
  const world = twoValidators();
  world.delegate(2, 0, 5n);
  assert.equal(world.undelegate(2, 0, 6n).refused, 'invalid shares amount: invalid request');
  assert.equal(world.undelegate(3, 0, 6n).code, 'staking/19');
  assert.equal(world.undelegate(2, 0, 5n).code, undefined);
  assert.equal(world.core.staking.delegation(world.stores, personOf(2), operatorOf(0)), undefined);
  assert.equal(world.undelegate(2, 0, 1n).code, 'staking/19');
});

test('an operator who keeps less than promised is jailed, and a validator that loses all shares is removed when its unbonding is over', () => {
  const world = twoValidators();
  world.undelegate(1, 1, 5n * wind);
  assert.equal(world.validator(1).jailed, true);
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), ['1=0']);
  assert.equal(world.validator(1).status, 2);
  world.nextBlock(unbondingSeconds);
  world.nextBlock();
  assert.throws(() => world.validator(1), /no validator/);
  assert.equal(world.core.staking.validatorByConsensus(world.stores, new Uint8Array(20)), undefined);
  assert.equal(world.balance(1), 1000n * wind);
});

test('what is on its way back can be given again: part of an entry, or all of it', () => {
  const world = twoValidators();
  world.delegate(2, 0, 100n);
  const height = world.height;
  world.undelegate(2, 0, 60n);
  world.nextBlock();
  const cancel = (amount: bigint, creationHeight = height) =>
    world.run('MsgCancelUnbondingDelegation', { delegatorAddress: personOf(2), validatorAddress: operatorOf(0), amount: uwind(amount), creationHeight });
  assert.equal(cancel(61n).refused, 'amount is greater than the unbonding delegation entry balance: invalid request');
  assert.equal(cancel(1n, 99n).refused, 'unbonding delegation entry is not found at block height 99: not found');
  assert.equal(cancel(20n).events.at(-1), `cancel_unbonding_delegation amount=20uwind validator=${operatorOf(0)} delegator=${personOf(2)} creation_height=${height}`);
  assert.equal(world.core.stakingParts.rows.unbonding(world.stores, personOf(2), operatorOf(0))?.entries[0]?.initialBalance, 40n);
  assert.equal(cancel(40n).code, undefined);
  assert.match(cancel(1n).refused ?? '', /code = NotFound/);
  assert.equal(decText(world.core.staking.delegation(world.stores, personOf(2), operatorOf(0))?.shares ?? (0n as never)), '100.000000000000000000');
  world.nextBlock(unbondingSeconds);
  assert.deepEqual(world.nextBlock(), []); // its row in the queue leads to nothing
});

test('a redelegation counts at once and is remembered; hops wait, and so does the eighth', () => {
  const world = twoValidators();
  world.create(3, 3n * wind);
  world.delegate(2, 0, 100n);
  const { answer, events } = world.redelegate(2, 0, 1, 10n);
  assert.deepEqual(answer, { completionTime: { seconds: world.time.seconds + unbondingSeconds, nanos: 0 } });
  assert.match(events.at(-1) ?? '', /^redelegate source_validator=\S+ destination_validator=\S+ amount=10uwind completion_time=/);
  assert.equal(world.redelegate(2, 1, 3, 5n).code, 'staking/32');
  assert.equal(world.redelegate(2, 0, 0, 5n).code, 'staking/29');
  assert.equal(world.redelegate(2, 0, 9, 5n).code, 'staking/31');
  for (let entry = 0; entry < 6; entry += 1) assert.equal(world.redelegate(2, 0, 1, 1n).code, undefined);
  assert.equal(world.redelegate(2, 0, 1, 1n).code, 'staking/33');
  world.nextBlock(unbondingSeconds);
  assert.equal(world.nextBlock().at(-1), `complete_redelegation amount=16uwind delegator=${personOf(2)} source_validator=${operatorOf(0)} destination_validator=${operatorOf(1)}`);
  assert.equal(world.redelegate(2, 1, 3, 5n).code, undefined);
});

test('coins that leave an unbonded validator are free at once; those of an unbonding one go with it', () => {
  const world = twoValidators({ params: { max_validators: 1 } });
  world.delegate(2, 1, 100n);
  assert.deepEqual(world.redelegate(2, 1, 0, 10n).answer, { completionTime: { seconds: -62_135_596_800n, nanos: 0 } }); // never bonded
  world.delegate(3, 1, 20n * wind);
  world.nextBlock(); // 1 takes the place of 0
  const until = world.validator(0).unbondingTime;
  world.nextBlock(day);
  world.delegate(4, 0, 100n);
  assert.deepEqual(world.redelegate(4, 0, 1, 100n).answer, { completionTime: until });
});

test('a redelegation is shown although the validator that it went to is gone', () => {
  const world = twoValidators();
  world.create(3, 500_000n); // too little to be bonded
  world.delegate(2, 0, 100n);
  world.nextBlock();
  world.redelegate(2, 0, 3, 100n);
  world.undelegate(3, 3, 500_000n);
  world.undelegate(2, 3, 100n);
  assert.throws(() => world.validator(3), /no validator/);
  const ask = world.core.modules.map(({ queries }) => queries?.['/cosmos.staking.v1beta1.Query/Redelegations']).find(handler => handler !== undefined);
  const request = testCodecs.of<{ delegatorAddr: string }>('cosmos.staking.v1beta1.QueryRedelegationsRequest').encode({ delegatorAddr: personOf(2) });
  const bytes = ask?.({ stores: world.stores, height: world.height, chainId: testChainId }, request) as Uint8Array;
  type Answer = { redelegationResponses: { entries: { balance: string }[] }[] };
  const answer = testCodecs.of<Answer>('cosmos.staking.v1beta1.QueryRedelegationsResponse').decode(bytes);
  assert.deepEqual(answer.redelegationResponses.map(({ entries }) => entries.map(({ balance }) => balance)), [['0']]);
});
