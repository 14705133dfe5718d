/* global VatData */
import { E, Far } from '@endo/far';

const { defineDurableKind, defineKind, makeKindHandle, makeScalarBigMapStore, makeScalarBigWeakMapStore } = VatData;

/** Keeps much, and lets go of it at once. Also the source of what it keeps. */
export const buildRootObject = (_vatPowers, { source } = {}, baggage) => {
  const provide = (key, make) => {
    if (!baggage.has(key)) baggage.init(key, make());
    return baggage.get(key);
  };
  const handle = provide('link kind', () => makeKindHandle('link'));
  const makeLink = defineDurableKind(handle, (next, many) => ({ next, many }), { grow: ({ state }, many) => { state.many = many; } });
  const makeNote = defineKind('note', next => ({ next }), { next: ({ state }) => state.next });
  let inHeap = [];
  let given = [];
  /** What the heap alone holds, by the names of what the baggage may hold. */
  const held = new Map();
  const hold = (name, value) => {
    if (!name.startsWith('durable')) held.set(name, value);
    else if (baggage.has(name)) baggage.set(name, value);
    else baggage.init(name, value);
  };
  const heldAs = name => (name.startsWith('durable') ? (baggage.has(name) ? baggage.get(name) : undefined) : held.get(name));
  const mapOf = (name, make) => {
    const known = heldAs(name);
    if (known !== undefined) return known;
    const made = make(name, { durable: name.startsWith('durable') });
    hold(name, made);
    return made;
  };
  return Far('hoarder', {
    /** Objects that the source holds until it is told to forget them. */
    many: n => {
      given = harden(Array.from({ length: Number(n) }, (_, i) => Far(`object ${i}`, {})));
      return given;
    },
    forget: () => { given = []; },
    tick: () => {},
    /** Entries of a map; every hundredth holds an object of the heap, and one of the kind. */
    fill: (name, from, count) => {
      const map = mapOf(name, makeScalarBigMapStore);
      for (let n = from; n < from + count; n += 1n) {
        map.init(n, n % 100n === 0n ? harden([inHeap[Number(n / 100n) % Math.max(1, inHeap.length)], makeLink(null, null)]) : null);
      }
    },
    /** Objects, each of which holds the one before. */
    chain: (name, count) => {
      const make = name.startsWith('durable') ? makeLink : makeNote;
      let last = heldAs(name) ?? null;
      for (let n = 0n; n < count; n += 1n) last = make(last, null);
      hold(name, last);
    },
    /** Imports of which the heap has hold. */
    gather: async n => { inHeap = await E(source).many(n); },
    /** They are keys of a weak map. */
    recognize: name => {
      const map = mapOf(name, makeScalarBigWeakMapStore);
      for (const object of inHeap) map.init(object, makeLink(null, null));
    },
    /** One object that holds them all, in a row of its own, twice. */
    gatherInOne: name => {
      const link = makeLink(null, harden([...inHeap]));
      hold(name, link);
    },
    letGo: () => { inHeap = []; },
    drop: name => {
      if (name.startsWith('durable')) baggage.delete(name);
      else held.delete(name);
    },
  });
};
