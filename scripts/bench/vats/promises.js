import { E, Far } from '@endo/far';

/** Gives out promises that it never settles, and holds those of another. */
export const buildRootObject = () => {
  let told = 0;
  const note = () => { told += 1; };
  return Far('promises', {
    give: count => harden([...Array(count)].map(() => harden(new Promise(() => {})))),
    hold(other, count) {
      void E(other).give(count).then(promises => {
        for (const promise of promises) promise.then(note, note);
      });
    },
    told: () => told,
  });
};
