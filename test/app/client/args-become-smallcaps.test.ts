import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArgsError, encodeArgs, encodeCapData } from '../../../app/client/index.js';
import { decodeCapData, SlotRef } from '../../../kernel/capdata.js';

test('plain data, bigints and capabilities are written as smallcaps', () => {
  const args = [null, true, -1.5, 'plain', '', '+5', '#x', '!y', { b: 1, a: [] }, { $bigint: '5' }, { $bigint: '-7' }, 12n, { $cap: 'purse' }, { $cap: '@price' }, { $cap: 'purse' }, { $undefined: true }, undefined];
  assert.deepEqual(encodeArgs(args), {
    body: '#[null,true,-1.5,"plain","","!+5","!#x","!!y",{"a":[],"b":1},"+5","-7","+12","$0","$1","$0","#undefined","#undefined"]',
    slots: ['purse', '@price'],
  });
});

test('the kernel reads back what was meant', () => {
  let seed = 41;
  const random = (below: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
  const text = (): string => String.fromCharCode(...Array.from({ length: random(4) }, () => 0x20 + random(95)));
  const make = (depth: number): [input: unknown, meant: unknown] => {
    switch (random(depth > 4 ? 5 : 7)) {
      case 0: return [null, null];
      case 1: { const made = random(1000) - 500; return [made, made]; }
      case 2: { const made = text(); return [made, made]; }
      case 3: { const made = BigInt(random(2 ** 31)) ** 3n - 10n ** 20n; return [{ $bigint: made.toString() }, made]; }
      case 4: { const name = `n${random(3)}`; return [{ $cap: name }, name]; }
      case 5: { const items = Array.from({ length: random(4) }, () => make(depth + 1)); return [items.map(([input]) => input), items.map(([, meant]) => meant)]; }
      default: {
        const fields = Array.from({ length: random(4) }, () => [`k${text()}`, make(depth + 1)] as const);
        return [Object.fromEntries(fields.map(([key, [input]]) => [key, input])), Object.fromEntries(fields.map(([key, [, meant]]) => [key, meant]))];
      }
    }
  };
  for (let round = 0; round < 500; round += 1) {
    const [input, meant] = make(0);
    assert.deepEqual(toPlain(decodeCapData(encodeCapData(input))), meant);
  }
});

function toPlain(value: unknown): unknown {
  if (value instanceof SlotRef) return value.slot;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
  return value;
}

test('what has no meaning is refused with what to write instead', () => {
  let deep: unknown = [];
  for (let depth = 0; depth < 40; depth += 1) deep = [deep];
  const refused: [unknown, RegExp][] = [
    [{ $cup: 'x' }, /write \{"\$cap":"name"\}/], [{ $cap: 'x', y: 1 }, /is no value/], [{ $cap: '' }, /is no value/], [{ $bigint: '05' }, /is no value/], [{ $bigint: 5 }, /is no value/],
    [2 ** 60, /too large for a number/], [deep, /nested deeper/], [Symbol('x'), /a symbol cannot be sent/], [() => 1, /a function cannot be sent/],
    [Array.from({ length: 101 }, (_, index) => ({ $cap: `n${index}` })), /more than 100 capabilities/],
  ];
  for (const [value, expected] of refused) assert.throws(() => encodeCapData(value), (error: unknown) => error instanceof ArgsError && expected.test(error.message));
  assert.throws(() => encodeArgs({ a: 1 }), /JSON array/);
});
