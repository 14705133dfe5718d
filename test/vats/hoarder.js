import { Far } from '@endo/far';

/** Something that never settles. */
const never = new Promise(() => undefined);

class Counted {
  #count = 0;
  static #made = 0;
  constructor() {
    Counted.#made += 1;
  }
  get next() {
    return (this.#count += 1);
  }
  static get made() {
    return Counted.#made;
  }
}

function* counting() {
  let n = 0;
  try {
    for (;;) n += (yield n) ?? 1;
  } finally {
    n = -1;
  }
}

async function* slowly() {
  yield 1;
  yield* [2, 3];
  await never;
}

/** Each makes something that lives in the heap alone, and answers a function that says whether it is still what it was. */
const kinds = {
  generator() {
    const it = counting();
    let expected = it.next().value;
    return () => it.next(2).value === (expected += 2);
  },
  delegatingGenerator() {
    const it = (function* outer() { yield* [10, 20, 30, 40]; yield* counting(); })();
    let expected = it.next().value;
    return () => it.next().value === (expected += 10) || expected > 40;
  },
  async asyncGenerator() {
    const it = slowly();
    const first = await it.next();
    return async () => first.value === 1 && typeof it.next === 'function';
  },
  waitingAsyncFunction() {
    let went = false;
    let go;
    const gate = new Promise(resolve => { go = resolve; });
    const done = (async () => { await gate; for await (const part of [gate, 7]) went = part === 7 || went; })();
    return async () => { go(); await done; return went; };
  },
  waitingForAwait() {
    let seen = 0;
    const pulls = [];
    const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(resolve => { pulls.push(resolve); }) }) };
    (async () => { for await (const part of source) seen += part; })();
    return async () => { pulls.shift()?.({ value: 1, done: false }); await null; return seen >= 0; };
  },
  combinedPromises() {
    const all = [Promise.all([never, 1]), Promise.race([never]), Promise.any([never]), Promise.allSettled([never]), never.finally(() => 1), never.then(() => 2).catch(() => 3)];
    return () => all.every(each => each instanceof Promise);
  },
  promiseResolvers() {
    let settle;
    const late = new Promise((resolve, reject) => { settle = { resolve, reject }; });
    return async () => { settle.resolve('late'); return (await late) === 'late'; };
  },
  rejectedAndHandled() {
    const bad = Promise.reject(new TypeError('kept'));
    bad.catch(() => undefined);
    return () => bad.then(() => false, error => error.message === 'kept');
  },
  proxies() {
    const seen = [];
    const proxy = new Proxy(function target() {}, { get: (_, key) => { seen.push(key); return key; }, apply: () => 'called', has: () => true, ownKeys: () => ['prototype'] });
    const { proxy: gone, revoke } = Proxy.revocable({}, {});
    const later = Proxy.revocable({ a: 1 }, {});
    revoke();
    return () => { try { gone.a; return false; } catch { return proxy.name === 'name' && proxy() === 'called' && typeof later.revoke === 'function'; } };
  },
  weakCollections() {
    const key = {};
    const map = new WeakMap(); // in a vat, its constructor takes no entries
    map.set(key, { back: key }).set({}, 1);
    const set = new WeakSet();
    set.add(key).add({});
    return () => map.get(key).back === key && set.has(key);
  },
  collections() {
    const map = new Map([[NaN, 1], [-0, 2], ['é\uD800', 3], [10n ** 40n, 4], [Symbol.for('a'), 5], [{}, 6]]);
    const walk = map[Symbol.iterator]();
    walk.next();
    const set = new Set(map.keys());
    const rest = set.values();
    rest.next();
    map.delete(-0);
    return () => map.get(NaN) === 1 && map.get('é\uD800') === 3 && map.get(10n ** 40n) === 4 && set.size === 6 && typeof walk.next === 'function' && typeof rest.next === 'function';
  },
  iterators() {
    const its = [[1, 2, 3].entries(), 'añ😀'[Symbol.iterator](), 'a1b2'.matchAll(/[a-z]\d/g), [5].keys()];
    for (const it of its) it.next();
    return () => its.every(it => typeof it.next === 'function') && String(its[0].next().value ?? '1,2') === '1,2';
  },
  typedArrays() {
    const views = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array]
      .map(Kind => new Kind(Kind.name.startsWith('Big') ? [1n, 2n] : [1, 2]));
    const view = new DataView(new ArrayBuffer(16), 4, 8);
    view.setFloat64(0, Math.PI);
    const tags = views.map(each => each[Symbol.toStringTag]);
    const names = views.map(each => each.constructor.name);
    return () => views.every(each => Number(each[1]) === 2) && view.getFloat64(0) === Math.PI && tags.join() === names.join();
  },
  buffers() {
    const buffer = new ArrayBuffer(8);
    const empty = new ArrayBuffer(0);
    const resizable = typeof ArrayBuffer.prototype.resize === 'function' ? new ArrayBuffer(4, { maxByteLength: 64 }) : undefined;
    resizable?.resize?.(32);
    const old = new ArrayBuffer(4);
    const moved = typeof old.transfer === 'function' ? old.transfer() : undefined;
    return () => buffer.byteLength === 8 && empty.byteLength === 0 && (!resizable || resizable.byteLength >= 4) && (!moved || moved.byteLength === 4);
  },
  regExps() {
    const sticky = /(?<word>[a-zß]+)\s*/giuy;
    sticky.exec('one two');
    const at = sticky.lastIndex;
    const built = new RegExp('a'.repeat(1000));
    return () => sticky.lastIndex === at && sticky.flags.includes('y') && built.test('a'.repeat(1000)) && /(?<=x)y|(a)\1/.test('aa');
  },
  classes() {
    const one = new Counted();
    one.next;
    let expected = 1;
    class Child extends Counted { get next() { return super.next * 10; } static { this.label = 'child'; } accessorOf = () => super.next; }
    const child = new Child();
    return () => one.next === (expected += 1) && child.next > 0 && child.accessorOf() > 0 && Child.label === 'child' && Counted.made >= 2;
  },
  functions() {
    const bound = function named(...rest) { return [this.base, ...rest].join(); }.bind({ base: 1 }, 2);
    const made = new Function('a', 'b', 'return a + b');
    const later = (() => { let hidden = 1; return { get value() { return hidden; }, set value(v) { hidden = v; } }; })();
    later.value = 9;
    const args = (function collect() { return arguments; })(1, 2);
    const tag = (strings, ...values) => ({ strings, values });
    const template = () => tag`a${1}b\u0041`;
    const kept = template().strings;
    return () => bound(3) === '1,2,3' && made(1, 2) === 3 && later.value === 9 && args.length === 2 && template().strings === kept && bound.name === 'bound named' && String(bound).length > 0;
  },
  symbols() {
    const own = Symbol('own');
    const anonymous = Symbol();
    const shared = Symbol.for('shared name');
    const holder = { [own]: 1, [anonymous]: 2, [shared]: 3, [Symbol.toStringTag]: 'Holder', [Symbol.toPrimitive]: () => 4 };
    const text = typeof holder;
    return () => holder[own] === 1 && holder[Symbol.for('shared name')] === 3 && `${String(Object.prototype.toString.call(holder))}` === '[object Holder]' && text === 'object' && own.description === 'own';
  },
  numbers() {
    const kept = [-0, NaN, Infinity, 5e-324, 2 ** 53, 0n, -(10n ** 500n), new Date(0), new Date(NaN), Object(1n), Object('s'), Object(Symbol.iterator), Object(true)];
    return () => Object.is(kept[0], -0) && Number.isNaN(kept[1]) && kept[6] === -(10n ** 500n) && kept[7].getTime() === 0 && kept[10] == 's' && kept[3] === 5e-324;
  },
  errors() {
    const cause = new RangeError('first');
    const all = new AggregateError([cause], 'several');
    let caught;
    try { null.property; } catch (error) { caught = error; }
    const chained = new Error('outer', { cause });
    return () => all.errors[0] === cause && caught instanceof TypeError && String(caught.stack).length >= 0 && chained.message === 'outer';
  },
  arrays() {
    const sparse = [];
    sparse[1000000] = 1;
    const holes = [, 1, , 2]; // eslint-disable-line no-sparse-arrays
    const frozen = Object.freeze([1, 2]);
    const long = Array.from({ length: 5000 }, (_, index) => `name ${index}`);
    const wide = Object.fromEntries(long.map((name, index) => [name, index]));
    return () => sparse.length === 1000001 && !(0 in holes) && frozen[1] === 2 && wide['name 4999'] === 4999;
  },
  strings() {
    const kept = ['', '\0', '\uD83D', '😀'.repeat(1000), 'a'.repeat(100000), JSON.stringify({ a: [1] }), `${1}${'x'}`.normalize('NFD'), String.raw`\n`];
    const all = kept.join('|');
    return () => kept.join('|') === all && kept[2].charCodeAt(0) === 0xd83d && kept[1].length === 1;
  },
  compartments() {
    const compartment = new Compartment({ given: 5 });
    const inner = compartment.evaluate('let x = given; ({ more: () => (x += 1), fn: function* () { yield x } })');
    let expected = 5;
    return () => inner.more() === (expected += 1) && compartment.globalThis.given === 5;
  },
  prototypes() {
    const base = { hello() { return 'base'; } };
    const child = { __proto__: base, hello() { return `child of ${super.hello()}`; } };
    const bare = Object.create(null, { x: { get: () => 1, enumerable: false } });
    return () => child.hello() === 'child of base' && bare.x === 1;
  },
  deep() {
    let list = null;
    for (let n = 0; n < 20000; n += 1) list = { n, list };
    return () => { let count = 0; for (let at = list; at; at = at.list) count += 1; return count === 20000; };
  },
};

/** Hoards one of everything that a heap can hold, apart from what durable storage knows. */
export const buildRootObject = () => {
  const kept = new Map();
  return Far('hoarder', {
    list: () => harden(Object.keys(kinds)),
    keep: async kind => { kept.set(kind, await kinds[kind]()); },
    check: kind => kept.get(kind)(),
  });
};
