import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absDec, addDec, ceilDec, dec, decFromText, decFromWire, decOf, decSmallest, decText, decWire, decZero, mulDec, mulDecInt, mulDecRoundUp,
  mulDecTruncate, negDec, quoDec, quoDecInt, quoDecRoundUp, quoDecTruncate, roundDec, subDec, sumDec, truncateDec, truncateToDec, type Dec,
} from '../../../chain/decimal.js';
import { Refusal } from '../../../chain/index.js';
import { testCodecs } from '../../support/chain-app.js';

const texts = (list: readonly Dec[]): string[] => list.map(decText);

test('text has 18 digits after its point, and is read back; other texts are no decimals', () => {
  for (const [text, written] of [['0', '0.000000000000000000'], ['1.5', '1.500000000000000000'], ['-0.05', '-0.050000000000000000'],
    ['12345678901234567890.000000000000000001', '12345678901234567890.000000000000000001'], ['007', '7.000000000000000000']] as const) {
    assert.equal(decText(dec(text)), written);
    assert.equal(decFromText(written), dec(text));
    assert.equal(decFromWire(decWire(dec(text))), dec(text));
  }
  for (const text of ['', '.', '.5', '5.', '1.2.3', '+1', '1e5', '0x1', ' 1', '1.0000000000000000001', '--1', '9'.repeat(97)]) assert.equal(decFromText(text), undefined, text);
  for (const text of ['1.0', '-', ' ', '9'.repeat(97), '1'.repeat(96)]) assert.equal(decFromWire(text), undefined, text);
  assert.equal(decFromWire(''), decZero);
});

test('a product is rounded to the nearest, a tie to the even neighbour; or down; or up', () => {
  const halves = ['0.5', '1.5', '2.5', '-0.5', '-1.5', '-2.5'].map(dec);
  assert.deepEqual(halves.map(half => mulDec(half, decSmallest)), [0n, 2n, 2n, 0n, -2n, -2n]);
  assert.deepEqual(halves.map(half => mulDecTruncate(half, decSmallest)), [0n, 1n, 2n, 0n, -1n, -2n]);
  assert.deepEqual(halves.map(half => mulDecRoundUp(half, decSmallest)), [1n, 2n, 3n, 0n, -1n, -2n]);
  assert.equal(mulDec(dec('2.500000000000000001'), decSmallest), 3n);
  assert.deepEqual(texts([mulDec(dec('1.23'), dec('-4.56')), mulDecInt(dec('0.1'), 3n)]), ['-5.608800000000000000', '0.300000000000000000']);
});

test('a quotient is rounded to the nearest by its first 36 digits; or down; or up', () => {
  const [one, two, three] = [decOf(1n), decOf(2n), decOf(3n)];
  assert.deepEqual(texts([quoDec(one, three), quoDec(two, three), quoDecTruncate(two, three), quoDecRoundUp(one, three), quoDec(negDec(two), three), quoDecRoundUp(negDec(two), three)]),
    ['0.333333333333333333', '0.666666666666666667', '0.666666666666666666', '0.333333333333333334', '-0.666666666666666667', '-0.666666666666666666']);
  assert.equal(quoDec(decSmallest, two), 0n);
  assert.equal(quoDec(mulDecInt(decSmallest, 3n), two), 2n);
  assert.equal(quoDecInt(mulDecInt(decSmallest, 3n), 2n), 1n);
  assert.equal(quoDecInt(mulDecInt(decSmallest, -3n), 2n), -1n);
  assert.throws(() => quoDec(one, decZero), /divided by zero/);
});

test('whole parts: cut, nearest with ties to even, and the ceiling', () => {
  const list = ['1.5', '2.5', '-1.5', '-2.5', '0.000000000000000001', '-0.1', '7'].map(dec);
  assert.deepEqual(list.map(truncateDec), [1n, 2n, -1n, -2n, 0n, 0n, 7n]);
  assert.deepEqual(list.map(roundDec), [2n, 2n, -2n, -2n, 0n, 0n, 7n]);
  assert.deepEqual(list.map(value => truncateDec(ceilDec(value))), [2n, 3n, -1n, -2n, 1n, 0n, 7n]);
  assert.deepEqual(list.map(value => truncateToDec(value) / 10n ** 18n), list.map(truncateDec));
  assert.equal(sumDec(list), dec('6.900000000000000001'));
  assert.equal(absDec(subDec(dec('1'), addDec(dec('1'), dec('2')))), dec('2'));
});

test('what does not fit 315 bits is refused with the code of a panic', () => {
  const largest = decFromWire(((1n << 315n) - 1n).toString()) as Dec;
  assert.throws(() => addDec(largest, decSmallest), (error: unknown) => error instanceof Refusal && error.codespace === 'undefined' && error.code === 111222);
  assert.throws(() => mulDecInt(largest, -2n), Refusal);
  assert.equal(decFromWire((1n << 315n).toString()), undefined);
});

test('JSON of a message shows decimals with their point, and reads only such', () => {
  const coin = testCodecs.of<{ denom: string; amount: string }>('cosmos.base.v1beta1.DecCoin');
  assert.deepEqual(coin.toJson({ denom: 'x', amount: '50000000000000000' }), { denom: 'x', amount: '0.050000000000000000' });
  assert.deepEqual(coin.toJson({ denom: 'x', amount: 'nonsense' }), { denom: 'x', amount: 'nonsense' });
  assert.deepEqual(coin.fromJson({ denom: 'x', amount: '0.05' }), { denom: 'x', amount: '50000000000000000' });
  assert.throws(() => coin.fromJson({ denom: 'x', amount: '0.0000000000000000001' }), /not a decimal/);
});
