/** The operator's screen, to the letter; and that it stays short enough to be pasted. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { screenOf } from '../../../app/forensics/screen.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { base, comparison, screensText } from '../../golden/forensics/screens.js';

test('each screen is as it was (npm run golden writes them anew)', () => {
  assert.equal(screensText, readFileSync(join(packageRoot, 'test', 'golden', 'forensics', 'screens.txt'), 'utf8'));
});

test('a screen is at most 4 KB, whatever strangers answered', () => {
  const long = 'x\u0007\n'.repeat(5000);
  const peers = Array.from({ length: 20 }, (_, index) => ({ url: `http://10.0.0.${index}:26657`, state: 'lies' as const, reason: long }));
  const screen = screenOf({ ...base, reason: long, comparison: { ...comparison, peers } }, 'forensics/x');
  assert.ok(Buffer.byteLength(screen) <= 4096, `${Buffer.byteLength(screen)} bytes`);
  assert.ok(!screen.includes('\u0007'), 'no control characters of strangers reach a terminal');
});

test('it never says what was expected', () => {
  assert.doesNotMatch(screensText, /expected|\bgot\b/i);
});
