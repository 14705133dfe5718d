/** Distribution and slashing: fees are shared, rewards withdrawn, validators jailed and released. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { addressText, hexText, moduleAddress } from '../../../../chain/index.js';
import { sendMsg } from '../../../support/chain-wallet.js';
import { consensusOf, creation as newValidator, uwind } from '../../../support/staking-world.js';
import { operatorOf, Stage, wind } from '../stage.js';
import type { Story } from '../story.js';

const distribution = (name: string, value: object): EncodeObject => ({ typeUrl: `/cosmos.distribution.v1beta1.${name}`, value });
const richFee = { fee: { amount: [uwind(1_000_000n)], gas: '2000000' } };

export async function rewardsStory(): Promise<Story> {
  const stage = await Stage.open({
    slashing: {
      params: { signed_blocks_window: '4', min_signed_per_window: '0.500000000000000000', downtime_jail_duration: '600s', slash_fraction_double_sign: '0.050000000000000000', slash_fraction_downtime: '0.010000000000000000' },
      signing_infos: [], missed_blocks: [],
    },
  });
  await rewards(stage);
  await pool(stage);
  await jail(stage);
  return stage.end();
}

async function rewards(stage: Stage): Promise<void> {
  const { cat, ann, bob, val0 } = stage.cast;
  const withdraw = (more: object): EncodeObject[] => [distribution('MsgWithdrawDelegatorReward', { delegatorAddress: cat.address, validatorAddress: operatorOf(val0), ...more })];
  const redirect = (withdrawAddress: string): EncodeObject[] => [distribution('MsgSetWithdrawAddress', { delegatorAddress: cat.address, withdrawAddress })];
  const commission = (wallet: typeof cat): EncodeObject[] => [distribution('MsgWithdrawValidatorCommission', { validatorAddress: operatorOf(wallet) })];
  await stage.tx('a delegation', cat, [{ typeUrl: '/cosmos.staking.v1beta1.MsgDelegate', value: { delegatorAddress: cat.address, validatorAddress: operatorOf(val0), amount: uwind(10n * wind) } }]);
  await stage.ask('rewards: no delegation', ann, withdraw({ delegatorAddress: ann.address }));
  await stage.ask('rewards: no validator', cat, withdraw({ validatorAddress: operatorOf(cat) }));
  await stage.ask('rewards: bad validator', cat, withdraw({ validatorAddress: 'x' }));
  await stage.ask('commission: no validator', cat, commission(cat));
  await stage.tx('rewards of nothing', cat, withdraw({}));
  await stage.tx('commission of nothing', val0, commission(val0));
  await stage.tx('a rich fee', ann, [sendMsg(ann.address, bob.address, '1')], richFee);
  await stage.pass(5);
  await stage.ask('redirect: bad address', cat, redirect('x'));
  await stage.ask('redirect: to a module', cat, redirect(addressText(moduleAddress('fee_collector'))));
  await stage.tx('rewards are withdrawn', cat, withdraw({}), { mode: 'amino' });
  await stage.tx('rewards are redirected', cat, redirect(bob.address), { mode: 'amino' });
  await stage.tx('another rich fee', ann, [sendMsg(ann.address, bob.address, '1')], richFee);
  await stage.pass(5);
  await stage.tx('redirected rewards', cat, withdraw({}));
  await stage.tx('commission', val0, commission(val0));
  await stage.tx('commission again, of nothing', val0, commission(val0));
  await stage.tx('another rich fee', ann, [sendMsg(ann.address, bob.address, '1')], richFee);
  await stage.pass(5);
  await stage.tx('an unbonding pays rewards', cat, [{ typeUrl: '/cosmos.staking.v1beta1.MsgUndelegate', value: { delegatorAddress: cat.address, validatorAddress: operatorOf(val0), amount: uwind(wind) } }]);
}

async function pool(stage: Stage): Promise<void> {
  const { cat } = stage.cast;
  const fund = (amount: readonly object[]): EncodeObject[] => [distribution('MsgFundCommunityPool', { depositor: cat.address, amount })];
  await stage.ask('fund: nothing', cat, fund([]));
  await stage.ask('fund: zero', cat, fund([uwind(0)]));
  await stage.ask('fund: more than there is', cat, fund([uwind(100_000n * wind)]));
  await stage.tx('the pool is funded', cat, fund([uwind(7)]), { mode: 'amino' });
}

async function jail(stage: Stage): Promise<void> {
  const { val0, val1, ann } = stage.cast;
  const unjail = (wallet: typeof ann): EncodeObject[] => [{ typeUrl: '/cosmos.slashing.v1beta1.MsgUnjail', value: { validatorAddr: operatorOf(wallet) } }];
  await stage.ask('unjail: no validator', ann, unjail(ann));
  await stage.ask('unjail: not jailed', val0, unjail(val0));
  const [strong, weak] = [0, 1].map(n => ({ address: hexText(consensusOf(n)), power: n === 0 ? 109 : 50 })) as [{ address: string; power: number }, { address: string; power: number }];
  stage.votes = [{ ...strong, absent: false }, { ...weak, absent: true }];
  for (let n = 0; n < 6; n += 1) await stage.pass(5);
  stage.votes = [{ ...strong, absent: false }];
  await stage.ask('unjail: too early', val1, unjail(val1));
  await stage.pass(5);
  await stage.pass(600);
  await stage.tx('unjailed', val1, unjail(val1));
  await stage.pass(5);
  await stage.pass(5, { misbehavior: [{ ...weak, power: 49, height: stage.height - 3, seconds: stage.seconds - 20, total: 158 }] });
  await stage.pass(5, { misbehavior: [{ ...weak, power: 49, height: stage.height - 3, seconds: stage.seconds - 20, total: 158 }] });
  await stage.ask('unjail: for ever', val1, unjail(val1));
  await stage.pass(5);
  const stake = (name: string, amount: bigint): EncodeObject => ({ typeUrl: `/cosmos.staking.v1beta1.${name}`, value: { delegatorAddress: val0.address, validatorAddress: operatorOf(val0), amount: uwind(amount) } });
  const creation = { ...newValidator(2, 20n * wind), validatorAddress: operatorOf(ann) };
  await stage.tx('another validator', ann, [{ typeUrl: '/cosmos.staking.v1beta1.MsgCreateValidator', value: creation }]);
  await stage.tx('its operator keeps too little', val0, [stake('MsgUndelegate', 99_999_999n), stake('MsgUndelegate', 1n)]);
  await stage.ask('unjail: no delegation of its own', val0, unjail(val0));
  await stage.pass(5);
  await stage.tx('one coin is not enough to be unjailed in', val0, [stake('MsgDelegate', wind)]);
  await stage.tx('never jailed for downtime: unjailed at once', val0, unjail(val0));
}
