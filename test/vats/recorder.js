/* global VatData */
import { E, Far } from '@endo/far';

const { makeScalarBigMapStore } = VatData;

/** Records in every way that a contract has: by what it sends, by what it stores, and by what it reads. */
export const buildRootObject = (_vatPowers, _vatParameters, baggage) => {
  if (!baggage.has('texts')) baggage.init('texts', makeScalarBigMapStore('texts', { durable: true }));
  const texts = baggage.get('texts');
  const fill = (from, times, size) => {
    for (let at = from; at < from + times; at += 1) texts.init(at, `${at} ${'x'.repeat(size)}`);
  };
  return Far('recorder', {
    fill,
    sendMuch: (target, times, size) => {
      for (let at = 0; at < times; at += 1) void E(target).now(`${at} ${'x'.repeat(size)}`);
    },
    storeMuch: (times, size) => fill(1000, times, size),
    readMuch: () => {
      let length = 0;
      for (const text of texts.values()) length += text.length;
      return length;
    },
  });
};
