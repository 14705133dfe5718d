/** What genesis says of a static vat holds, or is refused: nothing of it is passed over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readKernelGenesis } from '../../../app/host/genesis.js';

const withOptions = (options: unknown) => readKernelGenesis({ config: { vats: { treasury: { bundle: 'b1-x', options } } } });

test('the options of a static vat are its settings', () => {
  const { config } = withOptions({ computronsPerDelivery: 50_000_000, computeBalance: 7 });
  assert.deepEqual(config.vats['treasury']?.settings, { memoryLimitBytes: null, computronsPerDelivery: 50_000_000, computeBalance: '7' });
});

test('options that no vat may have are refused with their place', () => {
  assert.throws(() => withOptions({ computronsPerDelivery: 5 }), { message: 'app_state.kernel.config.vats.treasury.options: computronsPerDelivery is not from 20000000 to 2147483647' });
  assert.throws(() => withOptions('none'), { message: 'app_state.kernel.config.vats.treasury.options: expected an object' });
});
