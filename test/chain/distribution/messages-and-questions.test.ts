import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressText, Refusal } from '../../../chain/index.js';
import { governanceAddress } from '../../../chain/authority.js';
import { decCoinsText } from '../../../chain/dec-coins.js';
import { dec } from '../../../chain/decimal.js';
import { accountBytes, coinsOf, RewardWorld } from '../../support/reward-world.js';

const account = (fill: number): string => addressText(accountBytes(fill));
const million = 1_000_000n;
const wire = (text: string): { denom: string; amount: string }[] => coinsOf(text).map(({ denom, amount }) => ({ denom, amount: String(amount) }));
const refused = (codespace: string, code: number, message: string) => (error: unknown): boolean =>
  error instanceof Refusal && error.codespace === codespace && error.code === code && error.message === message;

test('rewards and commission go where the delegator said', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  const set = (withdrawAddress: string) => world.send(world.distribution, 'MsgSetWithdrawAddress', { delegatorAddress: account(1), withdrawAddress });
  const collector = world.auth.moduleAddress('fee_collector');
  assert.throws(() => set(collector), refused('sdk', 4, `${collector} is not allowed to receive external funds: unauthorized`));
  assert.throws(() => set('x'), refused('sdk', 7, 'invalid withdraw address: decoding bech32 failed: invalid bech32 string length 1: invalid address'));
  assert.deepEqual(set(account(9)).ctx.events.events.map(({ type, attributes }) => [type, attributes[0]?.value]), [['set_withdraw_address', account(9)]]);
  world.block('100uwind', [validator]);
  const { ctx } = world.send(world.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress: account(1), validatorAddress: validator });
  assert.deepEqual(ctx.events.events.at(-1), { type: 'withdraw_rewards', attributes: [['amount', '49uwind'], ['validator', validator], ['delegator', account(1)]].map(([key, value]) => ({ key, value, index: true })) });
  world.send(world.distribution, 'MsgWithdrawValidatorCommission', { validatorAddress: validator });
  assert.equal(world.balance(account(9)), '98uwind');
  assert.equal(world.balance(account(1)), '');
  const update = (params: object) => world.send(world.distribution, 'MsgUpdateParams', { authority: governanceAddress, params });
  update({ communityTax: '0', baseProposerReward: '0', bonusProposerReward: '0', withdrawAddrEnabled: false });
  assert.throws(() => set(account(8)), refused('distribution', 8, 'set withdraw address disabled'));
  assert.throws(() => update({ communityTax: String(dec('1.1')) }), refused('undefined', 1, 'community tax too large: 1.100000000000000000'));
  assert.throws(() => update({ communityTax: '-1' }), /community tax must be positive/);
  assert.throws(() => update({ communityTax: '1', baseProposerReward: '1' }), /deprecated fields/);
  assert.throws(() => world.send(world.distribution, 'MsgUpdateParams', { authority: account(1), params: {} }), { codespace: 'gov', code: 13 });
});

test('what cannot be withdrawn is refused in the SDK’s words', () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0.5'));
  const stranger = new RewardWorld().validator(7, million, dec('0'));
  const withdraw = (delegatorAddress: string, validatorAddress: string) => () => world.send(world.distribution, 'MsgWithdrawDelegatorReward', { delegatorAddress, validatorAddress });
  assert.throws(withdraw(account(1), stranger), refused('staking', 3, 'validator does not exist'));
  assert.throws(withdraw(account(2), validator), refused('staking', 19, 'no delegation for (address, validator) tuple'));
  assert.throws(withdraw(account(2), account(1)), /invalid validator address: hrp does not match bech32 prefix: expected 'windlassvaloper' got 'windlass': internal logic error: invalid address/);
  assert.throws(() => world.send(world.distribution, 'MsgWithdrawValidatorCommission', { validatorAddress: validator }), refused('distribution', 7, 'no validator commission to withdraw'));
});

test('anybody may give to the community, only governance spends, and not more than there is', () => {
  const world = new RewardWorld({ balances: [[account(5), coinsOf('100uwind')]] });
  world.send(world.distribution, 'MsgFundCommunityPool', { depositor: account(5), amount: wire('70uwind') });
  assert.throws(() => world.send(world.distribution, 'MsgFundCommunityPool', { depositor: account(5), amount: [] }), refused('sdk', 10, 'amount cannot be nil: invalid coins'));
  assert.throws(() => world.send(world.distribution, 'MsgFundCommunityPool', { depositor: account(5), amount: wire('31uwind') }), { codespace: 'sdk', code: 5 });
  const spend = (authority: string, recipient: string, amount: string) => () => world.send(world.distribution, 'MsgCommunityPoolSpend', { authority, recipient, amount: wire(amount) });
  assert.throws(spend(account(5), account(5), '1uwind'), { codespace: 'gov', code: 13 });
  assert.throws(spend(governanceAddress, account(6), '71uwind'), refused('distribution', 9, 'community pool does not have sufficient coins to distribute'));
  assert.throws(spend(governanceAddress, world.auth.moduleAddress('fee_collector'), '1uwind'), { codespace: 'sdk', code: 4 });
  spend(governanceAddress, account(6), '30uwind')();
  assert.equal(world.balance(account(6)), '30uwind');
  assert.equal(decCoinsText(world.pool()), '40.000000000000000000uwind');
  world.check();
});

test('anybody may give to a validator’s delegators, of whom the validator takes its commission', () => {
  const world = new RewardWorld({ balances: [[account(5), coinsOf('100uwind')]] });
  const validator = world.validator(1, 100n * million, dec('0.1'));
  const stranger = new RewardWorld().validator(7, million, dec('0'));
  const deposit = (validatorAddress: string) => world.send(world.distribution, 'MsgDepositValidatorRewardsPool', { depositor: account(5), validatorAddress, amount: wire('100uwind') });
  assert.throws(() => deposit(stranger), refused('staking', 3, 'validator does not exist'));
  deposit(validator);
  assert.equal(world.commission(validator), '10.000000000000000000uwind');
  assert.equal(world.outstanding(validator), '100.000000000000000000uwind');
  world.check();
});

test('questions about a delegator: its validators, its rewards and their sum, its receiver', async () => {
  const world = new RewardWorld();
  const validators = [world.validator(1, 10n * million, dec('0')), world.validator(2, 10n * million, dec('0.5'))];
  for (const validator of validators) world.staking.delegate(world.block(), account(3), validator, 10n * million);
  world.block('10000uwind', validators);
  const ask = <Response>(name: string): Promise<Response> => world.ask<Response>(world.distribution, name, { delegatorAddress: account(3) });
  assert.deepEqual((await ask<{ validators: string[] }>('DelegatorValidators')).validators.sort(), [...validators].sort());
  const { rewards, total } = await ask<{ rewards: { validatorAddress: string; reward: object[] }[]; total: object[] }>('DelegationTotalRewards');
  assert.deepEqual(rewards.map(({ validatorAddress, reward }) => [validatorAddress, reward]), [
    [validators[0], [{ denom: 'uwind', amount: String(dec('2450')) }]], [validators[1], [{ denom: 'uwind', amount: String(dec('1225')) }]],
  ]);
  assert.deepEqual(total, [{ denom: 'uwind', amount: String(dec('3675')) }]);
  assert.deepEqual(await ask('DelegatorWithdrawAddress'), { withdrawAddress: account(3) });
  const info = await world.ask(world.distribution, 'ValidatorDistributionInfo', { validatorAddress: validators[1] });
  assert.deepEqual(info, { operatorAddress: account(2), selfBondRewards: [{ denom: 'uwind', amount: String(dec('1225')) }], commission: [{ denom: 'uwind', amount: String(dec('2450')) }] });
  await assert.rejects(world.ask(world.distribution, 'DelegatorValidators', { delegatorAddress: '' }), /code = InvalidArgument desc = empty delegator address/);
  await assert.rejects(world.ask(world.distribution, 'ValidatorCommission', { validatorAddress: new RewardWorld().validator(7, million, dec('0')) }), /validator does not exist: unknown request/);
  await assert.rejects(world.ask(world.distribution, 'DelegationRewards', { delegatorAddress: account(9), validatorAddress: validators[0] }), /delegation does not exist/);
});

test('slashes are listed by their heights, in pages', async () => {
  const world = new RewardWorld();
  const validator = world.validator(1, 100n * million, dec('0'));
  for (let count = 1; count <= 6; count += 1) world.staking.slash(world.block(), validator, dec(`0.${count}`)); // at heights 2 to 7
  const ask = (startingHeight: bigint, endingHeight: bigint, pagination?: object): Promise<{ slashes: { fraction: string }[]; pagination: { nextKey: Uint8Array; total: bigint } }> =>
    world.ask(world.distribution, 'ValidatorSlashes', { validatorAddress: validator, startingHeight, endingHeight, pagination });
  const heights = ({ slashes }: { slashes: { fraction: string }[] }): number[] => slashes.map(({ fraction }) => Math.round(Number(fraction) / 1e17) + 1);
  assert.deepEqual(heights(await ask(3n, 5n)), [3, 4, 5]);
  assert.deepEqual(heights(await ask(0n, (1n << 64n) - 1n)), [2, 3, 4, 5, 6, 7]);
  assert.deepEqual(heights(await ask(8n, 9n)), []);
  const first = await ask(3n, 6n, { limit: 3n, countTotal: true });
  assert.deepEqual([heights(first), first.pagination.total], [[3, 4, 5], 4n]);
  assert.deepEqual(heights(await ask(3n, 6n, { key: first.pagination.nextKey, limit: 3n })), [6]);
  assert.deepEqual(heights(await ask(3n, 6n, { limit: 2n, reverse: true })), [6, 5]);
  await assert.rejects(ask(5n, 3n), /starting height greater than ending height \(5 > 3\)/);
});
