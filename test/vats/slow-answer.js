import { Far } from '@endo/far';

/** Answers `later` only when it is told to, and counts what it hears. */
export const buildRootObject = () => {
  const waiting = [];
  let heard = 0;
  return Far('slow answer', {
    later: () => new Promise(resolve => waiting.push(resolve)),
    answer: value => {
      for (const resolve of waiting.splice(0)) resolve(value);
    },
    hear: () => {
      heard += 1;
    },
    count: () => heard,
  });
};
