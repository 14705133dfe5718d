import { Far } from '@endo/far';

/** Every way to go wrong that a contract has within one delivery. */
export const buildRootObject = vatPowers => {
  const nest = (make, depth) => {
    let value = null;
    for (let i = 0; i < depth; i += 1) value = make(value);
    return value;
  };
  return Far('misbehaver', {
    throwError: message => {
      throw Error(message);
    },
    throwNonError: () => {
      throw 'not an error';
    },
    rejectUnhandled: () => {
      Promise.reject(Error('nobody handles this'));
    },
    loop: () => {
      for (;;);
    },
    loopInTurns: () => {
      const again = () => Promise.resolve().then(again);
      again();
    },
    recurse: () => {
      const down = n => 1 + down(n + 1);
      return down(0);
    },
    allocate: () => {
      const kept = [];
      for (;;) kept.push(new Uint8Array(64 * 1024 * 1024));
    },
    concatenate: () => {
      let text = '';
      for (;;) text += 'x';
    },
    fillMap: () => {
      const kept = new Map();
      for (let i = 0; ; i += 1) kept.set(`entry ${i}`, i);
    },
    name: () => {
      const kept = {};
      for (let i = 0; ; i += 1) kept[`name ${i}`] = i;
    },
    keepPromises: () => {
      const kept = [];
      for (;;) kept.push(new Promise(() => {}).then(() => 1));
    },
    keepFar: () => {
      const kept = [];
      for (;;) kept.push(Far('kept', { method: () => kept.length }));
    },
    multiply: () => {
      for (let n = 3n; ; ) n *= n;
    },
    measure: () => {
      const long = 'ä'.repeat(10_000_000);
      for (let sum = 0; ; ) sum += long.length;
    },
    manyKeys: count => {
      const kept = {};
      for (let i = 0; i < count; i += 1) kept[`key number ${i}`] = i;
      return Object.keys(kept).length;
    },
    print: (times, text) => {
      for (let i = 0; i < times; i += 1) console.log(text);
    },
    printLong: length => console.log('x'.repeat(length)),
    parseNested: depth => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`).length,
    giveNested: depth => nest(inner => harden([inner]), depth),
    neverAnswer: () => new Promise(() => {}),
    exit: value => vatPowers.exitVat(value),
    exitWithFailure: text => vatPowers.exitVatWithFailure(Error(text)),
  });
};
