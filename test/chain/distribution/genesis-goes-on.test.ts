/** What is exported is imported: the same rows, and the same future. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, type StoreBranch } from '../../../chain/index.js';
import { dec } from '../../../chain/decimal.js';
import { accountBytes, coinsOf, RewardWorld } from '../../support/reward-world.js';
import { consensusOf } from '../../support/scripted-staking.js';

const account = (fill: number): string => addressText(accountBytes(fill));
const million = 1_000_000n;
const rowsOf = (branch: StoreBranch, store: string): string[] => [...branch.store(store).iterate()].map(row => row.map(bytes => Buffer.from(bytes).toString('hex')).join(' '));

function eventful(): { world: RewardWorld; a: string; b: string } {
  const world = new RewardWorld();
  const [a, b] = [world.validator(1, 100n * million, dec('0.1')), world.validator(2, 30n * million, dec('0'))];
  world.block('12345uwind', [a, b]);
  world.staking.delegate(world.block(), account(3), a, 7n * million);
  for (let block = 0; block < 5; block += 1) world.block(`${block + 1}99photon`, [a, b], [b]);
  world.staking.slash(world.context(), a, dec('0.05'));
  world.send(world.distribution, 'MsgSetWithdrawAddress', { delegatorAddress: account(3), withdrawAddress: account(4) });
  world.send(world.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress: account(1), validatorAddress: a });
  world.block('777uwind', [a, b]);
  world.check();
  return { world, a, b };
}

test('the state of distribution and slashing goes through JSON and comes back row by row', () => {
  const { world, a, b } = eventful();
  const distribution = JSON.parse(JSON.stringify(world.distribution.exportGenesis?.(world.branch))) as Record<string, unknown>;
  const slashing = JSON.parse(JSON.stringify(world.slashing.exportGenesis?.(world.branch))) as { params: object };
  assert.deepEqual(slashing.params, {
    signed_blocks_window: '100', min_signed_per_window: '0.500000000000000000', downtime_jail_duration: '600s',
    slash_fraction_double_sign: '0.050000000000000000', slash_fraction_downtime: '0.010000000000000000',
  });
  assert.equal((distribution['params'] as { community_tax: string }).community_tax, '0.020000000000000000');
  const held = coinsOf(world.balance(world.auth.moduleAddress('distribution')));
  const other = new RewardWorld({ distribution, slashing, balances: [[world.auth.moduleAddress('distribution'), held]] });
  other.staking.goOnFrom(world.staking);
  other.distribution.finishGenesis?.(other.context('genesis'));
  other.slashing.finishGenesis?.(other.context('genesis'));
  for (const store of ['distribution', 'slashing']) assert.deepEqual(rowsOf(other.branch, store), rowsOf(world.branch, store));
  other.height = world.height;
  other.check();
  for (const one of [world, other]) {
    one.block('1000uwind', [a, b]);
    one.send(one.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress: account(3), validatorAddress: a });
  }
  assert.deepEqual(rowsOf(other.branch, 'distribution'), rowsOf(world.branch, 'distribution'));
  assert.equal(consensusOf(other.staking.validator(b)).length, 20);
});

test('a genesis that does not add up is refused by name', () => {
  const { world } = eventful();
  const good = world.distribution.exportGenesis?.(world.branch) as Record<string, unknown[]>;
  const held = coinsOf(world.balance(world.auth.moduleAddress('distribution')));
  const begin = (changes: Record<string, unknown>, coins = held) => (): void => {
    const other = new RewardWorld({ distribution: { ...good, ...changes }, balances: [[world.auth.moduleAddress('distribution'), coins]] });
    other.staking.goOnFrom(world.staking);
    other.distribution.finishGenesis?.(other.context('genesis'));
  };
  assert.doesNotThrow(begin({}));
  assert.throws(begin({}, coinsOf('1uwind')), /app_state.distribution.outstanding_rewards: .* balance does not match/);
  assert.throws(begin({ delegator_starting_infos: [] }), /app_state.distribution: period \d+ of windlassvaloper\w+ is held by/);
  assert.throws(begin({ validator_slash_events: [] }), /app_state.distribution: period/);
  assert.throws(begin({ validator_current_rewards: [] }), /app_state.distribution: period/);
  assert.throws(begin({ params: { community_tax: '1.5' } }), /app_state.distribution.params: community tax too large/);
  assert.throws(begin({ fee_pool: { community_pool: [{ denom: 'uwind', amount: '-1.0' }] } }), /fee_pool: coins must be positive/);
  assert.throws(begin({ delegator_withdraw_infos: [{ delegator_address: 'x', withdraw_address: 'y' }] }), /x is not an address/);
});

test('slashing refuses what it could not have exported', () => {
  const { world, b } = eventful();
  const good = world.slashing.exportGenesis?.(world.branch) as { missed_blocks: { address: string; missed_blocks: object[] }[]; signing_infos: object[] };
  const begin = (changes: object) => (): void => {
    const other = new RewardWorld({ slashing: { ...good, ...changes } });
    other.staking.goOnFrom(world.staking);
    other.slashing.finishGenesis?.(other.context('genesis'));
  };
  assert.doesNotThrow(begin({}));
  assert.throws(begin({ signing_infos: [], missed_blocks: [] }), /signing_infos: the bonded validator windlassvaloper\w+ has none/);
  assert.throws(begin({ missed_blocks: good.missed_blocks.map(one => ({ ...one, missed_blocks: [{ index: '3', missed: true }] })) }), /1 missed blocks, and another counter/);
  assert.throws(begin({ missed_blocks: [{ address: good.missed_blocks[0]?.address, missed_blocks: [{ index: '100', missed: true }] }] }), /outside of the window/);
  assert.throws(begin({ missed_blocks: [{ address: b, missed_blocks: [] }] }), /is no consensus address/);
  assert.throws(begin({ params: { signed_blocks_window: '10' } }), /min signed per window cannot be nil|downtime jail duration/);
});
