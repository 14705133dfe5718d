import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, FrameError, makeFrameReader } from '../../../chain/abci/frames.js';
import { makeChance } from './support.js';

const read = (reader: ReturnType<typeof makeFrameReader>, chunk: Uint8Array): Uint8Array[] => [...reader.push(chunk)].map(body => Uint8Array.from(body));

test('messages come out whole, wherever the stream is cut', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const chance = makeChance(seed);
    const bodies = Array.from({ length: 1 + Math.floor(chance() * 8) }, () => {
      const length = [0, 1, 127, 128, 16383, 16384][Math.floor(chance() * 6)] ?? 0;
      return Uint8Array.from({ length }, () => Math.floor(chance() * 256));
    });
    const stream = Buffer.concat(bodies.map(body => frame(body)));
    const reader = makeFrameReader();
    const out: Uint8Array[] = [];
    for (let at = 0; at < stream.length;) {
      const next = at + 1 + Math.floor(chance() * (chance() < 0.5 ? 3 : 20_000));
      out.push(...read(reader, stream.subarray(at, next)));
      at = next;
    }
    assert.deepEqual(out, bodies, `seed ${seed}`);
    assert.ok(reader.isAtBoundary());
  }
});

test('a length over the bound is refused before its bytes are there', () => {
  const reader = makeFrameReader(1000);
  assert.equal(read(reader, frame(new Uint8Array(1000))).length, 1);
  assert.throws(() => read(reader, Uint8Array.from([0xe9, 0x07])), FrameError);
});

test('a length prefix that is longer than needed, or has no end, is refused', () => {
  for (const prefix of [[0x80, 0x00], [0x81, 0x80, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]]) {
    assert.throws(() => read(makeFrameReader(), Uint8Array.from(prefix)), FrameError, prefix.join());
  }
});

test('an unfinished message is known to be one', () => {
  const reader = makeFrameReader();
  assert.deepEqual(read(reader, Uint8Array.from([0x05, 1, 2])), []);
  assert.equal(reader.isAtBoundary(), false);
  assert.deepEqual(read(reader, Uint8Array.from([3, 4, 5])), [Uint8Array.from([1, 2, 3, 4, 5])]);
  assert.equal(reader.isAtBoundary(), true);
  assert.deepEqual(read(reader, Uint8Array.from([0x80])), []);
  assert.equal(reader.isAtBoundary(), false);
});
