/** @cosmjs/stargate's own extensions, unmodified, over the answers of the modules. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setupDistributionExtension, setupSlashingExtension, type QueryClient } from '@cosmjs/stargate';
import { consensusOf, consensusText, operatorOf, personOf, StakingWorld } from '../../support/staking-world.js';
import { dec } from '../../../chain/decimal.js';

const world = new StakingWorld({ people: 4 });
const queries = new Map(world.core.modules.flatMap(({ queries: own = {} }) => Object.entries(own)));
const base = {
  queryAbci: async (path: string, data: Uint8Array) => {
    const handler = queries.get(path) ?? assert.fail(`nobody answers ${path}`);
    return { value: await handler({ stores: world.stores, height: world.height, chainId: 'test' }, data), height: Number(world.height) };
  },
} as unknown as QueryClient;
const { distribution } = setupDistributionExtension(base);
const { slashing } = setupSlashingExtension(base);

test('distribution: rewards, commission, slashes, pool and parameters', async () => {
  assert.equal(world.create(0, 100_000_000n).refused, undefined);
  world.nextBlock();
  world.delegate(1, 0, 100_000_000n);
  const votes = [{ validator: { address: consensusOf(0), power: 100n }, blockIdFlag: 2 }];
  for (let block = 0; block < 2; block += 1) {
    world.act(ctx => world.core.bank.sendToModule(ctx, personOf(3), 'fee_collector', [{ denom: 'uwind', amount: 1_000_000n }]));
    world.nextBlock(1n, { decidedLastCommit: { round: 0, votes } });
  }
  world.act(ctx => world.core.staking.slash(ctx, consensusOf(0), world.height, 200n, dec('0.25')));
  const coins = (amount: string) => [{ denom: 'uwind', amount: String(dec(amount)) }];
  // 98 % of two million; a tenth is the validator's, the rest is halved
  assert.deepEqual((await distribution.delegationRewards(personOf(1), operatorOf(0))).rewards, coins('882000'));
  assert.deepEqual((await distribution.delegationTotalRewards(personOf(1))).total, coins('882000'));
  assert.deepEqual((await distribution.validatorCommission(operatorOf(0))).commission.commission, coins('196000'));
  assert.deepEqual((await distribution.validatorOutstandingRewards(operatorOf(0))).rewards.rewards, coins('1960000'));
  assert.deepEqual((await distribution.communityPool()).pool, coins('40000'));
  assert.deepEqual((await distribution.validatorSlashes(operatorOf(0), 0, 100)).slashes.map(({ fraction }) => fraction), [String(dec('0.25'))]);
  assert.deepEqual((await distribution.delegatorValidators(personOf(1))).validators, [operatorOf(0)]);
  assert.equal((await distribution.delegatorWithdrawAddress(personOf(1))).withdrawAddress, personOf(1));
  assert.equal((await distribution.params()).params.communityTax, String(dec('0.02')));
});

test('slashing: signing infos and parameters', async () => {
  const { valSigningInfo } = await slashing.signingInfo(consensusText(0));
  assert.equal(valSigningInfo.address, consensusText(0));
  assert.equal(valSigningInfo.indexOffset, 2n);
  assert.deepEqual((await slashing.signingInfos()).info, [valSigningInfo]);
  const { params } = await slashing.params();
  assert.equal(params.signedBlocksWindow, 100n);
  assert.equal(Buffer.from(params.minSignedPerWindow).toString(), String(dec('0.5')));
  await assert.rejects(slashing.signingInfo(consensusText(3)), /code = NotFound desc = SigningInfo not found for validator windlassvalcons1/);
});
