import assert from 'node:assert/strict';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRootAbove } from '../../scripts/package-root.js';
import { runNode } from './process.js';
import { makeFolder } from './project-folder.js';

const preflight = join(packageRootAbove(import.meta.dirname), 'scripts', 'preflight.mjs');
const worker = `node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/${process.platform === 'darwin' ? 'mac' : 'lin'}/release/xsnap-worker`;
const compiler = 'node_modules/typescript/package.json';

/** preflight.mjs looks at the folder above its own, so a copy of it judges a folder of ours. */
async function runPreflight(root: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  copyFileSync(preflight, join(root, 'scripts', 'preflight.mjs'));
  return await runNode([join(root, 'scripts', 'preflight.mjs')], { env });
}

test('with all in place it is silent', async t => {
  const root = makeFolder(t, { 'scripts/x': '', [compiler]: '{}', [worker]: '' });
  chmodSync(join(root, worker), 0o755);
  assert.deepEqual(await runPreflight(root), { code: 0, stdout: '', stderr: '' });
});

test('without the worker it names the file and the command that builds it', async t => {
  const { code, stderr } = await runPreflight(makeFolder(t, { 'scripts/x': '', [compiler]: '{}' }));
  assert.equal(code, 1);
  assert.match(stderr, /xsnap-worker is missing/);
  assert.match(stderr, /`npm rebuild @agoric\/xsnap`/);
});

test('a worker that cannot be executed is no worker', async t => {
  const root = makeFolder(t, { 'scripts/x': '', [compiler]: '{}', [worker]: '' });
  chmodSync(join(root, worker), 0o644);
  assert.equal((await runPreflight(root)).code, 1);
});

test('without packages it says npm ci', async t => {
  const { code, stderr } = await runPreflight(makeFolder(t, { 'scripts/x': '' }));
  assert.equal(code, 1);
  assert.match(stderr, /run `npm ci`/);
});

test('without a C compiler it says so, unless the engine is built', async t => {
  const root = makeFolder(t, { 'scripts/x': '', [compiler]: '{}', [worker]: '', 'dist/kernel/worker/engine/xsnap-worker': '' });
  chmodSync(join(root, worker), 0o755);
  const { code, stderr } = await runPreflight(root, { CC: 'no-such-compiler' });
  assert.equal(code, 1);
  assert.match(stderr, /a C compiler is missing/);
  chmodSync(join(root, 'dist/kernel/worker/engine/xsnap-worker'), 0o755);
  assert.equal((await runPreflight(root, { CC: 'no-such-compiler' })).code, 0);
});
