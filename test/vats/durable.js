/* global VatData */
import { Far } from '@endo/far';

const { defineDurableKind, makeKindHandle, makeScalarBigMapStore } = VatData;

/** Durable objects: purses of a durable kind, in a durable map by name. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  const provide = (key, make) => {
    if (!baggage.has(key)) baggage.init(key, make());
    return baggage.get(key);
  };
  const handle = provide('purse kind', () => makeKindHandle('purse'));
  const purses = provide('purses', () => makeScalarBigMapStore('purses', { durable: true }));
  const makePurse = defineDurableKind(handle, () => ({ balance: 0n }), {
    deposit: ({ state }, amount) => {
      state.balance += amount;
      return state.balance;
    },
    balance: ({ state }) => state.balance,
  });
  return Far('mint', {
    open(name) {
      purses.init(name, makePurse());
      return purses.get(name);
    },
    find: name => purses.get(name),
    close: name => purses.delete(name),
  });
};
