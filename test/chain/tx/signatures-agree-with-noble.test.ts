import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { pubkeyToAddress } from '@cosmjs/amino';
import { addressPrefix, addressText, parseAddress } from '../../../chain/index.js';
import { secp256k1Address } from '../../../chain/crypto/address.js';
import { makeBoundedCache } from '../../../chain/crypto/bounded-cache.js';
import { isSecp256k1Key, verifySecp256k1, verifySecp256k1Ahead } from '../../../chain/crypto/secp256k1.js';
import { makeRandom } from '../../support/chain-random.js';

const noble = (signature: Uint8Array, signBytes: Uint8Array, key: Uint8Array): boolean => {
  try {
    return secp256k1.verify(signature, signBytes, key, { lowS: true });
  } catch {
    return false; // noble throws on shapes that we refuse
  }
};

test('good and injured signatures, keys and messages are judged as by noble, ahead or not', async () => {
  const random = makeRandom(1);
  let good = 0;
  for (let round = 0; round < 400; round += 1) {
    const secret = random.bytes(32);
    const key = Uint8Array.from(secp256k1.getPublicKey(secret));
    const signBytes = random.bytes(random.below(200));
    const signature = Uint8Array.from(secp256k1.sign(signBytes, secret));
    const injured = [undefined, key, signature, signBytes][random.below(4)];
    if (injured && injured.length > 0) injured[random.below(injured.length)] = random.below(256);
    const check = { key, signBytes, signature };
    if (random.below(2) === 0) await verifySecp256k1Ahead(check);
    const expected = noble(signature, signBytes, key);
    assert.equal(verifySecp256k1(check), expected, `round ${round}`);
    assert.equal(verifySecp256k1(check), expected, 'the same again, from memory');
    if (expected) good += 1;
  }
  assert(good > 80 && good < 320, `${good} good ones`);
});

test('zero, order and overlong values of r and s are refused', () => {
  const key = Uint8Array.from(secp256k1.getPublicKey(new Uint8Array(32).fill(1)));
  const order = Buffer.from('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141', 'hex');
  const one = Buffer.concat([Buffer.alloc(31), Buffer.of(1)]);
  for (const parts of [[Buffer.alloc(32), one], [one, Buffer.alloc(32)], [order, one], [one, order]]) {
    assert.equal(verifySecp256k1({ key, signBytes: new Uint8Array(1), signature: Buffer.concat(parts) }), false);
  }
  for (const length of [0, 63, 65, 72]) assert.equal(verifySecp256k1({ key, signBytes: new Uint8Array(1), signature: new Uint8Array(length) }), false);
});

test('keys that are no compressed point are refused', () => {
  const uncompressed = secp256k1.getPublicKey(new Uint8Array(32).fill(1), false);
  for (const key of [uncompressed, new Uint8Array(33), Uint8Array.of(2, ...new Uint8Array(32).fill(0xff)), new Uint8Array(0)]) assert.equal(isSecp256k1Key(key), false);
});

test('addresses are those of cosmjs, and have one text only', () => {
  const random = makeRandom(2);
  for (let round = 0; round < 50; round += 1) {
    const key = Uint8Array.from(secp256k1.getPublicKey(random.bytes(32)));
    const text = addressText(secp256k1Address(key));
    assert.equal(text, pubkeyToAddress({ type: 'tendermint/PubKeySecp256k1', value: Buffer.from(key).toString('base64') }, addressPrefix));
    assert.deepEqual(parseAddress(text), { bytes: secp256k1Address(key) });
    for (const other of [text.toUpperCase(), `${text} `, text.slice(0, -1), text.replace(addressPrefix, 'cosmos')]) assert('problem' in parseAddress(other));
  }
  assert('bytes' in parseAddress(addressText(new Uint8Array(32))));
  for (const length of [0, 19, 21, 33]) assert('problem' in parseAddress(addressText(new Uint8Array(length))));
});

test('a full cache forgets what was used longest ago', () => {
  const cache = makeBoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3);
  assert.deepEqual(['a', 'b', 'c'].map(key => cache.get(key)), [1, undefined, 3]);
});
