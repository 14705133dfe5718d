import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge } from './judge.js';

const path = 'app/host/keeper.ts';
const allowed = '// tidy-allow clock: the line is for people and is not hashed';

test('a reason on the line, or directly above it, excuses the finding', () => {
  assert.deepEqual(judge(path, `export const t = Date.now(); ${allowed}`), []);
  assert.deepEqual(judge(path, `${allowed}\nexport const t = Date.now();`), []);
  assert.deepEqual(judge(path, `/* ${allowed.slice(3)} */\nexport const t = Date.now();`), []);
});

test('it reaches no further line and no other rule', () => {
  assert.deepEqual(judge(path, `${allowed}\nexport {};\nexport const t = Date.now();`), ['1 allow', '3 clock']);
  assert.deepEqual(judge(path, `${allowed}\nexport const t = Math.random();`), ['1 allow', '2 randomness']);
});

test('one exception covers all findings of its rule on the line', () => {
  assert.deepEqual(judge(path, `${allowed}\nexport const t = [Date.now(), new Date()];`), []);
});

test('without a rule or a reason it is a finding itself, and excuses nothing', () => {
  assert.deepEqual(judge(path, '// tidy-allow: because\nexport const t = Date.now();'), ['1 allow', '2 clock']);
  assert.deepEqual(judge(path, '// tidy-allow watches: because I want to\nexport const t = Date.now();'), ['1 allow', '2 clock']);
  assert.deepEqual(judge(path, '// tidy-allow clock\nexport const t = Date.now();'), ['1 allow', '2 clock']);
  assert.deepEqual(judge(path, '// tidy-allow clock: ok\nexport const t = Date.now();'), ['1 allow', '2 clock']);
});

test('one that excuses nothing any more is a finding', () => {
  assert.deepEqual(judge(path, `${allowed}\nexport const t = 1;`), ['1 allow']);
});

test('in a string it is text', () => {
  assert.deepEqual(judge(path, `export const text = '${allowed}';`), []);
});
