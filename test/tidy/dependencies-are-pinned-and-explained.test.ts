import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLock, checkRows, checkVersions } from '../../scripts/tidy/dependencies.js';

const saysOf = (findings: readonly { file: string; line: number; instead: string }[]): string[] =>
  findings.map(({ file, line, instead }) => `${file}:${line} ${instead}`);

test('an exact version passes, a range, a tag and a place do not', () => {
  assert.deepEqual(checkVersions({ dependencies: { level: '10.0.0', next: '1.0.0-rc.1' }, overrides: { base: '2.2.0' } }), []);
  for (const version of ['^10.0.0', '~10.0.0', '>=1.0.0', '10.x', '*', 'latest', 'git+https://example.org/a.git', 'file:../a', '']) {
    assert.equal(checkVersions({ dependencies: { level: version } }).length, 1, version);
    assert.equal(checkVersions({ devDependencies: { level: version } }).length, 1, version);
    assert.equal(checkVersions({ overrides: { level: version } }).length, 1, version);
  }
});

test('a package without a row and a row without a package are findings', () => {
  const document = { path: 'docs/dependencies.md', text: '# Dependencies\n\n| `level` | MIT | rows |\n| `gone` | MIT | nothing |\n' };
  const found = saysOf(checkRows({ dependencies: { level: '10.0.0', ws: '8.0.0' }, devDependencies: { eslint: '10.0.0' } }, document));
  assert.equal(found.length, 3);
  assert.match(found[0] ?? '', /^package\.json:0 give eslint a row/);
  assert.match(found[1] ?? '', /^package\.json:0 give ws a row/);
  assert.match(found[2] ?? '', /^docs\/dependencies\.md:4 delete the row of gone/);
});

test('a mention in a sentence is no row', () => {
  assert.equal(checkRows({ dependencies: { level: '10.0.0' } }, { path: 'd.md', text: 'We use `level` | `level`.' }).length, 1);
});

test('the lock must hold what package.json wants, by hash, from the npm registry', () => {
  const manifest = { dependencies: { level: '10.0.0' }, devDependencies: { eslint: '10.1.0' } };
  const level = { version: '10.0.0', integrity: 'sha512-a' };
  const packages = { '': manifest, 'node_modules/level': level, 'node_modules/eslint': { version: '10.1.0', integrity: 'sha512-b' } };
  const faults = (changed: object): number => checkLock(manifest, { packages: { ...packages, ...changed } }).length;
  assert.equal(faults({}), 0);
  assert.equal(faults({ 'node_modules/level': { ...level, version: '10.0.1' } }), 1, 'another version is installed');
  assert.equal(faults({ '': { dependencies: { level: '^10.0.0' }, devDependencies: manifest.devDependencies } }), 1, 'another version was asked for');
  assert.equal(faults({ '': { dependencies: manifest.dependencies } }), 1, 'a package was added since');
  assert.equal(faults({ 'node_modules/b': { version: '1.0.0' } }), 1, 'without a hash');
  assert.equal(faults({ 'node_modules/level': { ...level, resolved: 'https://example.org/level.tgz' } }), 1, 'from elsewhere');
  assert.equal(faults({ 'node_modules/own': { link: true } }), 0, 'a link into the project has no hash');
});
