/* global VatData */
import { Far } from '@endo/far';

const { makeScalarBigMapStore } = VatData;
const cells = 20;

/** A durable map: every delivery sets and gets each of its cells once. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  if (!baggage.has('map')) baggage.init('map', makeScalarBigMapStore('cells', { durable: true }));
  const map = baggage.get('map');
  for (let i = 0; i < cells; i += 1) if (!map.has(`cell ${i}`)) map.init(`cell ${i}`, 0);
  return Far('cells', {
    setAndGet(base) {
      for (let i = 0; i < cells; i += 1) map.set(`cell ${i}`, base + i);
      let sum = 0;
      for (let i = 0; i < cells; i += 1) sum += map.get(`cell ${i}`);
      return sum;
    },
  });
};
