import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertIsDeliverTxSuccess, QueryClient, setupDistributionExtension, setupSlashingExtension, setupStakingExtension } from '@cosmjs/stargate';
import { runCli } from '../../../app/cli/program.js';
import { operatorOf } from '../../../app/cli/validator-address.js';
import { scriptedIo } from '../cli/support.js';
import { startTestNode, until, type TestNode } from '../../support/node.js';
import { connectStranger, type Stranger } from './client.js';

let started: Promise<TestNode> | undefined;
const node = (): Promise<TestNode> => (started ??= startTestNode({ blockTime: '200ms' }));
after(async () => (await started)?.dispose());

const asking = ({ comet }: Stranger) => QueryClient.withExtensions(comet, setupDistributionExtension, setupSlashingExtension, setupStakingExtension);
const amountOf = (coins: readonly { denom: string; amount: string }[]): bigint => BigInt(coins.find(({ denom }) => denom === 'uwind')?.amount ?? '0') / 10n ** 18n;
const balance = async ({ client, address }: Stranger): Promise<bigint> => BigInt((await client.getBalance(address, 'uwind')).amount);

const withdrawalFee = { amount: [{ denom: 'uwind', amount: '10000' }], gas: '400000' };

/** Fees that are worth sharing. */
async function pay(from: Stranger, amount: number): Promise<void> {
  const fee = { amount: [{ denom: 'uwind', amount: String(amount) }], gas: '200000' };
  assertIsDeliverTxSuccess(await from.client.sendTokens(from.address, from.address, [{ denom: 'uwind', amount: '1' }], fee));
}

test('cosmjs withdraws rewards and commission of a running node', async () => {
  const { rpcUrl } = await node();
  const [dev0, dev3] = [await connectStranger(rpcUrl, 0, 'amino'), await connectStranger(rpcUrl, 3)];
  const { distribution, slashing } = asking(dev0);
  const operator = operatorOf(dev0.address);
  assertIsDeliverTxSuccess(await dev3.client.delegateTokens(dev3.address, operator, { denom: 'uwind', amount: '100000000000' }, 'auto')); // as much as dev0 has there
  await pay(dev3, 1_000_000_000);
  const earned = await until('rewards', async () => {
    const { rewards } = await distribution.delegationRewards(dev3.address, operator);
    return amountOf(rewards) > 400_000_000n ? amountOf(rewards) : undefined;
  });
  assert(earned <= 441_100_000n, `${earned} are at most 98 % of the fees, 90 % of that, and half of that`);
  const before = await balance(dev3);
  const withdrawn = await dev3.client.withdrawRewards(dev3.address, operator, withdrawalFee);
  assertIsDeliverTxSuccess(withdrawn);
  assert((await balance(dev3)) - before >= earned - 10_000n);
  const own = await balance(dev0);
  const commission = { typeUrl: '/cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission', value: { validatorAddress: operator } };
  assertIsDeliverTxSuccess(await dev0.client.signAndBroadcast(dev0.address, [commission], withdrawalFee));
  assert((await balance(dev0)) - own >= 97_000_000n, 'the tenth that the validator keeps');
  const { info: [info] } = await slashing.signingInfos();
  assert(info && info.indexOffset > 0n && info.missedBlocksCounter === 0n);
});

test('the command line withdraws, directs, gives and asks under the names of the SDK', async () => {
  const { home, rpcUrl } = await node();
  const dev5 = await connectStranger(rpcUrl, 5);
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const io = scriptedIo();
    assert.equal(await runCli([...args, '--home', home, '-o', 'json'], io), 0, `${args.join(' ')}: ${io.shown.err}${io.shown.out}`);
    return JSON.parse(io.shown.out) as Record<string, unknown>;
  };
  const tx = (...args: string[]) => run('tx', ...args, '--from', 'dev0', '--yes');
  const ask = (...args: string[]) => run('query', ...args);
  await tx('distribution', 'set-withdraw-addr', 'dev5');
  await tx('distribution', 'withdraw-rewards', 'dev0', '--commission');
  await tx('distribution', 'withdraw-all-rewards');
  await tx('distribution', 'fund-community-pool', '123456789uwind');
  const total = (await ask('distribution', 'community-pool'))['pool'] as { denom: string; amount: string }[];
  assert(Number(total[0]?.amount) >= 123_456_789, JSON.stringify(total));
  assert((await balance(dev5)) > 1_000_000_000_000n, 'dev5 received what dev0 earned');
  assert.match(JSON.stringify(await ask('distribution', 'rewards', 'dev0')), /"total":/);
  assert.match(JSON.stringify(await ask('distribution', 'rewards', 'dev0', 'dev0')), /"rewards":/);
  assert.match(JSON.stringify(await ask('distribution', 'commission', 'dev0')), /"commission":\{"commission":/);
  assert.deepEqual((await ask('distribution', 'slashes', 'dev0'))['slashes'], []);
  assert.match(JSON.stringify(await ask('distribution', 'validator-outstanding-rewards', 'dev0')), /"rewards":\{"rewards":/);
  assert.equal(((await ask('distribution', 'params'))['params'] as { community_tax: string }).community_tax, '0.020000000000000000');
  assert.equal(((await ask('slashing', 'params'))['params'] as { slash_fraction_double_sign: string }).slash_fraction_double_sign, '0.050000000000000000');
  const [info] = (await ask('slashing', 'signing-infos'))['info'] as { address: string; tombstoned: boolean }[];
  assert(info);
  assert.deepEqual(((await ask('slashing', 'signing-info', info.address))['val_signing_info'] as { address: string }).address, info.address);
  const io = scriptedIo();
  assert.equal(await runCli(['tx', 'slashing', 'unjail', '--from', 'dev0', '--yes', '--home', home], io), 1);
  assert.match(io.shown.err, /validator not jailed; cannot be unjailed/);
});
