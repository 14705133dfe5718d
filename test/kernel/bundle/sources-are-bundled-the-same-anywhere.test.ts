import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { bundle, BundleError } from '../../../app/bundler/index.js';

const folders: string[] = [];
after(() => Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true }))));

const contract = {
  'package.json': '{"name":"mine","version":"1.0.0","type":"module","dependencies":{"lib":"*"}}',
  'contract.js': 'import { twice } from "lib";\nimport { one } from "./part.js";\nexport const buildRootObject = () => twice(one);\n',
  'part.js': 'export const one = 1;\n',
  'node_modules/lib/package.json': '{"name":"lib","version":"2.0.0","type":"module","main":"index.js"}',
  'node_modules/lib/index.js': 'export const twice = x => 2 * x;\n',
};

async function folderOf(files: Readonly<Record<string, string>>, below = ''): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'windlass-bundler-'));
  folders.push(top);
  const folder = join(top, below);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

test('the same sources give the same bytes in any folder, and other sources give others', async () => {
  const [here, there, other] = await Promise.all([folderOf(contract), folderOf(contract, 'some/what/deeper'), folderOf({ ...contract, 'part.js': 'export const one = 2;\n' })]);
  const steps: string[] = [];
  const first = await bundle(join(here, 'contract.js'), { onProgress: step => steps.push(step) });
  const second = await bundle(join(there, 'contract.js'));
  assert.equal(second.bundleId, first.bundleId);
  assert.ok(Buffer.from(second.zip).equals(first.zip));
  assert.ok(!Buffer.from(first.zip).includes(here), 'no path of this machine is in it');
  assert.deepEqual(steps, ['reading-sources', 'checking', 'done']);
  assert.notEqual((await bundle(join(other, 'contract.js'))).bundleId, first.bundleId);
});

for (const [says, files, expected] of [
  ['a syntax error', { ...contract, 'part.js': 'export const one = ;' }, /part\.js has a syntax error: .*\(1:19\)$/],
  ['a package without a name', { ...contract, 'package.json': '{"type":"module"}' }, /package\.json needs a "name"/],
  ['no package.json', { 'contract.js': 'export const x = 1;' }, /there is no package\.json beside or above/],
  ['a package.json that is not JSON', { ...contract, 'package.json': '{"name":' }, /package\.json is not valid JSON/],
  ['a dependency that is not listed', { ...contract, 'package.json': '{"name":"mine","type":"module"}' }, /the module lib is not found: it must be installed, and be a dependency in .*package\.json/],
  ['a file that is not there', { ...contract, 'contract.js': 'import "./nothing.js";' }, /the file \.\/nothing\.js is not found in/],
  ['import without "type": "module"', { 'package.json': '{"name":"mine"}', 'contract.js': 'export const x = 1;' }, /does not say "type": "module"/],
] as const) {
  test(`said in words: ${says}`, async () => {
    const folder = await folderOf(files);
    await assert.rejects(bundle(join(folder, 'contract.js')), (error: unknown) => {
      assert.ok(error instanceof BundleError);
      assert.match(error.message, expected);
      return true;
    });
  });
}

test('a file that is not there, a folder, and a bundler that takes too long', async () => {
  const folder = await folderOf(contract);
  await assert.rejects(bundle(join(folder, 'nothing.js')), /there is no file/);
  await assert.rejects(bundle(folder), /is not a file/);
  await assert.rejects(bundle(join(folder, 'contract.js'), { timeoutMs: 1 }), BundleError);
});
