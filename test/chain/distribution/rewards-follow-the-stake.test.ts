/** The examples that the SDK's own x/distribution is held to, with its figures; and what they leave out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText } from '../../../chain/index.js';
import { decCoinsOf, decCoinsText } from '../../../chain/dec-coins.js';
import { dec, decOf } from '../../../chain/decimal.js';
import { allocateToValidator } from '../../../chain/modules/distribution/allocation.js';
import { accountBytes, coinsOf, RewardWorld } from '../../support/reward-world.js';

const account = (fill: number): string => addressText(accountBytes(fill));
const million = 1_000_000n;

/** Coins that some validator's delegators and itself have earned. */
function allocate(world: RewardWorld, operator: string, coins: string): void {
  const ctx = world.block();
  world.give(world.auth.moduleAddress('distribution'), coinsOf(coins));
  allocateToValidator(world.parts, ctx, world.staking.validator(operator), decCoinsOf(coinsOf(coins)));
  world.check();
}

async function rewardsOf(world: RewardWorld, delegator: string, operator: string): Promise<string> {
  const { rewards } = await world.ask<{ rewards: { denom: string; amount: string }[] }>(world.distribution, 'DelegationRewards', { delegatorAddress: delegator, validatorAddress: operator });
  return rewards.map(({ denom, amount }) => `${Number(BigInt(amount)) / 1e18}${denom}`).join(',');
}

const withdraw = (world: RewardWorld, delegator: string, operator: string): unknown =>
  world.send(world.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress: delegator, validatorAddress: operator }).response['amount'];

test('a validator with a commission of half: half is its own, half its delegator’s', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  assert.equal(await rewardsOf(world, account(1), validator), '');
  allocate(world, validator, '10uwind');
  assert.equal(await rewardsOf(world, account(1), validator), '5uwind');
  assert.equal(world.commission(validator), '5.000000000000000000uwind');
  assert.equal(world.outstanding(validator), '10.000000000000000000uwind');
});

test('a slash does not touch what was earned before, and what is earned after goes to what is left', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  world.staking.slash(world.block(), validator, dec('0.5'));
  world.check();
  allocate(world, validator, `${10n * million}uwind`);
  assert.equal(await rewardsOf(world, account(1), validator), '5000000uwind');
  world.staking.slash(world.block(), validator, dec('0.5'));
  allocate(world, validator, `${10n * million}uwind`);
  assert.equal(await rewardsOf(world, account(1), validator), '10000000uwind');
  assert.equal(world.commission(validator), '10000000.000000000000000000uwind');
});

test('a delegator that joins later has no part in what was earned before', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  allocate(world, validator, '20uwind');
  world.staking.delegate(world.block(), account(2), validator, 100n * million);
  assert.equal(await rewardsOf(world, account(1), validator), '10uwind');
  assert.equal(await rewardsOf(world, account(2), validator), '');
  allocate(world, validator, '20uwind');
  assert.equal(await rewardsOf(world, account(1), validator), '15uwind');
  assert.equal(await rewardsOf(world, account(2), validator), '5uwind');
  assert.equal(world.commission(validator), '20.000000000000000000uwind');
});

test('two delegators and two slashes', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  allocate(world, validator, `${30n * million}uwind`);
  world.staking.slash(world.block(), validator, dec('0.5'));
  world.staking.delegate(world.block(), account(2), validator, 100n * million);
  allocate(world, validator, `${30n * million}uwind`);
  world.staking.slash(world.block(), validator, dec('0.5'));
  world.block();
  assert.equal(await rewardsOf(world, account(1), validator), '20000000uwind');
  assert.equal(await rewardsOf(world, account(2), validator), '10000000uwind');
  assert.equal(world.commission(validator), '30000000.000000000000000000uwind');
  world.check();
});

test('delegators withdraw again and again, and get what the SDK pays', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  allocate(world, validator, '20uwind');
  world.staking.delegate(world.block(), account(2), validator, 100n * million);
  allocate(world, validator, '20uwind');
  assert.deepEqual(withdraw(world, account(1), validator), [{ denom: 'uwind', amount: '15' }]);
  assert.deepEqual(withdraw(world, account(2), validator), [{ denom: 'uwind', amount: '5' }]);
  assert.deepEqual(world.send(world.distribution, 'MsgWithdrawValidatorCommission', { validatorAddress: validator }).response['amount'], [{ denom: 'uwind', amount: '20' }]);
  assert.equal(world.balance(account(1)), '35uwind');
  assert.equal(world.balance(account(2)), '5uwind');
  world.block();
  assert.deepEqual(withdraw(world, account(1), validator), [{ denom: 'uwind', amount: '0' }]); // nothing is a zero of the staked denom
  allocate(world, validator, '20uwind');
  assert.deepEqual(withdraw(world, account(1), validator), [{ denom: 'uwind', amount: '5' }]);
  allocate(world, validator, '20uwind');
  assert.deepEqual(withdraw(world, account(1), validator), [{ denom: 'uwind', amount: '5' }]);
  assert.deepEqual(withdraw(world, account(2), validator), [{ denom: 'uwind', amount: '10' }]);
  assert.equal(world.commission(validator), '20.000000000000000000uwind');
  world.check();
});

test('a commission of everything leaves its delegators nothing', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('1'));
  world.staking.delegate(world.block(), account(2), validator, 100n * million);
  allocate(world, validator, '20uwind');
  assert.deepEqual(withdraw(world, account(2), validator), [{ denom: 'uwind', amount: '0' }]);
  assert.equal(world.commission(validator), '20.000000000000000000uwind');
});

test('fees are shared by the power of who voted, after the community’s tax; what rounding loses is the community’s', () => {
  const world = new RewardWorld();
  const [a, b, c] = [world.validator(1, 100n * million, dec('0.5')), world.validator(2, 100n * million, dec('0')), world.validator(3, 100n * million, dec('0.1'))];
  world.block('100photon,634195840uwind', [a, b, c], [c]);
  world.check();
  // 98 % of 634195840 in three parts of 0.333333333333333333
  assert.equal(world.outstanding(a), '32.666666666666666634photon,207170641.066666666459496025uwind');
  assert.equal(world.outstanding(b), world.outstanding(a));
  assert.equal(world.outstanding(c), world.outstanding(a)); // who did not sign is punished by slashing, not here
  assert.equal(world.commission(b), '');
  assert.equal(world.commission(c), '3.266666666666666663photon,20717064.106666666645949602uwind');
  assert.equal(decCoinsText(world.pool()), '2.000000000000000098photon,12683916.800000000621511925uwind');
  assert.equal(world.balance(world.auth.moduleAddress('fee_collector')), '');
});

test('without votes, all fees are the community’s; so is the share of a voter that staking does not know', () => {
  const world = new RewardWorld();
  world.block('7uwind');
  assert.equal(decCoinsText(world.pool()), '7.000000000000000000uwind');
  const [a, b] = [world.validator(1, 10n * million, dec('0')), world.validator(2, 10n * million, dec('0'))];
  const stranger = world.staking.validator(b);
  world.block('100uwind', [a, b]);
  world.staking.undelegate(world.block(), account(2), b, decOf(10n * million)); // gone
  assert.equal(world.balance(account(2)), '49uwind');
  world.check();
  assert.equal(decCoinsText(world.pool()), '9.000000000000000000uwind');
  world.unknownVoter(stranger, '100uwind', a);
  assert.equal(decCoinsText(world.pool()), '60.000000000000000000uwind');
  world.check();
});

test('tiny amounts: nobody is paid a part of a coin, and every part is somewhere', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, million, dec('0.333333333333333333'));
  for (let fill = 2; fill <= 8; fill += 1) world.staking.delegate(world.block(), account(fill), validator, BigInt(fill) * 7n + 1n);
  for (let round = 0; round < 20; round += 1) {
    world.block('1uwind', [validator]);
    if (round % 5 === 0) world.staking.slash(world.block(), validator, dec('0.013'));
    const delegator = account(1 + (round % 8));
    withdraw(world, delegator, validator);
    world.check();
  }
});

test('a delegation that began in this block has earned nothing', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0'));
  allocate(world, validator, '10uwind');
  world.staking.delegate(world.context(), account(2), validator, 100n * million);
  assert.equal(await rewardsOf(world, account(2), validator), '');
  assert.deepEqual(withdraw(world, account(2), validator), [{ denom: 'uwind', amount: '0' }]);
});

test('what a validator without tokens earns is the community’s', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0'));
  world.staking.slash(world.block(), validator, dec('1'));
  allocate(world, validator, '10uwind');
  withdraw(world, account(1), validator);
  assert.equal(decCoinsText(world.pool()), '10.000000000000000000uwind');
  assert.equal(world.outstanding(validator), '');
  world.check();
});

test('a validator that is removed gets its commission, the community its dust, and nothing of it is left', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 3n * million, dec('0.1'));
  world.block('100uwind', [validator]);
  world.staking.undelegate(world.block(), account(1), validator, decOf(3n * million));
  assert.equal(world.balance(account(1)), '97uwind'); // 88.2 as a delegator, 9.8 as a validator
  assert.equal(decCoinsText(world.pool()), '3.000000000000000000uwind');
  world.check();
  assert.deepEqual(world.parts.rows.allHistorical(world.branch), []);
});
