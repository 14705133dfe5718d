import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { endGroup } from '../../../chain/engine/comet/group.js';
import { endOrphanedComet, recordChild } from '../../../chain/engine/comet/orphan.js';
import { processIdentity } from '../../../chain/engine/comet/process-identity.js';
import { homePaths } from '../../../chain/engine/home-files/index.js';
import { makeTestLog, waitUntil } from '../abci/support.js';
import { cometOrReason, makeHome, makeKvstore, startEngine, temporaryFolder } from './support.js';

const { binary, skip } = await cometOrReason();
const timeout = 60_000;

function spawnDetached(t: TestContext, command: string, args: readonly string[]): { child: ChildProcess; pid: number; said: () => string } {
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const { pid } = child;
  assert.ok(pid);
  t.after(() => { child.kill('SIGKILL'); });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => { text += chunk.toString('utf8'); });
  return { child, pid, said: () => text };
}

test('a CometBFT left behind by a killed node is ended before the new one starts', { skip, timeout }, async t => {
  const home = makeHome(t);
  // It finds no application and would ask for one for ever, holding no lock that tells of it.
  const { pid, said } = spawnDetached(t, binary ?? '', ['start', '--home', home, `--proxy_app=unix://${join(home, 'nobody.sock')}`]);
  recordChild(home, pid);
  await waitUntil(() => said().includes('Retrying'), 'a CometBFT that looks for its application', 30_000);
  const application = makeKvstore();
  const { engine, lines } = await startEngine(t, home, application);
  assert.equal(processIdentity(pid), undefined);
  assert.ok(lines.some(line => line.level === 'warn' && /left behind/.test(line.message)));
  assert.notEqual(engine.cometPid, pid);
  await waitUntil(() => application.height() >= 1n, 'a block', 30_000);
});

test('a process that only has the number of an earlier one is left alone', { timeout }, async t => {
  const home = temporaryFolder(t);
  const { pid } = spawnDetached(t, 'sleep', ['60']);
  const { startTime } = recordChild(home, pid);
  writeFileSync(homePaths(home).cometPid, JSON.stringify({ pid, startTime: `${startTime}0` }));
  assert.equal(await endOrphanedComet(home, makeTestLog().log), false);
  assert.equal(processIdentity(pid), startTime);
  assert.equal(existsSync(homePaths(home).cometPid), false, 'the note is void');
});

test('one that ignores SIGTERM is killed', { timeout }, async t => {
  const home = temporaryFolder(t);
  const ready = join(home, 'ready');
  const { pid } = spawnDetached(t, process.execPath, ['-e', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); require('fs').writeFileSync(${JSON.stringify(ready)}, '')`]);
  await waitUntil(() => existsSync(ready), 'readiness', 10_000);
  const identity = processIdentity(pid);
  assert.ok(identity);
  assert.equal(await endGroup(pid, identity, 200), 'killed');
  assert.equal(processIdentity(pid), undefined);
});

test('no note, a damaged note, and a note of an ended process are no orphan', { timeout }, async t => {
  const home = temporaryFolder(t);
  const { log, lines } = makeTestLog();
  assert.equal(await endOrphanedComet(home, log), false);
  const { child, pid } = spawnDetached(t, 'sleep', ['60']);
  recordChild(home, pid);
  const gone = new Promise(resolve => { child.once('exit', resolve); });
  child.kill('SIGKILL');
  await gone;
  assert.equal(await endOrphanedComet(home, log), false);
  for (const text of ['', '{', '{"pid":1,"startTime":"x"}', '{"pid":-5,"startTime":"x"}', '[]', '{"pid":77}']) {
    writeFileSync(homePaths(home).cometPid, text);
    assert.equal(await endOrphanedComet(home, log), false, text);
  }
  assert.equal(lines.filter(line => line.level === 'warn').length, 6);
});
