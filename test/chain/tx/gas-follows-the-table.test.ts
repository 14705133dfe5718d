import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeGasMeter, makeInfiniteGasMeter, meteredStore, OutOfGas } from '../../../chain/gas.js';
import { makeTestChain } from '../../support/chain-app.js';

const bytes = (length: number, first = 1): Uint8Array => new Uint8Array(length).fill(first);

test('each operation of a store costs what the SDK’s table says', async () => {
  const chain = await makeTestChain();
  const gas = makeInfiniteGasMeter();
  const store = meteredStore(chain.store.branch().store('bank'), gas);
  const cost = (act: () => unknown): bigint => {
    const before = gas.consumed;
    act();
    return gas.consumed - before;
  };
  assert.equal(cost(() => store.set(bytes(4), bytes(10))), 2000n + 30n * 14n);
  assert.equal(cost(() => store.get(bytes(4))), 1000n + 3n * 14n);
  assert.equal(cost(() => store.get(bytes(5))), 1000n + 3n * 5n);
  assert.equal(cost(() => store.has(bytes(4))), 1000n);
  store.set(bytes(2, 2), bytes(1));
  assert.equal(cost(() => [...store.iterate()]), (30n + 3n * 14n) + (30n + 3n * 3n) + 30n);
  assert.equal(cost(() => store.iterate()[Symbol.iterator]().next()), 30n + 3n * 14n);
  assert.equal(cost(() => store.delete(bytes(4))), 1000n);
});

test('a charge beyond the limit is counted, named and thrown', () => {
  const gas = makeGasMeter(10n);
  gas.consume(10n, 'all');
  assert.throws(() => gas.consume(1n, 'more'), (error: unknown) =>
    error instanceof OutOfGas && error.code === 11 && error.message === 'out of gas in location: more; gasWanted: 10, gasUsed: 11: out of gas');
  assert.equal(gas.consumed, 11n);
});
