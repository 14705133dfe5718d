/** Runs the programs of docs/controller.md as a reader would: in files of their names, in a folder where the package can be found. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';
import { cliPath } from '../../support/node.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-controller-docs-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const markdown = readFileSync(join(packageRoot, 'docs', 'controller.md'), 'utf8');
const blocks = [...markdown.matchAll(/^```(\w+) ?([\w.-]*)\n([\s\S]*?)\n```$/gm)].map(([, language, name, text]) => ({ language, name, text: text as string }));

test('the example prints what it says', { timeout: 120_000 }, () => {
  copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(dirname(dirname(dirname(cliPath))), join(folder, 'dist'));
  for (const { name, text } of blocks) if (name) writeFileSync(join(folder, name), text);
  const printed = execFileSync(process.execPath, ['main.js'], { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined } });
  const [expected] = blocks.filter(({ language }) => language === 'text');
  const lines = (expected?.text ?? '').split('\n');
  assert.deepEqual(printed.trimEnd().split('\n').map((line, at) => (lines[at]?.endsWith('…') ? `${line.slice(0, lines[at].length - 1)}…` : line)), lines);
});
