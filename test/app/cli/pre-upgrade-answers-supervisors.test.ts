/** What `windlass pre-upgrade` exits with: 0 take over, 30 give up, 31 ask again; never 1, which to Cosmovisor means that the command is missing and the upgrade may go on. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { runCli } from '../../../app/cli/program.js';
import { writeUpgradeInfo } from '../../../app/upgrade-info.js';
import { NodeDatabase } from '../../../app/store.js';
import { makeReleases } from '../../support/releases.js';
import { scriptedIo, tempHome, type Ran } from './support.js';

const releases = makeReleases('two');
after(() => releases.dispose());

const databaseOf = (home: string): string => join(home, 'data', 'windlass.db');

/** A stopped node's home that waits for the plan. */
async function waitingHome(t: TestContext, name = 'two'): Promise<string> {
  const home = tempHome(t);
  mkdirSync(join(home, 'data'));
  await (await NodeDatabase.open(databaseOf(home))).close();
  writeUpgradeInfo(home, { name, height: 7n, info: '' });
  return home;
}

function nextRelease(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(releases.next, ['pre-upgrade', ...args], { encoding: 'utf8', env: { PATH, ...env }, timeout: 60_000 });
  return { code: status, out: stdout, err: stderr };
}

test('0: the release has the upgrade, and the home is free; asked as Cosmovisor asks, without arguments', async t => {
  const home = await waitingHome(t);
  const { code, err } = nextRelease([], { DAEMON_HOME: home });
  assert.deepEqual([code, err], [0, 'This release can execute upgrade "two" at height 7.\n']);
});

test('31: the release before still has the database; when it has ended, 0', async t => {
  const home = await waitingHome(t);
  const old = await NodeDatabase.open(databaseOf(home));
  const early = nextRelease(['--home', home]);
  await old.close();
  assert.equal(early.code, 31, early.err);
  assert.match(early.err, /\n {2}The release before has not ended yet\./);
  assert.equal(nextRelease(['--home', home]).code, 0);
});

/** The release under test, which has no upgrade at all. */
async function thisRelease(home: string): Promise<Ran> {
  const io = scriptedIo();
  const code = await runCli(['pre-upgrade', '--home', home], io);
  return { code, ...io.shown };
}

test('30: another release, no plan, no node', async t => {
  const home = await waitingHome(t);
  const first = await thisRelease(home);
  assert.deepEqual([first.code, /this release has no upgrade "two"; it has none/.test(first.err)], [30, true], first.err);
  const idle = await thisRelease(tempHome(t));
  assert.deepEqual([idle.code, /waits for no upgrade/.test(idle.err)], [30, true], idle.err);
  rmSync(databaseOf(home), { recursive: true });
  const empty = nextRelease(['--home', home]);
  assert.deepEqual([empty.code, /there is no .*windlass\.db/.test(empty.err)], [30, true], empty.err);
});

test('never 1: what is broken is 30 as well, and a release that cannot read its own upgrades too', async t => {
  const home = await waitingHome(t);
  for (const [text, what] of [['{"name":', 'half a file'], ['{"name":"two"}', 'a file of somebody else']] as const) {
    writeFileSync(join(home, 'data', 'upgrade-info.json'), text);
    assert.equal((await thisRelease(home)).code, 30, what);
  }
  const damaged = await waitingHome(t);
  rmSync(databaseOf(damaged), { recursive: true });
  writeFileSync(databaseOf(damaged), 'no database');
  assert.equal(nextRelease(['--home', damaged]).code, 30, 'a database that does not open');
  const slip = join(dirname(dirname(releases.next)), 'dist', 'app', 'upgrades', 'slip.js');
  writeFileSync(slip, 'export const upgrade = {');
  t.after(() => rmSync(slip));
  assert.equal(nextRelease(['--home', await waitingHome(t)]).code, 30, 'a slip in an upgrade');
});
