import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildSupervisor } from '../../../scripts/build-supervisor/build.js';
import { projectFolder } from '../../support/worker-kit.js';

const copy = mkdtempSync(join(tmpdir(), 'windlass supervisor '));
after(() => rmSync(copy, { recursive: true, force: true }));

const root = projectFolder();
const recorded = readFileSync(join(root, 'kernel/worker/supervisor.sha256'), 'latin1').trim();

test('built anew, here and in another folder, it has the recorded hash', async () => {
  mkdirSync(join(copy, 'kernel'));
  cpSync(join(root, 'kernel/worker'), join(copy, 'kernel/worker'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const folder of [root, copy]) {
    const { source, inputs } = await buildSupervisor(join(folder, 'kernel/worker'));
    assert.equal(createHash('sha256').update(source).digest('hex'), recorded);
    assert.match(inputs['kernel/worker/entry.ts'] ?? '', /^[0-9a-f]{64}$/);
    assert.ok(!source.includes(root) && !source.includes(copy), 'no path of this machine is in it');
  }
});
