import { E, Far } from '@endo/far';

/** Holds promises: gives one out, settles it on demand, and waits for those of others. */
export const buildRootObject = () => {
  const kits = new Map();
  const seen = [];
  const kitOf = name => {
    if (!kits.has(name)) kits.set(name, makeKit());
    return kits.get(name);
  };
  const makeKit = () => {
    let resolve;
    let reject;
    const promise = new Promise((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    promise.catch(() => {});
    return { promise, resolve, reject };
  };
  return Far('promiser', {
    give: name => kitOf(name).promise,
    resolve: (name, value) => kitOf(name).resolve(value),
    reject: (name, reason) => kitOf(name).reject(reason),
    watch(promise) {
      E.when(
        promise,
        value => seen.push(['fulfilled', value]),
        reason => seen.push(['rejected', reason]),
      );
    },
    seen: () => harden([...seen]),
    call: (target, method, ...args) => E(target)[method](...args),
  });
};
