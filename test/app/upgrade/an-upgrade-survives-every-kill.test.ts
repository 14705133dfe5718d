/** kill -9 at each named moment of an upgrade: another start goes on, nothing is lost or done twice, and every AppHash is that of a node that never died. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeApp } from '../../../app/app.js';
import type { Upgrade } from '../../../app/upgrade-handlers.js';
import { endOrphanedComet } from '../../../chain/engine/comet/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { silentLog } from '../../support/chain-app.js';
import { makeDevHome, type EngineName, type Exit } from '../../support/node.js';
import { appOptions, initChain, storedByEmbedded } from '../crash/replay.js';

const planHeight = 4n;
const killed: Exit = { code: null, signal: 'SIGKILL' };
const halted: Exit = { code: 1, signal: null };
const { skip: noComet } = await cometOrReason();

async function makeHome(t: TestContext, engine: EngineName): Promise<string> {
  const home = await makeDevHome(engine, doc => { doc.app_state['upgrade'] = { plan: { name: 'two', height: String(planHeight), info: '' } }; });
  t.after(async () => {
    await endOrphanedComet(home, silentLog, 200);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  return home;
}

/** Runs a node that dies at the moment; answers with how it ended. Rejects after two minutes. */
function live(home: string, engine: EngineName, moment: string, release: 'first' | 'next'): Promise<Exit> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./dying-node.js', import.meta.url)), home, engine, moment, release], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { words += text; });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${moment} never came:\n${words}`));
    }, 120_000);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== null && code > 1) reject(new Error(words));
      else resolve({ code, signal });
    });
  });
}

const infoFile = (home: string): string => join(home, 'data', 'upgrade-info.json');

test('every moment, one after another on one home', { timeout: 300_000 }, async t => {
  const home = await makeHome(t, 'embedded');
  assert.deepEqual(await live(home, 'embedded', 'needed', 'first'), killed);
  assert.deepEqual(await live(home, 'embedded', 'closed', 'first'), killed);
  assert.equal(existsSync(infoFile(home)), false);
  assert.deepEqual(await live(home, 'embedded', 'info-written', 'first'), killed);
  assert.equal((JSON.parse(readFileSync(infoFile(home), 'utf8')) as { height: unknown }).height, Number(planHeight));
  assert.deepEqual(await live(home, 'embedded', 'none', 'first'), halted, 'and again');
  for (const moment of ['migrated', 'migration before commit', 'migration after commit', 'injected', 'injection after commit']) {
    assert.deepEqual(await live(home, 'embedded', moment, 'next'), killed, moment);
  }
  assert.deepEqual(await live(home, 'embedded', 'none', 'next'), { code: 0, signal: null });
  await compareWithOneThatNeverDied(t, home);
});

async function compareWithOneThatNeverDied(t: TestContext, home: string): Promise<void> {
  const { genesis, blocks } = await storedByEmbedded(home);
  const data = mkdtempSync(join(tmpdir(), 'windlass-never-died-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const kinds: string[] = [];
  for (const isNext of [false, true]) {
    const upgrades = new Map<string, Upgrade>(isNext ? [['two', {}]] : []);
    const app = await makeApp({ ...appOptions(data), upgrades, onStep: ({ kind }) => void kinds.push(kind) });
    if (app.height === 0n) await initChain(app.application, genesis);
    for (const { request, appHash } of blocks.filter(({ request: { height } }) => (height >= planHeight) === isNext)) {
      const result = await app.application.finalizeBlock(request);
      assert.equal(Buffer.from(result.appHash).toString('hex'), appHash, `block ${request.height}`);
      await app.application.commit();
    }
    await app.close();
  }
  assert.ok(blocks.length > Number(planHeight) + 1);
  assert.deepEqual(kinds.filter(kind => kind !== 'genesis'), ['migrate', 'inject']);
}

test('a node that dies before it has ended its CometBFT is no obstacle', { timeout: 200_000, skip: noComet }, async t => {
  const home = await makeHome(t, 'cometbft');
  assert.deepEqual(await live(home, 'cometbft', 'needed', 'first'), killed);
  assert.deepEqual(await live(home, 'cometbft', 'none', 'first'), halted);
  assert.ok(existsSync(infoFile(home)));
  assert.deepEqual(await live(home, 'cometbft', 'migrated', 'next'), killed);
  assert.deepEqual(await live(home, 'cometbft', 'none', 'next'), { code: 0, signal: null });
});
