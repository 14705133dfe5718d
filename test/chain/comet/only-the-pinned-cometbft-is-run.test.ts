import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { cometVersion, findCometBinary, versionOf } from '../../../chain/engine/comet/index.js';
import { temporaryFolder } from './support.js';

/** A folder with a program `cometbft` that does what the line of shell says. */
function folderWith(t: TestContext, line: string): string {
  const folder = join(temporaryFolder(t), 'bin');
  mkdirSync(folder);
  const path = join(folder, 'cometbft');
  writeFileSync(path, `#!/bin/sh\n${line}\n`);
  chmodSync(path, 0o755);
  return folder;
}

test('the path that the operator names is taken when it has the version, and nothing else is tried when not', async t => {
  const right = join(folderWith(t, `echo ${cometVersion}`), 'cometbft');
  assert.equal(await findCometBinary({ WINDLASS_COMETBFT: right, PATH: '/nowhere' }), right);
  const wrong = join(folderWith(t, 'echo 0.38.21'), 'cometbft');
  await assert.rejects(findCometBinary({ WINDLASS_COMETBFT: wrong, PATH: process.env['PATH'] }), /v0\.38\.25 was not found.*is 0\.38\.21.*setup:cometbft/);
  await assert.rejects(findCometBinary({ WINDLASS_COMETBFT: '/nowhere/cometbft' }), /WINDLASS_COMETBFT=\/nowhere\/cometbft is no program/);
});

test('a program that cannot say its version is not taken for ours', async t => {
  const broken = join(folderWith(t, 'echo oops >&2; exit 3'), 'cometbft');
  assert.match(await versionOf(broken), /unknown version/);
  await assert.rejects(findCometBinary({ WINDLASS_COMETBFT: broken }), /unknown version/);
});
