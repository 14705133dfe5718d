import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governanceAddress } from '../../../chain/authority.js';
import { personOf, StakingWorld, unbondingSeconds } from '../../support/staking-world.js';

const wind = 1_000_000n;

const params = {
  unbondingTime: { seconds: unbondingSeconds, nanos: 0 }, maxValidators: 100, maxEntries: 7, historicalEntries: 3, bondDenom: 'other', minCommissionRate: '0',
};

test('the bond denom stays what it is while anything is staked or on its way back', () => {
  const world = new StakingWorld();
  const change = () => world.run('MsgUpdateParams', { authority: governanceAddress, params }).refused;
  world.create(0, 10n * wind);
  world.create(1, 10n * wind);
  world.nextBlock();
  assert.equal(change(), 'bond denom cannot change while coins are staked or on their way back');
  world.undelegate(0, 0, 10n * wind);
  world.nextBlock(unbondingSeconds); // the pools move, in the denom that they hold
  assert.equal(world.nextBlock().filter(text => text.startsWith('complete_unbonding')).length, 1);
  assert.equal(world.balance(0), 1000n * wind);
});

test('where nothing is staked the bond denom may change', () => {
  const world = new StakingWorld();
  assert.equal(world.run('MsgUpdateParams', { authority: governanceAddress, params }).refused, undefined);
  assert.equal(world.core.staking.bondDenom(world.stores), 'other');
});

test('a genesis with more of the bond denom than CometBFT can hold as power is refused', () => {
  const most = ((2n ** 63n - 1n) / 8n) * wind;
  assert.throws(() => new StakingWorld({ people: 1, balance: most + 1n }), /the supply of the bond denom is 1152921504606846975000001uwind, and no more than 1152921504606846975000000 can be staked/);
  const world = new StakingWorld({ people: 1, balance: most });
  assert.equal(world.create(0, most).refused, undefined);
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), ['0=1152921504606846975']);
});

test('a genesis with more of a denom than rewards can count is refused', () => {
  const bank = (amount: bigint) => ({ bank: { balances: [{ address: personOf(0), coins: [{ denom: 'shell', amount: String(amount) }] }] } });
  assert.throws(() => new StakingWorld({ appState: bank(2n ** 255n) }), /the supply of shell does not fit 255 bits/);
  const world = new StakingWorld({ appState: bank(2n ** 255n - 1n) });
  world.nextBlock();
  world.nextBlock();
  world.act(ctx => world.core.bank.sendToModule(ctx, personOf(0), 'fee_collector', [{ denom: 'shell', amount: 2n ** 255n - 1n }]));
  world.nextBlock();
  assert.equal(world.core.distribution.rows.pool(world.stores)[0]?.amount, (2n ** 255n - 1n) * 10n ** 18n);
});

test('nobody joins the validators of a chain whose genesis staked none', () => {
  const world = new StakingWorld();
  world.nextBlock();
  assert.equal(world.create(0, 10n * wind).refused, 'the validators of this chain are fixed by its genesis: feature not supported');
  world.nextBlock();
  assert.deepEqual(world.updateTexts(), []);
});
