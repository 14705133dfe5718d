import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { makeRandom, type Random } from '../../support/chain-random.js';
import { assertPlain, makeTwins, type Twins } from '../refusals/twins.js';
import { anyMethod, anyName, capData, newName } from './grammar.js';

/** Blocks a seed, and txs a block. */
const blocks = 25;
const txsInBlock = 8;

function message(random: Random, twins: Twins, at: number): EncodeObject {
  const sender = twins.addressOf('ann');
  const funds = [[], [], [], [{ denom: 'uwind', amount: '3' }], [{ denom: 'ufoo', amount: '1' }, { denom: 'uwind', amount: '2' }], [{ denom: 'uwind', amount: '-1' }]][random.below(6)];
  if (random.below(5) > 0) {
    return { typeUrl: '/windlass.kernel.v1.MsgInvoke', value: { sender, target: anyName(random), method: anyMethod(random), args: capData(random), saveAs: newName(random, at), funds } };
  }
  const options = random.below(2) === 0 ? undefined : { memoryLimitBytes: BigInt(random.below(3)), computronsPerDelivery: [0n, 5n, 30_000_000n, 2n ** 64n - 1n][random.below(4)], computeBalance: [0n, 1n, 2n ** 63n][random.below(3)] };
  return { typeUrl: '/windlass.kernel.v1.MsgCreateVat', value: { owner: sender, bundleId: random.below(4) === 0 ? 'b1-' : twins.app.bundleId, label: ['x', '', 'a b'][random.below(3)], parameters: capData(random), options, saveAs: newName(random, at) } };
}

for (const seed of [1, 2, 3]) {
  test(`contents from seed ${seed} are taken or refused, alike on two nodes`, { timeout: 300_000 }, async () => {
    const random = makeRandom(seed);
    const twins = await makeTwins();
    try {
      let sequence = 0;
      await twins.block([await twins.sign('ann', [{ typeUrl: '/windlass.kernel.v1.MsgCreateVat', value: { owner: twins.addressOf('ann'), bundleId: twins.app.bundleId, label: 'v', saveAs: 'v' } }])]);
      sequence += 1;
      for (let count = 0; count < 4; count += 1) await twins.block();
      const seen = { taken: 0, refused: 0 };
      const deliver = async (txs: readonly Uint8Array[]): Promise<void> => {
        const results = await twins.block(txs);
        sequence += results.filter(({ events }) => events.some(({ type }) => type === 'tx')).length; // the others were refused before they paid
        for (const { code, log } of results) {
          seen[code === 0 ? 'taken' : 'refused'] += 1;
          assertPlain(log);
        }
      };
      for (let at = 0; at < blocks; at += 1) {
        const accepted: Uint8Array[] = [];
        const refused: EncodeObject[] = [];
        for (let index = 0; index < txsInBlock; index += 1) {
          const content = message(random, twins, at * txsInBlock + index);
          const tx = await twins.sign('ann', [content], { sequence: sequence + accepted.length });
          const { code, log } = await twins.check(tx);
          assertPlain(log);
          if (code === 0) accepted.push(tx);
          else refused.push(content);
        }
        await deliver(accepted);
        for (const content of refused) await deliver([await twins.sign('ann', [content], { sequence })]);
      }
      for (let count = 0; count < 10; count += 1) await twins.block();
      assert.ok(seen.taken > 20 && seen.refused > 0, JSON.stringify(seen));
    } finally {
      await twins.end();
    }
  });
}
