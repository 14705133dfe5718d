import { E, Far } from '@endo/far';

/** Sends without wanting an answer, and gives away what is nested too deeply. */
export const buildRootObject = vatPowers => {
  const nest = depth => {
    let value = 'inside';
    for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? harden([value]) : harden({ a: value, '[{"': '{\\"' });
    return value;
  };
  let resolveLater;
  const later = new Promise(resolve => {
    resolveLater = resolve;
  });
  const errorOf = error => `${error.name}: ${error.message}`;
  return Far('sender', {
    tell(target, ...args) {
      E.sendOnly(target).hear(...args);
      return 'told';
    },
    tellFunction: (target, ...args) => E.sendOnly(target)(...args),
    tellPromised: target => {
      E.sendOnly(E(target).find()).hear('at the end of a promise');
    },
    tellLater: () => {
      E.sendOnly(later).hear('later');
    },
    arrive: target => resolveLater(target),
    tellDeep: (target, depth) => {
      E.sendOnly(target).hear(nest(depth));
    },
    sendDeep: (target, depth) => E(target).hear(nest(depth)).then(() => 'sent', errorOf),
    giveDeep: depth => nest(depth),
    throwDeep: depth => Promise.reject(nest(depth)),
    exitDeep: depth => {
      try {
        vatPowers.exitVat(nest(depth));
        return 'gone';
      } catch (error) {
        return errorOf(error);
      }
    },
    pattern: depth => new RegExp(`${'('.repeat(depth)}${')'.repeat(depth)}`).source.length,
    burn: (promise, rounds) => {
      promise.then(() => {
        for (let i = 0; i < rounds; i += 1);
      });
    },
    give: count => harden(Array.from({ length: count }, () => new Promise(() => {}))),
  });
};
