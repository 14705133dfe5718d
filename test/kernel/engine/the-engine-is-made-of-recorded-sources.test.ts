import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPublishedXsnap, findXsnapBinary } from '../../../kernel/vat/xsnap-binary.js';
import { prepareSources, readRecord } from '../../../scripts/build-engine/build.js';
import { applyPatches, patches } from '../../../scripts/build-engine/patches.js';
import { addTicks } from '../../../scripts/build-engine/ticks.js';
import { transform } from '../../../scripts/build-engine/transform.js';
import { packageRootAbove } from '../../../scripts/package-root.js';

const root = packageRootAbove(import.meta.dirname);
const none: ReadonlySet<string> = new Set();

test('the published sources and what our changes make of them are the recorded ones', () => {
  assert.deepEqual(prepareSources(root).record, readRecord(root));
});

test('sources that our changes were not made for are refused', () => {
  assert.throws(() => transform(new Map([['a/xsRun.c', '']]), join(root, 'kernel/worker/engine')), /there is no xsnap-worker\.c/);
  for (const file of patches.keys()) assert.throws(() => applyPatches(file, 'int main() {}'), /fits 0 times/);
});

test('the engine has a name of its own', () => {
  assert.equal(findPublishedXsnap().engineId, 'xsnap-0.15.0');
  assert.equal(findXsnapBinary().engineId, 'xsnap-0.15.0+windlass.1');
  assert.throws(() => findXsnapBinary('win32'), /Linux or macOS/);
});

test('every loop ticks', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['void f() { while (a(b)) c(); }', 'void f() { while (mxTick() && (a(b))) c(); }'],
    ['void f() { do x(); while ((y = z())); }', 'void f() { do x(); while (mxTick() && ((y = z()))); }'],
    ['void f() { for (;;) x(); }', 'void f() { for (; mxTick();) x(); }'],
    ['void f() { for (i = 0, j = g(";"); i < n || m; i++) x(); }', 'void f() { for (i = 0, j = g(";"); mxTick() && ( i < n || m); i++) x(); }'],
    ['void f() { again: x(); if (y) goto again; else z(); }', 'void f() { again: x(); if (y) { (void)mxTick(); goto again; } else z(); }'],
  ];
  for (const [before, after] of cases) assert.equal(addTicks(before, none), after);
});

test('what is no loop stays as it is', () => {
  const cases = [
    'void f() { do { x(); } while (0); }', '#define EACH while (x) \\\n while (y)\nvoid f() { }', 'void f() { /* while (x) */ y("while (x)", \'"\'); // for (;;)\n }',
    'void f() { if (x) goto end; y(); end: z(); }', 'void f() { meanwhile(x); }', 'void f() {\n#if A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t}\n}',
  ];
  for (const text of cases) assert.equal(addTicks(text, none), text);
});

test('a function can be left out, and so can endless loops', () => {
  const text = 'void f() { while (a) b(); }\nint g(int c)\n{ while (d) e(); for (;;) h(); }';
  assert.equal(addTicks(text, new Set(['g'])), 'void f() { while (mxTick() && (a)) b(); }\nint g(int c)\n{ while (d) e(); for (;;) h(); }');
  assert.equal(addTicks(text, new Set(['for (;;)', 'f'])), 'void f() { while (a) b(); }\nint g(int c)\n{ while (mxTick() && (d)) e(); for (;;) h(); }');
});

test('braces that do not match are an error', () => {
  assert.throws(() => addTicks('void f() { {', none), /do not match/);
});
