import { E, Far } from '@endo/far';

/** Calls another vat, one call after the other: each is a delivery there and a notify here. */
export const buildRootObject = () =>
  Far('caller', {
    async callMany(target, times) {
      for (let i = 0; i < times; i += 1) await E(target).ping();
      return times;
    },
  });
