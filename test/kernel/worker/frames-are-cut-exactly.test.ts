import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame, FrameReader, FramingError } from '../../../kernel/vat/netstring.js';
import { parseSyscall } from '../../../kernel/vat/syscall-shape.js';
import { makeRandom } from '../../support/worker-random.js';

test('frames come out as they went in, however the stream is cut', () => {
  const random = makeRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const texts = Array.from({ length: 1 + random.below(6) }, () => 'é'.repeat(random.below(3)) + 'x'.repeat(random.below(random.below(2) === 0 ? 5 : 300)));
    const stream = Buffer.concat(texts.map(text => encodeFrame('?', text)));
    const got: string[] = [];
    const reader = new FrameReader({ wholeBytesMax: 1000, headBytes: 10 }, frame => got.push(frame.bytes.toString('utf8', 1)));
    for (let at = 0; at < stream.length; ) {
      const end = at + 1 + random.below(random.below(2) === 0 ? 3 : 400);
      reader.push(stream.subarray(at, end));
      at = end;
    }
    assert.deepEqual(got, texts);
  }
});

test('of a frame that is too long only the head is kept, and the next one is whole', () => {
  const frames: [number, string][] = [];
  const reader = new FrameReader({ wholeBytesMax: 20, headBytes: 5 }, frame => frames.push([frame.length, frame.bytes.toString('latin1')]));
  const stream = Buffer.concat([encodeFrame('?', 'abcdefghijklmnopqrstuvwxyz'), encodeFrame('.', 'ok')]);
  for (const byte of stream) reader.push(Buffer.from([byte]));
  reader.push(stream);
  assert.deepEqual(frames, [[27, '?abcd'], [3, '.ok'], [27, '?abcd'], [3, '.ok']]);
});

for (const bytes of ['x', ':', '-1:', '3:abcd', '1234567890:', '1 :a,', '\u0000']) {
  test(`${JSON.stringify(bytes)} is no frame`, () => {
    const reader = new FrameReader({ wholeBytesMax: 100, headBytes: 10 }, () => assert.fail('no frame is in there'));
    assert.throws(() => reader.push(Buffer.from(bytes, 'latin1')), FramingError);
  });
}

test('random bytes are refused or awaited, never misread', () => {
  const random = makeRandom(11);
  for (let round = 0; round < 2000; round += 1) {
    const reader = new FrameReader({ wholeBytesMax: 100, headBytes: 10 }, ({ bytes, length }) => assert.ok(bytes.length === length || bytes.length === 10));
    try {
      reader.push(Buffer.from(Array.from({ length: 20 }, () => '0123456789:,ax'.charCodeAt(random.below(14)))));
    } catch (error) {
      assert.ok(error instanceof FramingError);
    }
  }
});

const data = { body: '#1', slots: ['o-1'] };

for (const good of [
  ['send', 'o-1', { methargs: data }],
  ['send', 'o-1', { methargs: data, result: null }],
  ['send', 'o-1', { methargs: data, result: 'p+5' }],
  ['callNow', 'd-1', 'get', data],
  ['subscribe', 'p-1'],
  ['resolve', [['p-1', false, data], ['p-2', true, data]]],
  ['exit', true, data],
  ['vatstoreGet', ''],
  ['vatstoreGetNextKey', 'x'],
  ['vatstoreSet', 'k\ud800', ''],
  ['vatstoreDelete', 'k'],
  ['dropImports', []],
  ['retireImports', ['o-1']],
  ['retireExports', ['o+1']],
  ['abandonExports', ['o+1']],
]) {
  test(`${JSON.stringify(good)} is a syscall`, () => assert.equal(parseSyscall(good), good));
}

for (const bad of [
  null, 'send', {}, [], ['send'], ['nothing', 'o-1'], ['constructor'], [['send']], ['send', 'o-1', { methargs: data }, 1], ['send', 1, { methargs: data }],
  ['send', 'o-1', { methargs: data, result: 5 }], ['send', 'o-1', { methargs: data, extra: 1 }], ['send', 'o-1', { methargs: { body: 1, slots: [] } }],
  ['send', 'o-1', { methargs: { body: '#1', slots: [1] } }], ['send', 'o-1', { methargs: { body: '#1', slots: {} } }], ['subscribe'], ['subscribe', null],
  ['resolve', ['p-1', false, data]], ['resolve', [['p-1', 0, data]]], ['resolve', [['p-1', false]]], ['exit', 'true', data], ['vatstoreSet', 'k'], ['vatstoreSet', 'k', null],
  ['vatstoreGet', 'a', 'b'], ['dropImports', 'o-1'], ['dropImports', [null]],
]) {
  test(`${JSON.stringify(bad)} is no syscall`, () => assert.equal(parseSyscall(bad), undefined));
}
