import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeParamsKeeper } from '../../../app/host/params.js';
import { appProtoFolder } from '../../../app/client/codecs.js';
import { chainProtoFolder, makeCodecs } from '../../../chain/index.js';

const keeper = makeParamsKeeper(makeCodecs([chainProtoFolder, appProtoFolder]));

test('each bound of the kernel’s parameters is told by its name', () => {
  const bad: readonly (readonly [object, RegExp])[] = [
    [{ computrons_per_delivery: '1' }, /computrons_per_delivery must be from/],
    [{ computrons_per_block: '20000000', computrons_per_delivery: '20000001' }, /computrons_per_block must not be less/],
    [{ round_width: 65 }, /round_width must be from 1 to 64/],
    [{ queue_max: 0 }, /queue_max must be at least 1/],
    [{ max_bundle_bytes: '33554433' }, /max_bundle_bytes/],
    // A price that is no number would stop every node at the next sale of compute.
    [{ compute_price: { denom: 'uwind', amount: 'two' } }, /must be coins/],
    [{ compute_price: { denom: '', amount: '1' } }, /must be coins/],
    [{ quota_prices: [{ dimension: 'vats', per_amount: '1', price: { denom: 'uwind', amount: '-1' } }] }, /must be coins/],
  ];
  for (const [params, reason] of bad) assert.throws(() => keeper.fromGenesis(params), reason);
  assert.equal(keeper.fromGenesis({ compute_price: null }).computePrice, undefined);
  assert.equal(keeper.fromGenesis({ compute_price: { denom: 'uwind', amount: '0' } }).computePrice?.amount, '0');
});
