import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelStore } from '../../../app/host/keys.js';
import { makeParamsKeeper } from '../../../app/host/params.js';
import { appProtoFolder } from '../../../app/client/codecs.js';
import { chainProtoFolder, makeCodecs, openMultiStore } from '../../../chain/index.js';
import { makeContext } from '../../../chain/context.js';
import { makeEventSink } from '../../../chain/events.js';
import { makeInfiniteGasMeter } from '../../../chain/gas.js';
import { makeMemoryRows } from '../../support/chain-rows.js';

const keeper = makeParamsKeeper(makeCodecs([chainProtoFolder, appProtoFolder]));

test('each bound of the kernel’s parameters is told by its name', () => {
  const bad: readonly (readonly [object, RegExp])[] = [
    [{ computrons_per_delivery: '1' }, /computrons_per_delivery must be from/],
    [{ computrons_per_block: '20000000', computrons_per_delivery: '20000001' }, /computrons_per_block must not be less/],
    [{ default_memory_limit_bytes: '16777215' }, /default_memory_limit_bytes must be from 16 MiB/],
    [{ default_memory_limit_bytes: '2147483649' }, /default_memory_limit_bytes must be from 16 MiB/],
    [{ round_width: 65 }, /round_width must be from 1 to 64/],
    [{ queue_max: 0 }, /queue_max must be at least 1/],
    [{ max_bundle_bytes: '33554433' }, /max_bundle_bytes/],
    // More would let a looping vat hold a block for ever, or a price of gas pass what a result of a transaction can say.
    [{ computrons_per_block: '10000000001' }, /computrons_per_block must not be more than 10,000,000,000/],
    [{ computrons_per_block: '18446744073709551615' }, /computrons_per_block must not be more/],
    [{ queue_max: 100_001 }, /queue_max must not be more than 100,000/],
    [{ snapshot_initial: 100_001 }, /snapshot_initial must not be more/],
    [{ snapshot_interval: 4_294_967_295 }, /snapshot_interval must not be more/],
    [{ reap_interval: 100_001 }, /reap_interval must not be more/],
    [{ cleanup_budget: 100_001 }, /cleanup_budget must not be more/],
    [{ gas_per_action: '50000001' }, /gas_per_action must not be more than 50,000,000/],
    [{ gas_per_byte: '10001' }, /gas_per_byte must not be more than 10,000/],
    // A price that is no number would stop every node at the next sale of compute.
    [{ compute_price: { denom: 'uwind', amount: 'two' } }, /must be coins/],
    [{ compute_price: { denom: '', amount: '1' } }, /must be coins/],
    [{ quota_prices: [{ dimension: 'vats', per_amount: '1', price: { denom: 'uwind', amount: '-1' } }] }, /must be coins/],
  ];
  for (const [params, reason] of bad) assert.throws(() => keeper.fromGenesis(params), reason);
  const most = { computrons_per_block: '10000000000', queue_max: 100_000, snapshot_initial: 100_000, snapshot_interval: 100_000, reap_interval: 100_000, cleanup_budget: 100_000, gas_per_action: '50000000', gas_per_byte: '10000' };
  assert.equal(keeper.fromGenesis(most).computronsPerBlock, 10n ** 10n);
  assert.equal(keeper.fromGenesis({ compute_price: null }).computePrice, undefined);
  assert.equal(keeper.fromGenesis({ compute_price: { denom: 'uwind', amount: '0' } }).computePrice?.amount, '0');
});

test('what genesis may not say, a vote may not either', () => {
  const branch = openMultiStore({ names: [kernelStore], rows: makeMemoryRows(), pruning: 1 }).branch();
  const ctx = makeContext({ chainId: 'x', height: 5n, time: { seconds: 0n, nanos: 0 }, mode: 'finalize', branch, gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false });
  const params = keeper.fromGenesis({});
  keeper.write(ctx, params);
  assert.throws(() => keeper.write(ctx, { ...params, computronsPerBlock: 2n ** 64n - 1n }), { codespace: 'kernel', code: 17, message: 'parameter computrons_per_block must not be more than 10,000,000,000' });
  assert.deepEqual(keeper.read(ctx), params);
});
