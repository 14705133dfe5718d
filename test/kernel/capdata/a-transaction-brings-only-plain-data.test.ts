import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CapData } from '../../../kernel/capdata.js';
import {
  CapDataError, checkAccountCapData, decodeCapData, decodeMethargs, encodeCapData, encodeMethargs, ErrorValue, fromPlainJson, isRecord, loneSlot, mapSlots, methodOf, record, slotRef,
  SlotRef, SymbolValue, Tagged, accountCapDataBytesMax,
} from '../../../kernel/capdata.js';

const check = (body: string, slots: readonly string[] = [], mustBeArray = true) => checkAccountCapData({ body, slots }, { mustBeArray });
const nested = (depth: number): string => `#${'['.repeat(depth)}${']'.repeat(depth)}`;

for (const [body, reason] of [
  ['[]', 'the body is not smallcaps'],
  ['', 'the body is not smallcaps'],
  ['#', 'the body is not JSON'],
  ['#[1,]', 'the body is not JSON'],
  ['#{}', 'the arguments are not an array'],
  ['#["$1"]', 'a reference is out of range'],
  ['#["$4294967296"]', 'a reference is not written as one'],
  ['#["$-0"]', 'a reference is not written as one'],
  ['#["$00"]', 'a reference is not written as one'],
  ['#["$"]', 'a reference is not written as one'],
  ['#["$0x0"]', 'a reference is not written as one'],
  ['#["$0."]', 'an interface name is not one'],
  ['#["$0.purse"]', 'an interface name is not one'],
  ['#["&0"]', 'a transaction cannot name promises'],
  ['#["&0.Alleged: x"]', 'an interface name is not one'],
  ['#["$0","&0"]', 'a slot is used as an object and as a promise'],
  ['#["(x"]', 'a string begins with a reserved character'],
  ['#["#nothing"]', 'a constant is unknown'],
  ['#["!x"]', 'a string is escaped that need not be'],
  ['#["+"]', 'a bigint is not written as one'],
  ['#["+07"]', 'a bigint is not written as one'],
  ['#["-0"]', 'a bigint is not written as one'],
  ['#["+1.5"]', 'a bigint is not written as one'],
  [`#["+1${'0'.repeat(5000)}"]`, 'a bigint is too long'],
  ['#["%@@nothing"]', 'a well-known symbol is unknown'],
  ['#[1e999]', 'a number is out of range'],
  ['#[{"#x":1}]', 'a property name begins with a reserved character'],
  ['#[{"$0":1}]', 'a property name begins with a reserved character'],
  ['#[{"!a":1}]', 'a string is escaped that need not be'],
  ['#[{"#tag":"a"}]', 'a tagged value has other properties than a tag and a payload'],
  ['#[{"#tag":5,"payload":1}]', 'a tag is not a string'],
  ['#[{"#tag":"#undefined","payload":1}]', 'a tag is not a string'],
  ['#[{"#tag":"a","payload":1,"x":2}]', 'a tagged value has other properties than a tag and a payload'],
  ['#[{"#error":"m"}]', 'the name of an error is not a string'],
  ['#[{"#error":"+5","name":"Error"}]', 'the message of an error is not a string'],
  ['#[{"#error":"m","name":"Error","cause":1}]', 'an error has an unknown property'],
  [nested(33), 'the body is nested too deeply'],
  [nested(200_000), 'the body is nested too deeply'],
  [`#["${'x'.repeat(accountCapDataBytesMax)}"]`, `the data is longer than ${accountCapDataBytesMax} bytes`],
  [`#["${'é'.repeat(accountCapDataBytesMax / 2)}"]`, `the data is longer than ${accountCapDataBytesMax} bytes`],
]) {
  test(`refused: ${body!.slice(0, 60)}`, () => assert.deepEqual(check(body!, ['alice']), { ok: false, reason }));
}

test('a hundred slots are taken, one more is not', () => {
  const slots = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
  assert.equal(check('#[]', slots(100)).ok, true);
  assert.deepEqual(check('#[]', slots(101)), { ok: false, reason: 'there are more than 100 slots' });
});

test('what is taken has names for slots, and no iface', () => {
  assert.deepEqual(check('#["$1.Alleged: x","$0","$1",{"b":"+5","a":"!#"}]', ['same', 'same']), {
    ok: true,
    value: [new SlotRef('same', undefined, 1), new SlotRef('same', undefined, 0), new SlotRef('same', undefined, 1), record({ a: '#', b: 5n })],
  });
  assert.equal(check(nested(32)).ok, true);
  assert.equal(check('#["[[[[{{{{\\"[[["]').ok, true);
  assert.equal(check('#"x"', [], false).ok, true);
});

test('a key is only a key, whatever it is called', () => {
  const value = decodeCapData({ body: '#{"__proto__":{"isAdmin":true},"constructor":1,"toJSON":"x"}', slots: [] });
  assert.ok(isRecord(value));
  assert.equal((value as { isAdmin?: unknown })['isAdmin'], undefined);
  assert.equal(({} as { isAdmin?: unknown }).isAdmin, undefined);
  assert.equal(encodeCapData(value).body, '#{"__proto__":{"isAdmin":true},"constructor":1,"toJSON":"x"}');
});

test('methargs are written from values, with slots numbered anew', () => {
  const decoded = decodeCapData({ body: '#["$2","$0.Alleged: x","$2"]', slots: ['a', 'b', 'c'] });
  const args = mapSlots(decoded, (slot, index) => ({ slot: `ko${index}-${slot}`, iface: index === 2 ? 'Alleged: c' : undefined }));
  assert.ok(Array.isArray(args));
  const methargs = encodeMethargs('#pay', [...args, slotRef('ko9')]);
  assert.deepEqual(methargs, { body: '#["!#pay",["$0.Alleged: c","$1","$0","$2"]]', slots: ['ko2-c', 'ko0-a', 'ko9'] });
  assert.equal(decodeMethargs(methargs).method, '#pay');
  assert.equal(decodeMethargs(encodeMethargs('deep', [decodeCapData({ body: nested(31), slots: [] })])).args.length, 1);
});

test('the method of a call is said in words', () => {
  assert.equal(methodOf(encodeMethargs('pay', [])), 'pay');
  assert.equal(methodOf(encodeMethargs(undefined, [])), 'undefined');
  assert.equal(methodOf(encodeMethargs(new SymbolValue('@@iterator'), [])), 'Symbol(@@iterator)');
  for (const body of ['', '#1', '#["pay"]', '#["pay",{}]', '#[5,[]]']) assert.equal(methodOf({ body, slots: [] }), '(unreadable)');
});

test('a lone slot is data that is one reference and nothing else', () => {
  const lone: readonly (readonly [CapData, string | undefined])[] = [
    [{ body: '#"$0"', slots: ['ko5'] }, 'ko5'],
    [{ body: '#"$0.Alleged: a \\"b\\""', slots: ['ko5'] }, 'ko5'],
    [{ body: '#"&1"', slots: ['ko5', 'kp6'] }, 'kp6'],
    [{ body: '#"$1"', slots: ['ko5'] }, undefined],
    [{ body: '#["$0"]', slots: ['ko5'] }, undefined],
    [{ body: '#"!$0"', slots: ['ko5'] }, undefined],
    [{ body: '#"$0","$0"', slots: ['ko5'] }, undefined],
    [{ body: '#"$0.x"y"', slots: ['ko5'] }, undefined],
    [{ body: '#"#undefined"', slots: [] }, undefined],
  ];
  for (const [data, slot] of lone) assert.equal(loneSlot(data), slot, data.body);
});

test('plain JSON keeps its strings, and nothing else gets in', () => {
  assert.equal(encodeCapData(fromPlainJson({ b: ['$0', null], a: 1 })).body, '#{"a":1,"b":["!$0",null]}');
  for (const wrong of [undefined, 5n, NaN, () => 1, Symbol('x')]) assert.throws(() => fromPlainJson([wrong]), TypeError);
});

test('tags and errors are read', () => {
  const value = decodeCapData({ body: '#[{"#tag":"copySet","payload":[]},{"#error":"no","errorId":"e1","name":"TypeError"}]', slots: [] });
  assert.deepEqual(value, [new Tagged('copySet', []), new ErrorValue('TypeError', 'no', 'e1')]);
  assert.throws(() => encodeCapData([new Date() as never]), TypeError);
  assert.throws(() => decodeCapData({ body: '#"(x"', slots: [] }), CapDataError);
});
