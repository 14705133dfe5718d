import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldBytesMax, laneD, laneDText, LaneHash, lineSchemas, readLine, splitLines, stringBytesMax, writeLine, type Line } from '../../../app/recorder/index.js';

const local = { t: 1_780_000_000.123, m: 5.5 };
const syscall = (value: string): Line => ({ type: 'syscall', crank: 7, vat: 'v3', delivery: 12, syscall: 0, vsc: ['vatstoreSet', 'key', value] });

test('members stand in the order of the schema, type first, and the local part is the last', () => {
  const text = writeLine({ type: 'block-end', roots: { bank: 'aa', acc: 'bb' }, appHash: 'ff', computrons: 12_345_678_901_234_567_890n, cranks: 3, height: 8813n }, local);
  assert.equal(text, '{"type":"block-end","height":"8813","appHash":"ff","roots":{"bank":"aa","acc":"bb"},"cranks":3,"computrons":"12345678901234567890","~":{"t":1780000000.123,"m":5.5}}\n');
});

test('lane D is what stands before the last local part, whatever a vat says', () => {
  const value = 'a,"~":{"t":1}} and "quotes", \\ and \n';
  const line = syscall(value);
  const text = writeLine(line, { ...local, soft: { heap: ',"~":' } });
  assert.equal(`${laneD(text.slice(0, -1))}\n`, laneDText(line));
  assert.deepEqual([...splitLines(text)], [text.slice(0, -1)], 'one line');
  const read = readLine(text.slice(0, -1));
  assert.equal(read.type, 'syscall');
  assert.deepEqual(read.type === 'syscall' && read.line, line);
});

test('another time, another attempt: the same hash; another byte of a line: another', () => {
  const hashOf = (line: Line): string => {
    const hash = new LaneHash();
    hash.add('syscall', laneDText(line).slice(0, -1));
    hash.add('kv', 'rows are covered by crankhash');
    hash.add('crank-finish', '{"type":"crank-finish"}');
    return hash.hex;
  };
  assert.equal(hashOf(syscall('a')), hashOf(syscall('a')));
  assert.notEqual(hashOf(syscall('a')), hashOf(syscall('b')));
});

test('a string over 64 KiB is replaced by its size and hash, and a field that is too long as a whole', () => {
  const long = 'ü'.repeat(stringBytesMax / 2 + 1);
  const written = JSON.parse(writeLine(syscall(long), local)) as { vsc: unknown[] };
  assert.deepEqual(written.vsc[2], { bytes: stringBytesMax + 2, sha256: '6b5f1afc6df88fb0583f1e2c0245fae23c405cac7554ce7d75263c6f736b9e27' });
  const just = JSON.parse(writeLine(syscall('y'.repeat(stringBytesMax)), local)) as { vsc: unknown[] };
  assert.equal(just.vsc[2], 'y'.repeat(stringBytesMax));
  const many = writeLine({ ...syscall(''), vsc: ['dropImports', Array.from({ length: 200_000 }, (_, n) => `o-${n}`)] } as Line, local);
  assert.ok(many.length < fieldBytesMax);
  assert.ok('sha256' in (JSON.parse(many) as { vsc: object }).vsc);
});

test('what is no line of ours is told apart, and does not throw', () => {
  for (const text of ['', '{', '{"type":"syscall"', '{"type":"from-the-future","x":1,"~":{}}', '{"type":"syscall","crank":}, "~":{}}']) assert.equal(readLine(text).type, undefined, text);
});

test('only lines of lane L are named local, and every local one is of lane L', () => {
  for (const [type, { lane }] of Object.entries(lineSchemas)) if (type.startsWith('local/')) assert.equal(lane, 'L', type);
});
