import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commentsOf, parseSource } from '../../scripts/tidy/source.js';
import { wordsOf } from '../../scripts/tidy/words.js';
import { judge, table } from './judge.js';

test('files and folders are in kebab case', () => {
  assert.deepEqual(judge('app/baseApp.ts', ''), ['0 name']);
  assert.deepEqual(judge('app/Host/keeper.ts', ''), ['0 name']);
  assert.deepEqual(judge('app/base-app.ts', ''), []);
  assert.deepEqual(judge('app/utils/sort.ts', ''), ['0 name'], 'a drawer for odds and ends');
  assert.deepEqual(judge('test/app/fee-2-is-kept.long.test.ts', `import 'node:test';`), []);
});

test('a file over 500 lines needs a listed reason, and a listed file a length', () => {
  const lines = (count: number): string => 'export {};\n'.repeat(count);
  const listed = { ...table, longFiles: { 'app/tree.ts': 'one tree read from top to bottom' } };
  assert.deepEqual(judge('app/tree.ts', lines(500)), []);
  assert.deepEqual(judge('app/tree.ts', lines(501)), ['0 length']);
  assert.deepEqual(judge('app/tree.ts', lines(501), listed), []);
  assert.deepEqual(judge('app/tree.ts', lines(500), listed), ['0 length']);
});

test('a file with tests ends in .test.ts, and the other way round', () => {
  const tests = `import { test } from 'node:test';`;
  assert.deepEqual(judge('test/kernel/refcounts.ts', tests), ['0 test-name']);
  assert.deepEqual(judge('test/kernel/refcounts.test.ts', tests), []);
  assert.deepEqual(judge('test/kernel/refcounts.test.ts', 'export {};'), ['0 test-name']);
  assert.deepEqual(judge('test/conform/store-suite.ts', tests), [], 'suites are functions');
  assert.deepEqual(judge('test/kernel/scripted.ts', 'export {};'), [], 'a helper beside its tests');
  assert.deepEqual(judge('test/kernel/scripted.ts', `import type { TestContext } from 'node:test';`), [], 'a helper that takes a test');
});

const markers: readonly (readonly [breaks: string, passes: string])[] = [
  ['// TODO: later', '// todo lists are elsewhere'],
  ['/* FIXME */', "export const text = 'FIXME';"],
  ['// @ts-ignore', '// a cast says more'],
  ['/* eslint-disable */', '// eslint-disable-next-line eqeqeq'],
  ['export const a = b as any;', 'export const a = b as unknown;'],
  ["test.only('a', run);", 'list.only(1);'],
  ["test.skip('a', run);", 'reader.skip(4);'],
  ["describe.only('a', run);", "describe('a', run);"],
  ['t.skip();', "t.skip('Go is missing');"],
  ["test('a', { only: true }, run);", 'select({ only: true });'],
  ["test('a', { skip: true }, run);", "test('a', { skip: whyNoGo() }, run);"],
];
for (const [breaks, passes] of markers) {
  test(`marker: ${breaks}`, () => {
    assert.deepEqual(judge('app/a.ts', `export {};\n${breaks}`), ['2 marker']);
    assert.deepEqual(judge('app/a.ts', `export {};\n${passes}`), []);
  });
}

test('a marker deep in a long comment is found on its own line', () => {
  assert.deepEqual(judge('app/a.ts', 'export {};\n/**\n * text\n * TODO\n */\nexport const a = 1;'), ['4 marker']);
});

test('chain says no word about vats, not even in a comment', () => {
  assert.deepEqual(judge('chain/tx.ts', '// ends in the vat\nexport {};'), ['1 word']);
  assert.deepEqual(judge('chain/vat-hook.ts', 'export {};'), ['0 word']);
  assert.deepEqual(judge('chain/tx.ts', 'export const runVats = 1;'), ['1 word']);
  assert.deepEqual(judge('chain/tx.ts', '// private innovation is elevated\nexport const privateKey = 1;'), []);
});

test('the kernel names no block, tx or socket, but a comment may block', () => {
  assert.deepEqual(judge('kernel/crank.ts', 'export const blockHeight = 1;'), ['1 word']);
  assert.deepEqual(judge('kernel/tx-queue.ts', 'export {};'), ['0 word']);
  assert.deepEqual(judge('kernel/crank.ts', '// this must not block\nexport const context = 1;'), []);
});

test('identifiers fall into words at capitals, digits apart', () => {
  assert.deepEqual(wordsOf('vatStoreGet'), ['vat', 'store', 'get']);
  assert.deepEqual(wordsOf('ABCIServer'), ['abci', 'server']);
  assert.deepEqual(wordsOf('__raw-tx_bytes'), ['raw', 'tx', 'bytes']);
  assert.deepEqual(wordsOf('excavate'), ['excavate']);
});

test('paths of a machine are found, paths of a URL or a store are not', () => {
  const home = ['', 'home', 'somebody', 'x'].join('/');
  assert.deepEqual(judge('app/a.ts', `export const a = '${home}';`), ['1 text']);
  assert.deepEqual(judge('app/a.ts', `export const a = '/store/home/key'; // https://a.b${home}`), []);
});

test('comments are what the language takes for comments', () => {
  const template = '`/* no $' + '{/* three */ a} // no`';
  const text = `// one\nconst a = '// no'; // two\nconst b = ${template};\n/** four http://x // same */\nconst c = /\\/\\*/;\n// five`;
  assert.deepEqual(commentsOf(parseSource('a.ts', text)).map(comment => comment.text), ['// one', '// two', '/* three */', '/** four http://x // same */', '// five']);
});
