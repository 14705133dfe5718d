import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runNode, type Ended } from './process.js';
import { makeFolder } from './project-folder.js';

const runner = join(import.meta.dirname, '..', '..', 'scripts', 'run-tests.js');
const head = "import { test } from 'node:test';\n";

/** A project whose compiled tests have the given bodies; its sources are their names alone. */
function makeProject(t: TestContext, bodies: Readonly<Record<string, string>>): string {
  const files = Object.entries(bodies).flatMap(([name, body]) => [[`test/${name}.ts`, ''], [`out/test/${name}.js`, head + body]]);
  return makeFolder(t, { 'package.json': '{ "type": "module" }', ...Object.fromEntries(files) as Record<string, string> });
}
const runSuite = (root: string, ...flags: string[]): Promise<Ended> => runNode([runner, '--root', root, '--output', join(root, 'out'), ...flags]);

const passing = "test('holds', () => {});";
const failing = "test('breaks', () => { throw new Error('seen'); });";

test('all pass: exit code 0, and the totals are the last lines', async t => {
  const { code, stdout } = await runSuite(makeProject(t, { 'a.test': passing, 'deep/b.test': passing }));
  assert.equal(code, 0, stdout);
  assert.match(stdout, /ℹ tests 2\n(?:ℹ .*\n)*ℹ pass 2\nℹ fail 0\n(?:ℹ .*\n)+$/);
});

test('one failure among many: exit code 1, and the totals still come last', async t => {
  const { code, stdout } = await runSuite(makeProject(t, { 'a.test': passing, 'b.test': failing, 'c.test': passing }));
  assert.equal(code, 1);
  assert.match(stdout, /Error: seen/);
  assert.match(stdout, /ℹ pass 2\nℹ fail 1\n(?:ℹ .*\n)+$/);
});

test('a file that cannot be loaded, or that dies, is a failure', async t => {
  assert.equal((await runSuite(makeProject(t, { 'a.test': "import './absent.js';" }))).code, 1);
  assert.equal((await runSuite(makeProject(t, { 'a.test': `${passing} process.exit(3);` }))).code, 1);
});

test('skips are counted by reason at the end', async t => {
  const bodies = { 'a.test': "test('one', { skip: 'Go is missing' }, () => {});", 'b.test': "test('two', { skip: 'Go is missing' }, () => {}); test('three', t => t.skip('no disk'));" };
  const { code, stdout } = await runSuite(makeProject(t, bodies));
  assert.equal(code, 0);
  assert.match(stdout, /skipped 2, because: Go is missing\n {4}test\/a\.test\.ts: one\n {4}test\/b\.test\.ts: two\n/);
  assert.match(stdout, /skipped 1, because: no disk\n {4}test\/b\.test\.ts: three\n/);
});

test('the slowest files are named, ten at most', async t => {
  const bodies = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`f${index}.test`, passing]));
  const { stdout } = await runSuite(makeProject(t, bodies));
  const listed = /slowest files:\n((?: {4}.*\n)+)/.exec(stdout)?.[1]?.trimEnd().split('\n') ?? [];
  assert.equal(listed.length, 10);
  assert.match(listed[0] ?? '', /^ +\d+\.\d s {2}test\/f\d+\.test\.ts$/);
});

test('texts choose files by their path', async t => {
  const root = makeProject(t, { 'kernel/a.test': passing, 'chain/b.test': failing, 'chain/c.test': failing });
  assert.match((await runSuite(root, 'kernel/')).stdout, /ℹ tests 1\n/);
  assert.match((await runSuite(root, 'kernel/', 'b.test')).stdout, /ℹ tests 2\n/);
});

test('a run of nothing is no success', async t => {
  const root = makeProject(t, { 'a.test': passing });
  const { code, stderr } = await runSuite(root, 'absent/');
  assert.equal(code, 1);
  assert.match(stderr, /no test file has absent\/ in its path/);
  assert.equal((await runSuite(root, '--long')).code, 1);
});

test('long tests run only when asked for', async t => {
  const root = makeProject(t, { 'a.test': passing, 'b.long.test': failing });
  assert.equal((await runSuite(root)).code, 0);
  assert.equal((await runSuite(root, '--long')).code, 1);
});

test('a source that was not compiled is named; output without a source is not run', async t => {
  const root = makeFolder(t, { 'package.json': '{ "type": "module" }', 'test/a.test.ts': '', 'out/test/gone.test.js': head + failing });
  const { code, stderr } = await runSuite(root);
  assert.equal(code, 1);
  assert.match(stderr, /test\/a\.test\.ts is not compiled: run `npm run build`/);
});

test('a file that hangs ends at its bound, and a suite at its own', async t => {
  const root = makeProject(t, { 'a.test': passing, 'hangs.test': "test('waits', () => new Promise(() => { setInterval(() => {}, 1000); }));" });
  const file = await runSuite(root, '--file-timeout', '2');
  assert.equal(file.code, 1);
  assert.match(file.stdout, /timed out after 2000ms/);
  const suite = await runSuite(root, '--total-timeout', '2');
  assert.equal(suite.code, 1);
  assert.match(suite.stdout, /did not end within 2 s/);
});

test('an unknown flag is a usage error', async t => {
  const { code, stderr } = await runSuite(makeProject(t, { 'a.test': passing }), '--fast');
  assert.equal(code, 2);
  assert.match(stderr, /unknown flag --fast/);
});
