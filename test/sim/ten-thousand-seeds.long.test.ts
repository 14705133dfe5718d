import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

test('ten thousand seeds hold every invariant, each under two hosts more', { timeout: 60 * 60_000 }, async () => {
  const child = spawn(process.execPath, ['--enable-source-maps', join(import.meta.dirname, 'main.js'), '1', '10000'], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, 'what failed is printed above, with the command that repeats it');
});
