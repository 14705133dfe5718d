import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';

const read = (...path: string[]): string => readFileSync(join(packageRoot, ...path), 'utf8');
const design = read('docs', 'design.md');
const bounds = design.slice(design.indexOf('### 5.8'), design.indexOf('## 6. ')).replace(/\s+/g, ' ');
const rows = read('test', 'kernel', 'bounds', 'sentences.md').split('\n').filter(line => line.startsWith('| ')).slice(2)
  .map(line => line.slice(2, -2).split(' | ') as [said: string, file: string, test: string]);

test('what the table quotes is said in the design', () => {
  assert.deepEqual(rows.map(([said]) => said).filter(said => !bounds.includes(said)), []);
});

test('every point of the design has a test', () => {
  const points = bounds.split(' * ').slice(1);
  assert.ok(points.length >= 10);
  assert.deepEqual(points.filter(point => !rows.some(([said]) => point.includes(said))), []);
});

test('the tests that are named are there', () => {
  assert.deepEqual(rows.filter(([, file, name]) => !read('test', ...file.split('/')).includes(name)), []);
});
