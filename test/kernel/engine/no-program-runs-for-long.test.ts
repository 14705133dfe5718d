import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareEngine } from '../../../kernel/vat/worker-engine.js';
import { attacks, usual } from '../../support/engine-attacks.js';
import { runInEngine } from '../../support/engine-process.js';

const { binary, baseSnapshot } = prepareEngine({});
assert.ok(baseSnapshot !== undefined);
/** A hundredth of the default bound of a delivery; the long test has all of it. */
const small = { binary, baseSnapshot: baseSnapshot.path, computrons: 1_000_000, milliseconds: 60_000 };

test('every attack ends by a verdict: computation, heap or stack', async () => {
  for (const [name, program] of Object.entries(attacks)) {
    const end = await runInEngine(program, small);
    assert.ok(typeof end === 'object' && 'exit' in end && [11, 12, 17].includes(end.exit ?? 0), `${name}: ${JSON.stringify(end)}`);
  }
});

test('a remainder by a long BigInt gives no computrons back', async () => {
  const cost = async (divisor: string): Promise<number> => {
    const end = await runInEngine(`const b=${divisor}; for(let i=0;i<10000;i++) 1n % b;`, small);
    return typeof end === 'object' && 'computrons' in end ? end.computrons : Number.NaN;
  };
  assert.ok(await cost('2n**320n') >= await cost('2n'));
});

test('a program costs the same in every process, with randomised addresses too', async () => {
  const bound = { ...small, computrons: 100_000_000 };
  for (const [name, program] of Object.entries(usual)) {
    const ends = [await runInEngine(program, bound), await runInEngine(program, bound), await runInEngine(program, { ...bound, plain: true })];
    assert.ok(typeof ends[0] === 'object' && 'computrons' in ends[0], `${name}: ${JSON.stringify(ends[0])}`);
    assert.deepEqual(ends, [ends[0], ends[0], ends[0]], name);
  }
});
