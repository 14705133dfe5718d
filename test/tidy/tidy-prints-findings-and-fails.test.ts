import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRootAbove } from '../../scripts/package-root.js';
import { runNode } from './process.js';
import { makeFolder } from './project-folder.js';

const tidy = join(import.meta.dirname, '..', '..', 'scripts', 'tidy.js');
const boundaries = readFileSync(join(packageRootAbove(import.meta.dirname), 'config', 'boundaries.json'), 'utf8');

const clean: Readonly<Record<string, string>> = {
  'package.json': '{ "dependencies": { "level": "10.0.0" } }',
  'package-lock.json': JSON.stringify({ packages: { '': { dependencies: { level: '10.0.0' } }, 'node_modules/level': { version: '10.0.0', integrity: 'sha512-a' } } }),
  'config/boundaries.json': boundaries,
  'docs/dependencies.md': '| `level` | MIT |\n',
  ...Object.fromEntries(['app', 'chain', 'config', 'kernel', 'scripts', 'test'].map(folder => [`${folder}/README.md`, '# folder\n'])),
  'kernel/gc.ts': "import assert from 'node:assert/strict';\nassert(true);\n",
};

test('a clean project passes with exit code 0', async t => {
  const { code, stdout, stderr } = await runNode([tidy, makeFolder(t, clean)]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'tidy: nothing to say\n', stderr: '' });
});

test('findings are sorted lines of file:line: rule: advice, and the exit code is 1', async t => {
  const { 'kernel/README.md': _missing, ...rest } = clean;
  const root = makeFolder(t, {
    ...rest,
    'docs/dependencies.md': '',
    'kernel/gc.ts': "import '../chain/index.js';\nexport const t = Date.now();\n",
    'docs/notes.md': `see ${['', 'root', 'x', 'y'].join('/')}\n`,
    'kernel/node_modules/a/index.js': 'Date.now()',
  });
  const { code, stdout } = await runNode([tidy, root]);
  assert.equal(code, 1);
  const lines = stdout.trimEnd().split('\n');
  assert.deepEqual(lines.map(line => line.split(': ').slice(0, 2).join(' ')), [
    'docs/notes.md:1 text', 'kernel/README.md:0 readme', 'kernel/gc.ts:1 boundary', 'kernel/gc.ts:2 clock', 'package.json:0 dependency', 'tidy 5 findings',
  ]);
});

test('a table that cannot be read is an error, not a clean project', async t => {
  const broken = await runNode([tidy, makeFolder(t, { ...clean, 'config/boundaries.json': '{}' })]);
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /"folders" must be a list/);
});
