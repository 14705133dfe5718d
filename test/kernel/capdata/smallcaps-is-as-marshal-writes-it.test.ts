import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CapData, Passable } from '../../../kernel/capdata.js';
import { CapDataError, decodeCapData, encodeCapData, makeError, promiseRef, record, slotRef, SymbolValue, Tagged } from '../../../kernel/capdata.js';
import type { OracleAnswer } from '../../support/worker-marshal-oracle.js';
import type { Random } from '../../support/worker-random.js';
import { makeRandom } from '../../support/worker-random.js';

const texts = ['', 'a', '!', '!a', '#undefined', '#tag', '$0', '&1', '%x', '+1', '-1', '(', ',', '.', '/', ' ', 'é😀', '\ud800', '\u0000"\\', '__proto__', 'toString', 'toJSON', '10', '9', '0', 'constructor'];
const symbols = ['foo', '', '@@iterator', '@@asyncIterator', '@@@@mine', '#'].map(name => new SymbolValue(name));
const plain: readonly Passable[] = [undefined, null, true, false, 0, -0, 1.5, -1e21, 5e-324, NaN, Infinity, -Infinity, 0n, 7n, -7n, 10n ** 30n, ...symbols, ...texts];

function randomValue(random: Random, depth: number): Passable {
  const kind = random.below(depth === 0 ? 3 : 8);
  const inner = (): Passable => randomValue(random, depth - 1);
  switch (kind) {
    case 0:
    case 1:
      return random.pick(plain);
    case 2:
      return random.below(3) === 0 ? promiseRef(`p${random.below(3)}`) : slotRef(`o${random.below(3)}`);
    case 3:
      return makeError(random.pick(['Error', 'TypeError', 'RangeError']), random.pick(texts));
    case 4:
      return new Tagged(random.pick(texts), inner());
    case 5:
      return Array.from({ length: random.below(4) }, inner);
    default:
      return record(Object.fromEntries(Array.from({ length: random.below(4) }, (): [string, Passable] => [random.pick(texts), inner()])));
  }
}

function askMarshal(questions: readonly CapData[]): readonly OracleAnswer[] {
  const script = fileURLToPath(new URL('../../support/worker-marshal-oracle.js', import.meta.url));
  const input = questions.map(question => `${JSON.stringify(question)}\n`).join('');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { input, encoding: 'utf8', maxBuffer: 1e9, timeout: 120_000 });
  assert.equal(status, 0, stderr);
  const answers = stdout.trimEnd().split('\n').map(line => JSON.parse(line) as OracleAnswer);
  assert.equal(answers.length, questions.length);
  return answers;
}

function tryDecode(data: CapData): { readonly value: Passable } | { readonly reason: string } {
  try {
    return { value: decodeCapData(data) };
  } catch (error) {
    assert.ok(error instanceof CapDataError, `only a CapDataError is expected: ${String(error)}`);
    return { reason: error.message };
  }
}

test('every value is written byte for byte as marshal writes it, and read back', () => {
  const random = makeRandom(1);
  const values = [...plain, slotRef('o1', 'Alleged: é "x".y'), ...Array.from({ length: 4000 }, () => randomValue(random, 4))];
  const written = values.map(encodeCapData);
  for (const [index, answer] of askMarshal(written).entries()) {
    const data = written[index]!;
    assert.deepEqual(answer, { ok: true, ...data });
    assert.deepEqual(encodeCapData(decodeCapData(data)), data);
  }
});

/** What we refuse though marshal takes it: a second spelling of the same value, or what only harms the receiver. */
const stricter = new Set([
  'a bigint is not written as one',
  'a string is escaped that need not be',
  'a reference is not written as one',
  'an interface name is not one',
  'an error has an unknown property',
  'the id of an error is not a string',
  'a number is out of range',
  'the body is not smallcaps',
  'the body is nested too deeply',
]);

test('what we take of a stranger, marshal takes too, and as the same value', () => {
  const random = makeRandom(2);
  const bits = ['"', '[', ']', '{', '}', ':', ',', '#', '$', '&', '%', '!', '+', '-', '.', '0', '1', '00', '1e9', '"#tag"', '"#error"', '"payload"', '"name"', 'null', '\\u0000', '@@', 'Alleged: ', '"x"', ' '];
  const mutate = (body: string): string => {
    const at = 1 + random.below(body.length);
    return body.slice(0, at) + (random.below(3) === 0 ? '' : random.pick(bits)) + body.slice(at + random.below(3));
  };
  const questions: CapData[] = Array.from({ length: 8000 }, () => {
    const { body, slots } = encodeCapData(randomValue(random, 3));
    let mutant = body;
    for (let times = 1 + random.below(2); times > 0; times -= 1) mutant = mutate(mutant);
    return { body: mutant, slots };
  });
  let taken = 0;
  let refused = 0;
  for (const [index, answer] of askMarshal(questions).entries()) {
    const question = questions[index]!;
    const ours = tryDecode(question);
    if ('value' in ours) {
      // Whether a slot is an object or a promise is known by the slot, which a codec does not read.
      if (!answer.ok && /option must return a (?:promise|remotable)/.test(answer.message)) continue;
      taken += 1;
      assert.ok(answer.ok, `marshal refuses ${JSON.stringify(question)}: ${JSON.stringify(answer)}`);
      // An errorId and the names of unknown errors do not survive marshal, by its own rule.
      if (!question.body.includes('#error')) assert.deepEqual({ body: answer.body, slots: answer.slots }, encodeCapData(ours.value));
    } else if (answer.ok) {
      refused += 1;
      assert.ok(stricter.has(ours.reason), `marshal takes ${JSON.stringify(question)}, and we refuse: ${ours.reason}`);
    }
  }
  assert.ok(taken > 500 && refused > 20, `the mutants were of use: ${taken} taken, ${refused} refused by us alone`);
});
