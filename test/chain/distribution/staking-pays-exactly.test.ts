/** Distribution and slashing with the real staking: stakes that come and go, downtime, double signing, and the books after every step. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Misbehavior, ValidatorUpdate } from '../../../chain/abci/types.js';
import { operatorAddress } from '../../../chain/crypto/address.js';
import { allCanWithdraw, holdingsAreTheBalance, periodsAreCounted } from '../../../chain/modules/distribution/invariants.js';
import { makeRandom, type Random } from '../../support/chain-random.js';
import { consensusKeyOf, consensusOf, operatorOf, personOf, StakingWorld, uwind, type Outcome } from '../../support/staking-world.js';

const people = 8;
const million = 1_000_000n;

/** Who votes, as CometBFT has it: what a block answers counts in the last commit of the third block after it. */
class Voters {
  readonly #waiting: (readonly ValidatorUpdate[])[] = [[], []];
  readonly powers = new Map<number, bigint>();

  list(): [validator: number, power: bigint][] {
    return [...this.powers].sort(([a], [b]) => a - b);
  }

  blockEnded(updates: readonly ValidatorUpdate[]): void {
    this.#waiting.push(updates);
    for (const { pubKey, power } of this.#waiting.shift() ?? []) {
      const n = Array.from({ length: people }, (_, index) => index).find(index => Buffer.compare(consensusKeyOf(index), pubKey.ed25519 ?? new Uint8Array(0)) === 0);
      assert(n !== undefined);
      if (power === 0n) this.powers.delete(n);
      else this.powers.set(n, power);
    }
  }
}

function begin(): { world: StakingWorld; voters: Voters } {
  const world = new StakingWorld({ params: { unbonding_time: '20s', max_validators: 4 }, people, balance: 10_000n * million });
  world.core.slashing.setParams(world.context(), { ...world.core.slashing.params(world.stores), signedBlocksWindow: 8n, downtimeJailDuration: { seconds: 10n, nanos: 0 } });
  return { world, voters: new Voters() };
}

function check({ core, stores, height }: StakingWorld): void {
  const parts = { ...core.distribution, auth: core.auth };
  assert.equal(holdingsAreTheBalance(parts, stores) ?? periodsAreCounted(parts, stores) ?? allCanWithdraw(parts, stores, height), undefined);
}

function block(world: StakingWorld, voters: Voters, absent: (n: number) => boolean = () => false, misbehavior: Misbehavior[] = []): void {
  const votes = voters.list().map(([n, power]) => ({ validator: { address: consensusOf(n), power }, blockIdFlag: absent(n) ? 1 : 2 }));
  world.nextBlock(5n, { decidedLastCommit: { round: 0, votes }, misbehavior });
  voters.blockEnded(world.updates);
  check(world);
}

const payFees = (world: StakingWorld, payer: number, amount: bigint): unknown =>
  world.act(ctx => world.core.bank.sendToModule(ctx, personOf(payer), 'fee_collector', [{ denom: 'uwind', amount }]));

/** Runs a message of another module than staking. */
function send(world: StakingWorld, type: string, fields: object): string {
  const definition = world.core.modules.flatMap(({ msgs = [] }) => msgs).find(({ codec }) => codec.typeName === type);
  assert(definition, type);
  const message: unknown = definition.codec.decode(definition.codec.encode(fields));
  try {
    definition.validateBasic?.(message);
    world.act(ctx => definition.handle(ctx, message));
    return '';
  } catch (error) {
    assert(error instanceof Error && error.name === 'Refusal', String(error));
    return error.message;
  }
}

const withdraw = (world: StakingWorld, person: number, validator: number): string =>
  send(world, 'cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward', { delegatorAddress: personOf(person), validatorAddress: operatorOf(validator) });
const signingInfo = (world: StakingWorld, n: number) => world.core.slashing.signingInfo(world.stores, consensusOf(n));

test('a validator goes down, is jailed, comes back and goes on earning', () => {
  const { world, voters } = begin();
  for (const n of [0, 1, 2]) assert.equal(world.create(n, 100n * million).refused, undefined);
  world.delegate(5, 2, 50n * million);
  for (let count = 0; count < 4; count += 1) block(world, voters);
  assert.deepEqual(voters.list(), [[0, 100n], [1, 100n], [2, 150n]]);
  const start = signingInfo(world, 2)?.startHeight ?? assert.fail();
  while (!world.validator(2).jailed) {
    block(world, voters, n => n === 2);
    assert(world.height < 20n, 'it is jailed soon');
  }
  assert.equal(world.height, start + 9n); // the window is over, and more than four of eight were missed
  assert.equal(world.validator(2).tokens, 148_500_000n);
  assert.match(send(world, 'cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: operatorOf(2) }), /validator still jailed/);
  for (let count = 0; count < 3; count += 1) block(world, voters);
  assert.deepEqual(voters.list(), [[0, 100n], [1, 100n]]);
  assert.equal(send(world, 'cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: operatorOf(2) }), '');
  for (let count = 0; count < 4; count += 1) block(world, voters);
  assert.deepEqual(voters.list(), [[0, 100n], [1, 100n], [2, 148n]]);
  assert(signingInfo(world, 2)!.startHeight > start);
  payFees(world, 7, 348_000n);
  block(world, voters);
  const before = world.balance(5);
  assert.equal(withdraw(world, 5, 2), '');
  assert.equal(world.balance(5) - before, 43_511n); // 98 % of 348000, of it 148/348, of it 90 %, of it a third: 43512 less what is rounded
  check(world);
});

test('a double signer takes those down who redelegated after it signed; it is never bonded again', () => {
  const { world, voters } = begin();
  for (const n of [0, 1, 2]) world.create(n, 100n * million);
  world.delegate(5, 2, 100n * million);
  for (let count = 0; count < 4; count += 1) block(world, voters);
  const infraction = world.height;
  assert.equal(world.redelegate(5, 2, 1, 50n * million).refused, undefined);
  payFees(world, 7, million);
  block(world, voters);
  const evidence = { type: 1, validator: { address: consensusOf(2), power: 200n }, height: infraction + 1n, time: world.time, totalVotingPower: 400n };
  block(world, voters, () => false, [evidence]);
  assert.equal(world.validator(2).jailed, true);
  assert.equal(signingInfo(world, 2)?.tombstoned, true);
  // 5 % of 200: 2.5 of what was redelegated, the rest of what stayed
  assert.equal(world.validator(1).tokens, 147_500_000n);
  assert.equal(world.validator(2).tokens, 142_500_000n);
  assert.equal(withdraw(world, 5, 1), '');
  assert.equal(withdraw(world, 5, 2), '');
  check(world);
  block(world, voters, () => false, [evidence]);
  assert.equal(world.validator(2).tokens, 142_500_000n);
  assert.match(send(world, 'cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: operatorOf(2) }), /validator still jailed/);
});

function randomStep(world: StakingWorld, voters: Voters, random: Random): Outcome | undefined {
  const [person, validator, other] = [random.below(people), random.below(people), random.below(people)];
  const amount = BigInt(1 + random.below(40_000_000));
  switch (random.below(10)) {
    case 0: return world.create(person, million + amount);
    case 1: return world.delegate(person, validator, amount);
    case 2: return world.undelegate(person, validator, amount);
    case 3: return world.redelegate(person, validator, other, amount);
    case 4: withdraw(world, person, validator); return undefined;
    case 5: send(world, 'cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission', { validatorAddress: operatorOf(validator) }); return undefined;
    case 6: send(world, 'cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: operatorOf(validator) }); return undefined;
    case 7: return world.run('MsgUndelegate', { delegatorAddress: personOf(person), validatorAddress: operatorOf(validator), amount: uwind(stakeOf(world, person, validator)) });
    default: {
      payFees(world, person, BigInt(1 + random.below(100_000)));
      const down = random.below(3);
      const accused = random.below(12);
      const evidence = voters.powers.has(accused) && world.core.staking.validatorByConsensus(world.stores, consensusOf(accused))
        ? [{ type: 1 + random.below(2), validator: { address: consensusOf(accused), power: voters.powers.get(accused) ?? 0n }, height: world.height, time: world.time, totalVotingPower: 1n }]
        : [];
      block(world, voters, n => n % 3 === down, random.below(4) === 0 ? evidence : []);
      return undefined;
    }
  }
}

function stakeOf(world: StakingWorld, person: number, validator: number): bigint {
  const delegation = world.core.staking.delegation(world.stores, personOf(person), operatorOf(validator));
  const known = world.core.staking.validator(world.stores, operatorOf(validator));
  return delegation && known && known.delegatorShares > 0n ? (delegation.shares * known.tokens) / known.delegatorShares || 1n : 1n;
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`random histories, seed ${seed}`, () => {
    const random = makeRandom(seed);
    const { world, voters } = begin();
    for (const n of [0, 1, 2, 3]) world.create(n, 100n * million);
    let done = 0;
    for (let step = 0; step < 150; step += 1) {
      if (randomStep(world, voters, random)?.answer) done += 1;
      check(world);
    }
    assert(done > 5, 'not all of it is refused');
    assert(world.core.staking.validators(world.stores).every(({ operatorAddress: text }) => 'bytes' in operatorAddress.parse(text)));
  });
}
