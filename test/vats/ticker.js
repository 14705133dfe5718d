import { Far } from '@endo/far';

/** A counter that a timer may drive: `wake` counts too, and keeps the time it was told. Continues the counter's baggage. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  for (const name of ['count', 'last']) if (!baggage.has(name)) baggage.init(name, 0n);
  const add = by => {
    baggage.set('count', baggage.get('count') + by);
    return baggage.get('count');
  };
  return Far('ticker', {
    increment: (by = 1n) => add(by),
    wake(now) {
      baggage.set('last', now);
      add(1n);
    },
    read: () => baggage.get('count'),
    last: () => baggage.get('last'),
  });
};
