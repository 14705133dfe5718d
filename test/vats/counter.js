import { Far } from '@endo/far';

/** A number that outlives the incarnation: it lies in baggage. Starts at vatParameters.start, or 0. */
export const buildRootObject = (_vatPowers, vatParameters, baggage) => {
  if (!baggage.has('count')) baggage.init('count', BigInt(vatParameters?.start ?? 0));
  return Far('counter', {
    increment(by = 1n) {
      baggage.set('count', baggage.get('count') + by);
      return baggage.get('count');
    },
    read: () => baggage.get('count'),
  });
};
