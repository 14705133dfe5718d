/* global VatData */
import { E, Far } from '@endo/far';

const { defineKind, defineKindMulti, defineDurableKind, makeKindHandle, makeScalarBigMapStore, makeScalarBigSetStore, makeScalarBigWeakMapStore, makeScalarBigWeakSetStore } = VatData;

/** Fills virtual kinds and collections, which an upgrade leaves behind, and a durable map, which it does not. Also the source of what they hold. */
export const buildRootObject = (_vatPowers, { source } = {}, baggage) => {
  const provide = (key, make) => {
    if (!baggage.has(key)) baggage.init(key, make());
    return baggage.get(key);
  };
  const handle = provide('thing kind', () => makeKindHandle('thing'));
  const kept = provide('kept', () => makeScalarBigMapStore('kept', { durable: true }));
  const makeThing = defineDurableKind(handle, (name, holds) => ({ name, holds }), { name: ({ state }) => state.name });
  const makeNote = defineKind('note', (n, holds) => ({ n, holds, more: null }), { read: ({ state }) => state.n, write: ({ state }, more) => { state.more = more; } });
  const makePair = defineKindMulti('pair', n => ({ n }), { left: { read: ({ state }) => state.n }, right: { read: ({ state }) => state.n } });
  const notes = makeScalarBigMapStore('notes');
  const weak = makeScalarBigWeakMapStore('weak');
  const weakSet = makeScalarBigWeakSetStore('weak set');
  const set = makeScalarBigSetStore('set');
  const accepted = [];
  let inHeap = [];
  const root = Far('leaver', {
    many: n => harden(Array.from({ length: Number(n) }, (_, i) => Far(`object ${i}`, {}))),
    accept: (...objects) => void accepted.push(...objects),
    tick: () => {},
    letGo: () => { inHeap = []; },
    /** Objects by tens: kept durably too, weak keys with values, strong keys, weak keys; all held by a map, the rest by notes too. */
    gather: async n => {
      inHeap = await E(source).many(n);
      inHeap.slice(0, 10).forEach((object, i) => kept.has(`object ${i}`) || kept.init(`object ${i}`, object));
      for (let i = 0; i < 10; i += 1) {
        const thing = makeThing(`thing ${i}`, inHeap[i]);
        notes.init(`thing ${i}`, thing);
        if (i < 5 && !kept.has(`thing ${i}`)) kept.init(`thing ${i}`, thing);
        const note = makeNote(-1n, inHeap[i]);
        note.write(harden([Far('lost', {}), new Promise(() => {}), thing, note]));
        weak.init(inHeap[10 + i], harden([note, thing, Far('lost too', {})]));
        set.add(inHeap[20 + i]);
        set.add(note);
        weakSet.add(inHeap[30 + i]);
        weakSet.add(note);
      }
      notes.init('all', harden([...inHeap]));
      notes.init('pair', makePair(7n).right);
      const inner = makeScalarBigMapStore('inner');
      inner.init('all', inHeap[0]);
      notes.init('inner', inner);
      makeScalarBigMapStore('dropped').init(1n, inHeap[0]);
    },
    /** Ten objects that are nothing but weak keys. */
    recognize: async () => {
      for (const object of await E(source).many(10n)) {
        weakSet.add(object);
        weak.init(object, harden([makeNote(-2n, null), makeThing('of a weak key', null), Far('lost', {}), new Promise(() => {})]));
      }
    },
    /** Ten objects that are held by the heap, and are weak keys. */
    holdInHeap: async () => {
      inHeap = await E(source).many(10n);
      for (const object of inHeap) weakSet.add(object);
    },
    fill: (from, count, exported) => {
      const held = inHeap.slice(40);
      for (let n = Number(from); n < Number(from) + Number(count); n += 1) {
        notes.init(BigInt(n), makeNote(BigInt(n), harden([held[n % held.length], notes])));
      }
      const given = Array.from({ length: Number(exported) }, (_, i) => notes.get(from + BigInt(i)));
      return E(source).accept(...given, makePair(1n).left);
    },
    sum: (from, count) => Array.from({ length: Number(count) }, (_, i) => notes.get(from + BigInt(i)).read()).reduce((a, b) => a + b, 0n),
    durable: () => harden([...kept.entries()].map(([key, value]) => (key.startsWith('thing') ? value.name() : key))),
  });
  return root;
};
