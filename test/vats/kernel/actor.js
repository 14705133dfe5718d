import { E, Far } from '@endo/far';

/** Keeps what it is given, calls whom it is told to call, and pipelines over promises. */
export const buildRootObject = (vatPowers, vatParameters) => {
  const kept = new Map(Object.entries(vatParameters ?? {}));
  const wakes = [];
  return Far('actor', {
    keep: (name, value) => void kept.set(name, value),
    forget: name => kept.delete(name),
    get: name => kept.get(name),
    call: (name, method, ...args) => E(kept.get(name))[method](...args),
    /** Three calls deep before the first is answered. */
    pipeline: (name, method, ...args) => {
      const first = E(kept.get(name)).deeper(1);
      const second = E(first).deeper(2);
      return E(second)[method](...args);
    },
    deeper: depth => Far(`depth ${depth}`, { deeper: more => Far(`depth ${depth}.${more}`, { say: () => `${depth}.${more}` }) }),
    /** Nobody ever answers. */
    never: () => new Promise(() => {}),
    order: async (name, method) => {
      const answers = [];
      await Promise.all([1n, 2n, 3n].map(async n => answers.push([n, await E(kept.get(name))[method](n)])));
      return harden(answers);
    },
    wake: now => void wakes.push(now),
    handler: () => Far('handler', { wake: now => void wakes.push(now) }),
    wakes: () => harden([...wakes]),
    exit: value => vatPowers.exitVat(value),
  });
};
