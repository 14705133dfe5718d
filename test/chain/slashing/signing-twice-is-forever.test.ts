import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal, type Context } from '../../../chain/index.js';
import { consensusAddress } from '../../../chain/crypto/address.js';
import { dec } from '../../../chain/decimal.js';
import { RewardWorld } from '../../support/reward-world.js';
import { consensusOf } from '../../support/scripted-staking.js';

const million = 1_000_000n;
const slashes = (ctx: Context): (readonly (readonly [string, string])[])[] => ctx.events.events
  .filter(({ type }) => type === 'slash').map(({ attributes }) => attributes.map(({ key, value }) => [key, value] as const));

function world(): { chain: RewardWorld; a: string; b: string } {
  const chain = new RewardWorld();
  return { chain, a: chain.validator(1, 100n * million, dec('0')), b: chain.validator(2, 50n * million, dec('0')) };
}

test('a double signer is slashed for the stake it signed with, jailed and tombstoned, once', () => {
  const { chain, a, b } = world();
  const address = consensusAddress.text(consensusOf(chain.staking.validator(b)));
  chain.block('', [a, b]);
  const ctx = chain.block('1000000uwind', [a, b], [], [{ operator: b, height: 2n, power: 50n }, { operator: b, height: 1n, power: 50n }]);
  assert.deepEqual(chain.staking.punishments, [{ kind: 'slash', infractionHeight: 1n, power: 50n, fraction: dec('0.05') }, { kind: 'jail' }]);
  assert.deepEqual(slashes(ctx), [[['address', address], ['power', '50'], ['reason', 'double_sign'], ['burned_coins', '2500000']], [['jailed', address]]]);
  const info = chain.slashingKeeper.signingInfo(chain.branch, consensusOf(chain.staking.validator(b)));
  assert.equal(info?.tombstoned, true);
  assert.deepEqual(info?.jailedUntil, { seconds: 253_402_300_799n, nanos: 0 });
  chain.block('', [a, [b, 50n]], [], [{ operator: b, height: 2n, power: 50n, type: 2 }]);
  assert.equal(chain.staking.punishments.length, 2);
  chain.seconds += 10n ** 9n;
  assert.throws(() => chain.send(chain.slashing, 'MsgUnjail', { validatorAddr: b }), (error: unknown) => error instanceof Refusal && error.code === 4);
  chain.check(); // its share of the fees was counted before the slash
});

test('an attack on light clients counts as much; a kind that nobody knows does not', () => {
  const { chain, b } = world();
  chain.block('', [], [], [{ operator: b, type: 0 }]);
  assert.deepEqual(chain.staking.punishments, []);
  chain.block('', [], [], [{ operator: b, type: 2 }]);
  assert.equal(chain.staking.validator(b).jailed, true);
});

test('who sits in jail already is slashed, but not jailed again', () => {
  const { chain, b } = world();
  chain.staking.change(b, { jailed: true, status: 2 });
  chain.block('', [], [], [{ operator: b }]);
  assert.deepEqual(chain.staking.punishments.map(({ kind }) => kind), ['slash']);
});

test('evidence that is too old by time and by blocks is ignored, not what is too old by one of them', () => {
  const { chain, a, b } = world();
  chain.height = 100n;
  const old = { height: 90n, seconds: chain.seconds - 96n }; // by 11 blocks and 101 seconds when it comes; 10 and 100 are allowed
  const evidence = [{ operator: b, ...old }, { operator: a, ...old, height: 91n }];
  chain.block('', [], [], evidence);
  assert.deepEqual([chain.staking.validator(a).jailed, chain.staking.validator(b).jailed], [true, false]);
  chain.block('', [], [], [{ operator: b, ...old, seconds: chain.seconds - 95n }]);
  assert.equal(chain.staking.validator(b).jailed, true);
});

test('a validator that has nothing at stake any more is left alone', () => {
  const { chain, b } = world();
  chain.staking.change(b, { status: 1 });
  chain.block('', [[b, 50n]], [b], [{ operator: b }]);
  assert.deepEqual(chain.staking.punishments, []);
});
