/** Anything in any order: after every step the books of distribution agree with each other and with the bank. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, Refusal, type Delegation } from '../../../chain/index.js';
import { operatorAddress } from '../../../chain/crypto/address.js';
import { dec, mulDec, type Dec } from '../../../chain/decimal.js';
import { accountBytes, RewardWorld } from '../../support/reward-world.js';
import { makeRandom } from '../../support/chain-random.js';

type Random = ReturnType<typeof makeRandom>;

const account = (fill: number): string => addressText(accountBytes(fill));
const rates = ['0', '0.05', '0.333333333333333333', '0.1', '1'].map(dec);
const slashes = ['0.01', '0.05', '0.5', '0.000001', '0.123456789012345678', '1'].map(dec);
const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T;

function step(world: RewardWorld, random: Random): void {
  const validators = world.staking.view.validators(world.branch);
  const operator = pick(random, validators)?.operatorAddress;
  const delegations = world.staking.view.delegations(world.branch);
  switch (operator === undefined ? 0 : random.below(8)) {
    case 0: return createValidator(world, random);
    case 1: case 2: {
      const fees = [`${random.below(1000)}photon`, `${random.below(10_000_000)}uwind`].filter(text => !text.startsWith('0')).join(',');
      world.block(fees, validators.map(one => [one.operatorAddress, BigInt(random.below(1000))] as const));
      return;
    }
    case 3: {
      const { tokens, delegatorShares } = world.staking.validator(operator);
      if (tokens === 0n && delegatorShares > 0n) return; // worthless: staking refuses it
      return world.staking.delegate(world.context(), account(1 + random.below(9)), operator, 1n + BigInt(random.below(5_000_000)));
    }
    case 4: return undelegate(world, random, pick(random, delegations));
    case 5: {
      world.staking.slash(world.context(), operator, pick(random, slashes));
      return;
    }
    case 6: {
      const { delegatorAddress, validatorAddress } = pick(random, delegations);
      world.send(world.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress, validatorAddress });
      return;
    }
    default: return withdrawCommission(world, operator);
  }
}

function createValidator(world: RewardWorld, random: Random): void {
  const fill = 20 + random.below(4);
  if (world.staking.view.validators(world.branch).some(({ operatorAddress: text }) => text === operatorAddress.text(accountBytes(fill)))) return;
  world.validator(fill, 1_000_000n * BigInt(1 + random.below(50)), pick(random, rates));
}

function undelegate(world: RewardWorld, random: Random, { delegatorAddress, validatorAddress, shares }: Delegation): void {
  const part: Dec = random.below(3) === 0 ? shares : mulDec(shares, dec('0.618'));
  if (part > 0n) world.staking.undelegate(world.context(), delegatorAddress, validatorAddress, part);
}

function withdrawCommission(world: RewardWorld, operator: string): void {
  try {
    world.send(world.distribution, 'MsgWithdrawValidatorCommission', { validatorAddress: operator });
  } catch (error) {
    assert(error instanceof Refusal && error.codespace === 'distribution' && error.code === 7, String(error));
  }
}

for (let seed = 1; seed <= 12; seed += 1) {
  test(`random stakes, fees and slashes, seed ${seed}`, () => {
    const random = makeRandom(seed);
    const world = new RewardWorld();
    for (let done = 0; done < 120; done += 1) {
      step(world, random);
      world.check();
      if (random.below(3) === 0) world.block();
    }
    for (const { delegatorAddress, validatorAddress, shares } of world.staking.view.delegations(world.branch)) {
      world.block();
      world.staking.undelegate(world.context(), delegatorAddress, validatorAddress, shares);
      world.check();
    }
    assert.deepEqual(world.parts.rows.outstanding.all(world.branch), []);
    assert.deepEqual(world.parts.rows.allHistorical(world.branch), []);
  });
}
