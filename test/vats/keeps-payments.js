import { Far } from '@endo/far';

/** Takes payments and never deposits them. */
export const buildRootObject = (_vatPowers, _parameters, baggage) => {
  if (!baggage.has('payments')) baggage.init('payments', harden([]));
  return Far('keeper', {
    keep(...payments) {
      baggage.set('payments', harden([...baggage.get('payments'), ...payments]));
      return baggage.get('payments').length;
    },
  });
};
