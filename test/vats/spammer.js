import { E, Far } from '@endo/far';

/** Makes syscalls without end, or large ones. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) =>
  Far('spammer', {
    store(times, size = 10) {
      const text = 'x'.repeat(size);
      for (let i = 0; i < times; i += 1) {
        const key = `row${i}`;
        if (baggage.has(key)) baggage.set(key, text);
        else baggage.init(key, text);
      }
    },
    send(target, times) {
      for (let i = 0; i < times; i += 1) void E(target).ping(i);
    },
    storeText: (key, text) => {
      if (baggage.has(key)) baggage.set(key, text);
      else baggage.init(key, text);
    },
    readText: key => baggage.get(key),
  });
